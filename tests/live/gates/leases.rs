//! Leases: who holds a contract, until when, and what the service hears.

use std::time::Duration;

use changeover::{Changeover, Error, ErrorKind, Gate, Lease, Migrations, State};
use changeover_tests::fixture::{Fixture, Process};
use changeover_tests::sample::RENAME_HISTORY;
use changeover_tests::{Client, Failure, block_on, fail};

const SERVE: &str = env!("CARGO_BIN_EXE_serve");

/// Only a test that is going to fail waits that long.
const PATIENCE: Duration = Duration::from_mins(1);

const CONTRACTED: &str = "select state = 'contracted' from changeover.migrations
    where id = 'm0002_rename'";

fn old() -> Result<Migrations, Failure> {
    let history = RENAME_HISTORY.until("m0002_rename");
    history.ok_or_else(|| Failure::new("no such migration"))
}

async fn build(fixture: &Fixture, history: &Migrations) -> Result<Changeover, Failure> {
    Ok(Fixture::leasing(history).connect(fixture.url()).await?)
}

async fn lease(fixture: &Fixture, history: &Migrations) -> Result<Lease, Failure> {
    Ok(build(fixture, history).await?.hold_lease().await?)
}

fn expect_held(outcome: Result<changeover::Report, Error>, by: &str) -> Result<(), Failure> {
    match outcome {
        Err(error) if error.is_gate_held() && error.to_string().contains(by) => Ok(()),
        other => fail!("not held by {by:?}: {other:?}"),
    }
}

/// As a rolling deploy goes, with clients of both builds all along.
#[test]
fn a_contract_runs_by_itself_once_the_last_old_instance_is_gone() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("lease_rollout", 500).await?;
        build(&fixture, &old()?).await?.migrate().await?;
        let before = Client::of("users").writes("username").connections(2);
        let after = Client::of("users").writes("display_name").connections(2);
        let traffic = fixture.traffic(&before).await?;
        let leaving = lease(&fixture, &old()?).await?;
        leaving.ready(PATIENCE).await?;
        let mut old_clients = traffic.start("old", &before).await?;

        let report = build(&fixture, &RENAME_HISTORY).await?.migrate().await?;
        let [held] = report.waiting.as_slice() else { fail!("not one gate is held: {report}") };
        if !held.to_string().contains(leaving.instance()) {
            fail!("it does not say who holds it: {held}");
        }
        let arrived = lease(&fixture, &RENAME_HISTORY).await?;
        arrived.ready(PATIENCE).await?;
        let mut watch = arrived.phase_of("m0002_rename")?;
        let mut new_clients = traffic.start("new", &after).await?;
        old_clients.advance(30).await?;
        new_clients.advance(30).await?;
        expect_held(build(&fixture, &RENAME_HISTORY).await?.contract().await, leaving.instance())?;
        if watch.state() != State::Migrated {
            fail!("it is {} while an old instance lives", watch.state());
        }
        let status = build(&fixture, &RENAME_HISTORY).await?.status().await?.to_string();
        for part in [leaving.instance(), arrived.instance(), "the contract of `m0002_rename` waits"]
        {
            if !status.contains(part) {
                fail!("the status does not show {part}:\n{status}");
            }
        }

        old_clients.leave().await?;
        leaving.release().await;
        while watch.changed().await? != State::Contracted {}
        new_clients.advance(30).await?;
        new_clients.leave().await?;
        traffic.verify(&fixture.db, &after).await?;
        match build(&fixture, &old()?).await?.hold_lease().await {
            Err(error) if error.is_too_old() && error.to_string().contains("contract!(") => {}
            other => fail!("an old build started: {other:?}"),
        }
        arrived.release().await;
        fixture.expect_model(&RENAME_HISTORY).await
    })
}

