//! Before a contract: rows that differ refuse it.

use changeover::{ErrorKind, Verify};
use changeover_tests::fixture::Fixture;
use changeover_tests::{Failure, block_on, fail};

use super::history::{HISTORY, build, migrated, plant, until};

#[test]
fn a_switch_and_a_contract_are_refused_and_nothing_is_changed() -> Result<(), Failure> {
    block_on(async {
        let fixture = migrated("verified_refused").await?;
        plant(&fixture, "update users set display_name = 'x' where id = 7").await?;
        let before = fixture.catalog().await?;
        for id in ["m0003_switch", "m0004_contract"] {
            let history = until(id)?;
            let builder = Fixture::builder(&history).verify_before_contract(true);
            match builder.connect(fixture.url()).await?.contract().await {
                Err(error)
                    if error.kind() == ErrorKind::ShapesDiffer
                        && error.to_string().contains("id = 7")
                        && error.to_string().contains("the switch of `m0002_change`") => {}
                other => fail!("it was not refused: {other:?}"),
            }
        }
        if fixture.catalog().await? != before {
            fail!("something was changed");
        }
        let opened = "select count(*) from changeover.gates where opened_at is not null";
        if fixture.count(opened).await? != 0 {
            fail!("the gate was opened");
        }
        let status = build(&fixture, "m0004_contract").await?.status().await?.to_string();
        if !status.contains("1 rows differ") {
            fail!("the status does not say what holds it: {status}");
        }

        // As the error says: the right value to the column that has the wrong one.
        fixture.db.batch_execute("update users set display_name = 'u7' where id = 7").await?;
        let builder = Fixture::builder(&HISTORY).verify_before_contract(true);
        builder.connect(fixture.url()).await?.contract().await?;
        let all = build(&fixture, "m0004_contract").await?.verify(&Verify::default()).await?;
        if !all.verified.is_empty() {
            fail!("something is in step after its contract: {all}");
        }
        Ok(())
    })
}
