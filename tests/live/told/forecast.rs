//! What is pending, before anything is done: what is foretold is what then happens.

use std::time::Duration;

use changeover::{Forecast, Phase, PhaseForecast, Takes, review};
use changeover_tests::fixture::Fixture;
use changeover_tests::roles::Roles;
use changeover_tests::sample::RENAME_HISTORY;
use changeover_tests::{Failure, block_on, connect, fail};

use crate::crashes::dropped::polled;

/// More than a backfill has to fill to be asked how fast it was.
const ROWS: u32 = 12_000;

/// Every session of the database that is new may only read.
async fn read_only(fixture: &Fixture, on: bool) -> Result<(), Failure> {
    let sql = format!(
        "do $$ begin execute format('alter database %I set default_transaction_read_only = {on}', \
         current_database()); end $$"
    );
    let begin = "set default_transaction_read_only = off";
    fixture.db.batch_execute(begin).await?;
    fixture.db.batch_execute(&sql).await.map_err(Failure::from)
}

async fn forecast(fixture: &Fixture) -> Result<Forecast, Failure> {
    Ok(fixture.runner(&RENAME_HISTORY).await?.forecast().await?)
}

fn phase<'f>(forecast: &'f Forecast, id: &str, phase: Phase) -> Result<&'f PhaseForecast, Failure> {
    let migration = forecast.migrations.iter().find(|migration| migration.id == id);
    let found = migration.and_then(|one| one.phases.iter().find(|one| one.phase == phase));
    found.ok_or_else(|| Failure::new(format!("no {phase} of {id}: {forecast}")))
}

#[test]
fn what_is_foretold_is_what_then_happens_and_nothing_is_written() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("forecast", ROWS).await?;
        fixture.db.batch_execute("analyze users").await?;
        read_only(&fixture, true).await?;
        let before = forecast(&fixture).await?;
        read_only(&fixture, false).await?;
        let [rename] = before.migrations.as_slice() else { fail!("{before}") };
        let expand = phase(&before, &rename.id, Phase::Expand)?;
        if !expand.steps.iter().flat_map(|step| &step.locks).any(|lock| lock.mode.blocks_clients())
        {
            fail!("no lock is told: {before}");
        }
        let migrate = phase(&before, &rename.id, Phase::Migrate)?;
        let filled = migrate.steps.iter().find(|step| step.sql.starts_with("update ")).cloned();
        let Some(filled) = filled else { fail!("no backfill: {before}") };
        if filled.rows != Some(ROWS.into()) || filled.growth == 0 || filled.wal == 0 {
            fail!("{filled:?}");
        }
        let Takes::About { most, from_past: false, .. } = filled.takes else { fail!("{filled:?}") };
        let contract = phase(&before, &rename.id, Phase::Contract)?;
        if most == Duration::ZERO || contract.waits_for.is_empty() {
            fail!("{filled:?}, {contract:?}");
        }
        let page = review::runbook(&RENAME_HISTORY, &before);
        for part in ["# Runbook: ", "## When to stop", "- [x]", "- [ ]", "m0003_contract", "```sql"]
        {
            if !page.contains(part) {
                fail!("{part} is not in {page}");
            }
        }

        let report = fixture.runner(&RENAME_HISTORY).await?.migrate().await?;
        if report.phases.iter().map(|phase| phase.rows).sum::<u64>() != u64::from(ROWS) {
            fail!("{report}");
        }
        let after = forecast(&fixture).await?;
        let [open] = after.migrations.as_slice() else { fail!("{after}") };
        if open.phases.iter().map(|phase| phase.phase).ne([Phase::Contract]) {
            fail!("{after}");
        }
        fixture.runner(&RENAME_HISTORY).await?.contract().await?;
        let none = forecast(&fixture).await?;
        if !none.migrations.is_empty() || !none.to_string().starts_with("nothing is pending\n") {
            fail!("{none}");
        }
        Ok(())
    })
}

#[test]
fn earlier_backfills_tell_how_fast_the_next_will_be() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("forecast_past", ROWS).await?;
        let rate = "insert into changeover.migrations (history, id, position, state) \
                    values ('other', 'm0001', 0, 'migrated'); \
                    insert into changeover.steps (history, migration, phase, ordinal, sql, state, \
                    rows, attempts, started_at, finished_at) values ('other', 'm0001', 'migrate', 1, \
                    'update', 'done', 20000, 1, now() - interval '200 s', now())";
        fixture.db.batch_execute(rate).await?;
        fixture.db.batch_execute("analyze users").await?;
        let told = forecast(&fixture).await?;
        let steps = told.migrations.iter().flat_map(|migration| &migration.phases);
        let filled = steps.flat_map(|phase| &phase.steps).find(|step| step.wal > 0);
        let Some(Takes::About { least, most, from_past: true }) = filled.map(|step| step.takes)
        else {
            fail!("{told}")
        };
        // 12,000 rows at 100 a second, half and twice of it.
        if (least.as_secs(), most.as_secs()) != (60, 240) {
            fail!("{told}");
        }
        Ok(())
    })
}

#[test]
fn it_waits_neither_for_a_lock_nor_for_another_run() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("forecast_busy", 100).await?;
        fixture.db.batch_execute("analyze users").await?;
        fixture.runner(&RENAME_HISTORY).await?.pause("until it has been told").await?;
        let mut runner = fixture.runner(&RENAME_HISTORY).await?;
        let run = tokio::spawn(async move { runner.migrate().await });
        let held = "select exists (select from changeover.holds where history = 'harness')";
        fixture.wait_until(held).await?;
        let locker = connect(fixture.url(), "locker").await?;
        locker.batch_execute("begin; lock table users in access exclusive mode").await?;
        let told = forecast(&fixture).await?;
        let steps = told.migrations.iter().flat_map(|migration| &migration.phases);
        let rows = steps.flat_map(|phase| &phase.steps).find_map(|step| step.rows);
        if told.findings.is_some() || rows != Some(100) {
            fail!("{told}");
        }
        locker.batch_execute("rollback").await?;
        fixture.runner(&RENAME_HISTORY).await?.resume().await?;
        run.await.map_err(|error| Failure::new(error.to_string()))??;
        Ok(())
    })
}

/// It reads on a session that the server keeps from writing; what is called next may write again.
#[test]
fn one_that_is_dropped_at_any_await_leaves_a_session_that_writes() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("forecast_dropped", 10).await?;
        let mut changeover = fixture.runner(&RENAME_HISTORY).await?;
        for polls in 0.. {
            let done = polled(changeover.forecast(), polls).await.transpose()?;
            changeover.resume().await?;
            if done.is_some() {
                break;
            }
        }
        Ok(())
    })
}

#[test]
fn a_role_that_owns_nothing_is_told_what_it_lacks() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("forecast_rights", 100).await?;
        let roles = Roles::make(&fixture.db, fixture.url()).await?;
        for grant in changeover::grants::instance(roles.runner(), "harness") {
            fixture.db.batch_execute(&grant).await?;
        }
        let told = roles.start(&RENAME_HISTORY).await?.forecast().await?;
        roles.drop().await?;
        if !told.missing_rights.iter().any(|right| right.contains(r#""public"."users" belongs to"#))
        {
            fail!("{told}");
        }
        Ok(())
    })
}
