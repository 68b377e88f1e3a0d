//! Clocks that jump: nothing is decided by the time of day where it can be known otherwise.
//!
//! Waits and deadlines go by monotonic clocks, and what the records say of times changes nothing
//! (`by_hand`). The time of day counts for leases only, and there a session that is open counts for
//! more.

use std::time::Duration;

use changeover_tests::fixture::Fixture;
use changeover_tests::sample::RENAME_HISTORY;
use changeover_tests::{Failure, block_on, fail};

/// Every lease says that it was heard of at this time.
fn jump(to: &str) -> String {
    format!("update changeover.instances set spoke_at = timestamptz '{to}'")
}

#[test]
fn a_clock_that_jumps_lets_no_contract_pass_an_old_instance() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("clocks", 10).await?;
        let Some(old) = RENAME_HISTORY.until("m0002_rename") else { fail!("no such migration") };
        fixture.runner(&old).await?.migrate().await?;
        let leaving = Fixture::leasing(&old).connect(fixture.url()).await?.hold_lease().await?;
        let new = || Fixture::leasing(&RENAME_HISTORY).connect(fixture.url());
        new().await?.migrate().await?;
        let arrived = new().await?.hold_lease().await?;
        arrived.ready(Duration::from_mins(1)).await?;

        for time in ["0001-01-01", "9999-12-31", "1970-01-01"] {
            fixture.db.batch_execute(&jump(time)).await?;
            match new().await?.contract().await {
                Err(error)
                    if error.is_gate_held() && error.to_string().contains(leaving.instance()) => {}
                other => fail!("the clock says {time}: {other:?}"),
            }
        }
        leaving.release().await;
        fixture
            .wait_until(
                "select state = 'contracted' from changeover.migrations where id = 'm0002_rename'",
            )
            .await?;
        arrived.release().await;
        fixture.expect_model(&RENAME_HISTORY).await
    })
}
