//! `up`, `contract` and `undo`: what a pipeline sees of them, and what a killed one leaves.

use std::collections::BTreeSet;

use changeover::Phase;
use changeover_tests::fixture::Fixture;
use changeover_tests::{Client, Failure, block_on, connect, fail};
use serde_json::Value;

use super::process::{called, start};
use crate::adopt::command_line::{documented, fields};

const ROWS: u32 = 20_000;

fn outcome(found: &Value, expected: &str) -> Result<(), Failure> {
    if found["outcome"] != expected {
        fail!("not {expected}: {found:#}");
    }
    let mut names = BTreeSet::new();
    fields(found, &mut names);
    if let Some(name) = names.difference(&documented("up")).next() {
        fail!("the page does not know `{name}`");
    }
    Ok(())
}

async fn expect_filled(fixture: &Fixture) -> Result<(), Failure> {
    let differ = "select count(*) from users where display_name is distinct from username";
    match fixture.count(differ).await? {
        0 => Ok(()),
        rows => fail!("{rows} rows are not filled"),
    }
}

#[test]
fn a_pipeline_tells_the_ends_of_runs_apart_while_a_client_goes_on() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("cli_runs", 2000).await?;
        let client = Client::of("users").writes("username");
        let traffic = fixture.traffic(&client).await?;
        let mut running = traffic.start("old", &client).await?;
        running.advance(20).await?;
        let run = |arguments: &str| called(fixture.url(), arguments);

        let up = run("up --json --lock-timeout 200ms --max-load active_sessions=500")?.json(0)?;
        outcome(&up, "waiting")?;
        let phases = up["phases"].as_array().map_or(0, Vec::len);
        if phases != 2 || up["error"] != Value::Null || up["waiting"][0]["phase"] != "contract" {
            fail!("{up:#}");
        }
        expect_filled(&fixture).await?;
        outcome(&run("up --json --detailed-exit-code")?.json(5)?, "waiting")?;
        outcome(&run("contract --json")?.json(5)?, "waiting")?;
        run("gates --detailed-exit-code")?.with(5)?;
        outcome(&run("undo m0002_rename --json")?.json(3)?, "refused")?;
        outcome(&run("undo-to m0001_base --json")?.json(0)?, "done")?;
        outcome(&run("undo m0002_rename --json --detailed-exit-code")?.json(7)?, "nothing_to_do")?;
        let unknown = run("undo m0009_nothing --json")?.json(3)?;
        outcome(&unknown, "refused")?;
        if unknown["error"]["kind"] != "UnknownMigration" {
            fail!("{unknown:#}");
        }
        outcome(&run("migrate --expand-only --json")?.json(0)?, "done")?;
        outcome(&run("up --json")?.json(0)?, "waiting")?;
        running.advance(20).await?;
        running.leave().await
    })
}

/// Without a terminal nobody is asked, and nothing is destroyed unasked.
#[test]
fn what_destroys_is_refused_until_it_is_said_to_be_meant() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("cli_consent", 10).await?;
        let run = |arguments: &str| called(fixture.url(), arguments);
        run("up")?.with(0)?;
        let before = fixture.catalog().await?;
        for arguments in [
            "undo m0001_base --with-rows",
            "undo-to m0001_base --with-rows --json",
            "contract --force --reason enough",
        ] {
            let ended = run(arguments)?;
            let is_told = ended.err.contains("help: `--yes` says that it is meant");
            let text = ended.with(3)?;
            if !is_told || !text.is_empty() {
                fail!("{arguments}: {text}");
            }
        }
        run("contract --force")?.with(2)?;
        run("contract --force --yes --reason \t")?.with(3)?;
        if fixture.catalog().await? != before {
            fail!("something was changed");
        }
        let forced = run("contract --force --yes --reason enough --json")?.json(0)?;
        outcome(&forced, "done")?;
        let kept = "select count(*) from changeover.events where reason = 'enough'";
        if fixture.count(kept).await? != 1 {
            fail!("the reason is not kept");
        }
        outcome(&run("up --json --detailed-exit-code")?.json(7)?, "nothing_to_do")
    })
}

