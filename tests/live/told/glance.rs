//! A run that is under way is seen from elsewhere, with how much of it is done.

use changeover::{Phase, Verdict};
use changeover_tests::fixture::Fixture;
use changeover_tests::sample::RENAME_HISTORY;
use changeover_tests::{Failure, block_on, fail};
use tokio::sync::watch;

#[test]
fn a_backfill_that_is_held_is_seen_with_its_rows() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("glance", 2_000).await?;
        fixture.db.batch_execute("analyze users").await?;
        let none = fixture.runner(&RENAME_HISTORY).await?.glance().await?;
        if none.running.is_some() || !none.to_string().contains("no run is under way") {
            fail!("{none}");
        }
        let (open, gate) = watch::channel(false);
        let builder = Fixture::builder(&RENAME_HISTORY).throttle_hook(move |_| {
            let is_open = *gate.borrow();
            async move {
                if is_open { Verdict::GoOn } else { Verdict::Wait("it is looked at".to_owned()) }
            }
        });
        let mut runner = builder.connect(fixture.url()).await?;
        let run = tokio::spawn(async move { runner.migrate().await });
        let held = "select exists (select from changeover.holds where history = 'harness')";
        fixture.wait_until(held).await?;
        // The step before the one that waits is the last that was begun until its turn comes.
        let seen = fixture.runner(&RENAME_HISTORY).await?.glance().await?;
        let held_by = seen.status.migrations.iter().find_map(|one| one.held_by.clone());
        if held_by.as_deref() != Some("it is looked at") {
            fail!("{seen}");
        }
        open.send(true).map_err(|error| Failure::new(error.to_string()))?;
        run.await.map_err(|error| Failure::new(error.to_string()))??;
        Ok(())
    })
}

#[test]
fn a_step_that_waits_for_a_lock_is_the_one_that_is_shown() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("glance_lock", 10).await?;
        let reader = fixture.reader("a reader").await?;
        let mut runner = fixture.runner(&RENAME_HISTORY).await?;
        let run = tokio::spawn(async move { runner.migrate().await });
        let begun = "select exists (select from changeover.steps where history = 'harness' \
                     and migration <> 'm0001_base' and started_at is not null)";
        fixture.wait_until(begun).await?;
        let seen = fixture.runner(&RENAME_HISTORY).await?.glance().await?;
        let Some(step) = &seen.running else { fail!("{seen}") };
        if (step.phase, step.number) != (Phase::Expand, 1) || !seen.to_string().contains("expand 1")
        {
            fail!("{seen}");
        }
        reader.batch_execute("rollback").await?;
        run.await.map_err(|error| Failure::new(error.to_string()))??;
        Ok(())
    })
}
