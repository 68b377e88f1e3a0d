//! Before a contract: rows that differ refuse it.

use std::sync::Arc;

use changeover::{ErrorKind, Verdict, Verify};
use changeover_tests::fixture::Fixture;
use changeover_tests::{Failure, block_on, fail};

use tokio::sync::Mutex;

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

/// An instance of an older build comes while the rows are looked at: the gate is asked behind that.
#[test]
fn a_lease_that_comes_meanwhile_holds_the_gate() -> Result<(), Failure> {
    block_on(async {
        let fixture = migrated("verified_leased").await?;
        let history = until("m0003_switch")?;
        let (url, held) = (fixture.url().to_owned(), Arc::new(Mutex::new(None)));
        let keep = held.clone();
        let hook = move |_| {
            let (url, keep) = (url.clone(), keep.clone());
            async move {
                let older = until("m0002_change").ok();
                let mut keep = keep.lock().await;
                if let (Some(older), None) = (older, keep.as_ref()) {
                    let builder = Fixture::builder(&older).finishes(false);
                    *keep = match builder.connect(&url).await {
                        Ok(changeover) => changeover.hold_lease().await.ok(),
                        Err(_) => None,
                    };
                }
                Verdict::GoOn
            }
        };
        let builder = Fixture::leasing(&history).verify_before_contract(true).throttle_hook(hook);
        // Somebody has to live who can do without what goes.
        let newer = Fixture::leasing(&history).finishes(false);
        let newer = newer.connect(fixture.url()).await?.hold_lease().await?;
        let outcome = builder.connect(fixture.url()).await?.contract().await;
        if held.lock().await.is_none() {
            fail!("no lease was taken while it verified: {outcome:?}");
        }
        match outcome {
            Err(error) if error.is_gate_held() => {}
            other => fail!("it went on under an older instance: {other:?}"),
        }
        if let Some(older) = held.lock().await.take() {
            older.release().await;
        }
        newer.release().await;
        Ok(())
    })
}