#[test]
fn a_stopped_process_holds_a_contract_until_it_goes_on_and_ends() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("lease_stopped", 10).await?;
        build(&fixture, &old()?).await?.migrate().await?;
        let mut process = Process::start(SERVE, fixture.url(), "m0002_rename", "username")?;
        served(&mut process, 20)?;
        let arrived = lease(&fixture, &RENAME_HISTORY).await?;
        build(&fixture, &RENAME_HISTORY).await?.migrate().await?;

        // What it had sent when it was stopped is over by then, too: after a beat's time and a timeout.
        let silent = "select bool_or(clock_timestamp() - spoke_at > 3 * lease)
            from changeover.instances where head = 'm0002_rename'";
        // Whatever its keeper was about when it stopped.
        for _ in 0..3 {
            process.signal("STOP")?;
            fixture.wait_until(silent).await?;
            let by = "and its session is still open";
            expect_held(build(&fixture, &RENAME_HISTORY).await?.contract().await, by)?;
            process.signal("CONT")?;
            served(&mut process, 200)?;
            let by = "m0002_rename#";
            expect_held(build(&fixture, &RENAME_HISTORY).await?.contract().await, by)?;
        }

        process.kill()?;
        fixture.wait_until(CONTRACTED).await?;
        arrived.release().await;
        fixture.expect_model(&RENAME_HISTORY).await
    })
}

fn served(process: &mut Process, writes: usize) -> Result<(), Failure> {
    if (0..writes).any(|_| process.next_rows().is_none()) {
        fail!("the process could not write");
    }
    Ok(())
}

#[test]
fn a_session_that_breaks_is_opened_again() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("lease_broken", 10).await?;
        build(&fixture, &old()?).await?.migrate().await?;
        let lease = lease(&fixture, &old()?).await?;
        let sessions = "select pid from pg_stat_activity
            where application_name = 'changeover lease' and datname = current_database()
            order by backend_start desc limit 1";
        for _ in 0..3 {
            fixture.wait_until(&format!("select exists ({sessions})")).await?;
            let broken: i32 = fixture.db.query_one(sessions, &[]).await?.get(0);
            fixture.db.execute("select pg_terminate_backend($1)", &[&broken]).await?;
            let another =
                format!("select coalesce(bool_or(pid <> {broken}), false) from ({sessions}) s");
            fixture.wait_until(&another).await?;
            fixture
                .wait_until("select connected from changeover.live_instances('harness')")
                .await?;
        }
        drop(lease);
        fixture.wait_until("select count(*) = 0 from changeover.instances").await
    })
}

#[test]
fn an_undo_waits_for_newer_instances_to_end() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("lease_undo", 100).await?;
        build(&fixture, &old()?).await?.migrate().await?;
        let newer = lease(&fixture, &old()?).await?;
        match build(&fixture, &old()?).await?.undo("m0002_rename").await {
            Err(error)
                if error.kind() == ErrorKind::UndoRefused
                    && error.to_string().contains(newer.instance()) => {}
            other => fail!("undone under a newer instance: {other:?}"),
        }
        newer.release().await;
        build(&fixture, &old()?).await?.undo("m0002_rename").await?;
        let again = lease(&fixture, &old()?).await?;
        match again.ready(Duration::from_millis(300)).await {
            Err(error) if error.is_not_ready() => {}
            other => fail!("ready for what was undone: {other:?}"),
        }
        build(&fixture, &old()?).await?.migrate().await?;
        again.ready(PATIENCE).await?;
        again.until(std::future::ready(())).await;
        fixture.wait_until("select count(*) = 0 from changeover.instances").await?;
        Ok(())
    })
}

#[test]
fn an_instance_finishes_what_a_runner_left() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("lease_finishes", 20_000).await?;
        let migrate = env!("CARGO_BIN_EXE_migrate");
        let mut runner = Process::start(migrate, fixture.url(), "rename", "migrate")?;
        while runner.next_rows().is_some_and(|rows| rows < 2_000) {}
        runner.kill()?;
        let lease = lease(&fixture, &old()?).await?;
        let mut watch = lease.phase_of("m0002_rename")?;
        if watch.state() != State::Migrating {
            fail!("the runner left it {}", watch.state());
        }
        watch.migrated().await?;
        lease.ready(PATIENCE).await?;
        lease.release().await;
        match fixture.count("select count(*) from users where display_name is null").await? {
            0 => Ok(()),
            rows => fail!("{rows} rows were not filled"),
        }
    })
}

