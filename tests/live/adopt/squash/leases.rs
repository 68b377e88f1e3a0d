//! Leases of builds from before and after a squash.

use std::time::Duration;

use changeover::{Lease, Migrations};
use changeover_tests::fixture::Fixture;
use changeover_tests::{Failure, block_on, fail};

use super::{after, at, before, until};

/// Only a test that is going to fail waits that long.
const PATIENCE: Duration = Duration::from_mins(1);

async fn lease(fixture: &Fixture, history: &Migrations) -> Result<Lease, Failure> {
    let lease = Fixture::leasing(history).connect(fixture.url()).await?.hold_lease().await?;
    lease.ready(PATIENCE).await?;
    Ok(lease)
}

/// A place in the history means the same to builds from before and after.
#[test]
fn an_instance_from_before_still_holds_a_gate() -> Result<(), Failure> {
    block_on(async {
        let fixture = at("squash_lease", "m0003_drop").await?;
        let migrate = async || -> Result<changeover::Report, Failure> {
            let builder = Fixture::leasing(&after::HISTORY);
            Ok(builder.connect(fixture.url()).await?.migrate().await?)
        };
        let old = lease(&fixture, &until(&before::HISTORY, "m0003_drop")?).await?;
        let held = migrate().await?.to_string();
        if !held.contains(old.instance()) {
            fail!("the old instance does not hold it: {held}");
        }
        let squashed = lease(&fixture, &until(&after::HISTORY, "m0003_baseline")?).await?;
        old.release().await;
        let held = migrate().await?.to_string();
        if !held.contains(squashed.instance()) {
            fail!("the squashed build does not hold it: {held}");
        }
        let new = lease(&fixture, &after::HISTORY).await?;
        squashed.release().await;
        let contracted =
            "select state = 'contracted' from changeover.migrations where id = 'm0004_years'";
        fixture.wait_until(contracted).await?;
        // What the contract took is needed by builds from before and after the squash.
        for build in
            [until(&before::HISTORY, "m0004_years")?, until(&after::HISTORY, "m0003_baseline")?]
        {
            match Fixture::leasing(&build).connect(fixture.url()).await?.hold_lease().await {
                Err(error) if error.is_too_old() => {}
                other => fail!("it is not too old: {other:?}"),
            }
        }
        lease(&fixture, &before::HISTORY).await?.release().await;
        new.release().await;
        Ok(())
    })
}