#[test]
fn a_killed_run_goes_on_with_the_next() -> Result<(), Failure> {
    block_on(async {
        for lines in 0..4 {
            let fixture = Fixture::with_users("cli_killed", ROWS).await?;
            let mut killed = start(fixture.url(), "up --app harness --batch-time 2ms")?;
            killed.lines(lines)?;
            killed.signal("KILL")?;
            drop(killed);
            called(fixture.url(), "up")?.with(0)?;
            expect_filled(&fixture).await?;
        }
        Ok(())
    })
}

/// A client holds a row that a backfill comes to: so it is half-way, and stays there.
async fn holds_a_row(fixture: &Fixture) -> Result<tokio_postgres::Client, Failure> {
    let client = connect(fixture.url(), "holder").await?;
    let last = format!("begin; select from users where id = {ROWS} for update");
    client.batch_execute(&last).await?;
    Ok(client)
}

#[test]
fn ctrl_c_stops_between_two_batches_and_the_next_run_goes_on_there() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("cli_interrupted", ROWS).await?;
        called(fixture.url(), "up --expand-only")?.with(0)?;
        for signal in ["INT", "TERM"] {
            let holder = holds_a_row(&fixture).await?;
            let mut run = start(fixture.url(), "up --app harness --json")?;
            let filled = "select exists (select from users where display_name is not null) \
                          and exists (select from changeover.holds where reason like '%holder%')";
            fixture.wait_until(filled).await?;
            run.signal(signal)?;
            run.until("again ends it at once")?;
            let ended = run.ended()?;
            if !ended.err.contains("the next run goes on where this one was") {
                fail!("it does not say how to go on: {}", ended.err);
            }
            let json = ended.json(6)?;
            outcome(&json, "interrupted")?;
            if json["error"]["kind"] != "Interrupted" {
                fail!("{json:#}");
            }
            let status = called(fixture.url(), "status --json")?.json(0)?;
            let migration = &status["migrations"][1];
            if migration["interrupted"] != true || !migration["error"].is_null() {
                fail!("it counts as a failure: {migration:#}");
            }
            let status = called(fixture.url(), "status")?.with(0)?;
            if !status.contains("interrupted: run again, and it goes on there") {
                fail!("it does not say how to go on: {status}");
            }
            drop(holder);
        }
        let rest = called(fixture.url(), "up --json")?.json(0)?;
        let status = called(fixture.url(), "status --json")?.json(0)?;
        if status["migrations"][1]["interrupted"] != false {
            fail!("it says so still: {status:#}");
        }
        let phases = rest["phases"].as_array().cloned().unwrap_or_default();
        let migrate = Phase::Migrate.to_string();
        let rows = phases.iter().find(|one| one["phase"] == migrate).map(|one| &one["rows"]);
        if rows.and_then(Value::as_u64).is_none_or(|rows| rows == 0 || rows >= u64::from(ROWS)) {
            fail!("it did not go on where it was: {rest:#}");
        }
        expect_filled(&fixture).await
    })
}

#[test]
fn the_second_signal_ends_at_once_whatever_is_under_way() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("cli_at_once", 10).await?;
        // What the runner is to read is locked, without a limit of time.
        let holder = connect(fixture.url(), "holder").await?;
        holder.batch_execute("begin; lock table changeover.steps").await?;
        let mut run = start(fixture.url(), "up --app harness")?;
        let waits = "select exists (select from pg_locks where not granted \
                     and relation = 'changeover.steps'::regclass)";
        fixture.wait_until(waits).await?;
        run.signal("INT")?;
        run.until("again ends it at once")?;
        run.signal("TERM")?;
        run.ended()?.with(128 + 15)?;
        drop(holder);
        called(fixture.url(), "up")?.with(0).map(drop)
    })
}

#[test]
fn a_repair_is_recorded_with_its_reason() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("cli_repair", 10).await?;
        let run = |arguments: &str| called(fixture.url(), arguments);
        run("repair recount m0001_base --reason sure")?.with(0)?;
        run("repair mark-done m0002_rename sometimes 1 --reason sure")?.with(2)?;
        run("repair mark-done m0002_rename expand 99 --reason sure")?.with(3)?;
        run("repair mark-done m0002_rename expand 1")?.with(2)?;
        let kept =
            "select count(*) from changeover.events where what = 'recount' and reason = 'sure'";
        match fixture.count(kept).await? {
            1 => Ok(()),
            other => fail!("{other} repairs are recorded"),
        }
    })
}