/// What a client in another language does, with nothing but SQL.
#[test]
fn two_functions_are_all_that_another_client_needs() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("lease_sql", 10).await?;
        build(&fixture, &old()?).await?.migrate().await?;
        let hold = "select changeover.hold_lease('harness', 'worker-1', 'm0002_rename')";
        fixture.db.execute(hold, &[]).await?;
        let arrived = lease(&fixture, &RENAME_HISTORY).await?;
        expect_held(build(&fixture, &RENAME_HISTORY).await?.contract().await, "worker-1")?;
        fixture.db.execute("select changeover.release_lease('harness', 'worker-1')", &[]).await?;
        fixture.wait_until(CONTRACTED).await?;
        let refused = |outcome: Result<u64, tokio_postgres::Error>, part: &str| match outcome {
            Err(error) if format!("{error:?}").contains(part) => Ok(()),
            other => fail!("not refused with {part:?}: {other:?}"),
        };
        refused(fixture.db.execute(hold, &[]).await, "this build is too old")?;
        let unknown = "select changeover.hold_lease('harness', 'worker-1', 'm0009_typo')";
        refused(fixture.db.execute(unknown, &[]).await, "has no migration")?;
        arrived.release().await;
        Ok(())
    })
}

#[test]
fn gates_open_by_leases_by_time_or_by_hand() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("gates", 10).await?;
        let run = async |gate| {
            let builder = Fixture::leasing(&RENAME_HISTORY).gate(gate);
            builder.connect(fixture.url()).await?.contract().await
        };
        let hour = Duration::from_hours(1);
        expect_held(
            run(Gate::default()).await,
            "no instance holds a lease whose build declares it",
        )?;
        expect_held(run(Gate::Soak(hour)).await, "is to be migrated for 00:59")?;
        expect_held(run(Gate::Leases { soak: hour }).await, "is to be migrated for 00:59")?;
        let mut manual = Fixture::builder(&RENAME_HISTORY).connect(fixture.url()).await?;
        manual.migrate().await?;
        if fixture.holds(CONTRACTED).await? {
            fail!("it ran without being asked for");
        }
        let old = "select changeover.hold_lease('harness', 'old', 'm0002_rename')";
        fixture.db.execute(old, &[]).await?;
        expect_held(run(Gate::Manual).await, "old")?;
        expect_held(run(Gate::Soak(Duration::ZERO)).await, "old")?;
        fixture.db.execute("delete from changeover.instances", &[]).await?;
        run(Gate::Soak(Duration::ZERO)).await?;
        fixture.expect_model(&RENAME_HISTORY).await
    })
}

#[test]
fn a_forced_contract_needs_a_reason_which_is_kept() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("gate_forced", 10).await?;
        build(&fixture, &old()?).await?.migrate().await?;
        let older = lease(&fixture, &old()?).await?;
        let mut runner = build(&fixture, &RENAME_HISTORY).await?;
        match runner.force_contract(" ").await {
            Err(error) if error.kind() == ErrorKind::ReasonMissing => {}
            other => fail!("forced without a reason: {other:?}"),
        }
        expect_held(runner.contract().await, older.instance())?;
        runner.force_contract("the batch job of last year, nobody's any more").await?;
        match older.lost().await {
            error if error.is_too_old() => {}
            error => fail!("the older instance was told: {error}"),
        }
        let kept = "select count(*) from changeover.events where what = 'force'
            and migration = 'm0002_rename' and phase = 'contract' and reason like 'the batch job%'";
        if fixture.count(kept).await? != 1 {
            fail!("the reason is not kept");
        }
        older.release().await;
        fixture.expect_model(&RENAME_HISTORY).await
    })
}

/// Each try takes the locks of the table, and tells of itself.
#[test]
fn a_contract_that_fails_is_tried_again_at_leisure() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("lease_fails", 10).await?;
        build(&fixture, &RENAME_HISTORY).await?.migrate().await?;
        let trigger = r#"alter trigger "~changeover_display_name" on users rename to moved"#;
        fixture.db.batch_execute(trigger).await?;
        let arrived = lease(&fixture, &RENAME_HISTORY).await?;
        let tries =
            "select coalesce(sum(attempts), 0) from changeover.steps where phase = 'contract'";
        fixture.wait_until(&format!("select ({tries}) > 0")).await?;
        let rests =
            "select coalesce(bool_and(started_at < clock_timestamp() - interval '900 ms'), false)
            from changeover.steps where phase = 'contract' and started_at is not null";
        fixture.wait_until(rests).await?;
        let back = r#"alter trigger moved on users rename to "~changeover_display_name""#;
        fixture.db.batch_execute(back).await?;
        fixture.wait_until(CONTRACTED).await?;
        arrived.release().await;
        fixture.expect_model(&RENAME_HISTORY).await
    })
}
