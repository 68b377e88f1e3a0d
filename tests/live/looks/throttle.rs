//! What holds a backfill back: it stops between two batches, says why, and goes on.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use changeover::testing::Server;
use changeover::{Limit, Report, Setting, Verdict};
use changeover_tests::fixture::Fixture;
use changeover_tests::sample::{INDEX_HISTORY, RENAME_HISTORY};
use changeover_tests::{Failure, block_on, connect, fail};
use tokio::task::JoinHandle;

use super::under_way::{ROWS, Run, expect_filled, expect_standstill, rename, stopped_and_resumed};

/// A second, and what a busy machine with two cores may add to it.
const NOTICED: Duration = Duration::from_secs(1 + 1);

const PAUSE: &str = "insert into changeover.controls (history, paused, reason)
    values ('harness', true, 'the sale is on') on conflict (history) do update
    set paused = true, reason = excluded.reason, who = session_user, at = now()";

fn held(report: &Report) -> Duration {
    report.phases.iter().map(|phase| phase.waited).sum()
}

#[test]
fn a_paused_backfill_stands_still_until_it_is_resumed() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("pause", ROWS).await?;
        let mut run = Run::start(&fixture, rename()).await?;
        run.until(|seen| seen.rows > 0).await?;
        fixture.db.batch_execute(PAUSE).await?;
        let paused = Instant::now();
        run.until_held("paused by postgres: the sale is on").await?;
        if paused.elapsed() > NOTICED {
            fail!("the pause was seen after {:?}", paused.elapsed());
        }
        expect_standstill(&fixture, &mut run, "the sale is on").await?;

        let mut other = fixture.runner(&RENAME_HISTORY).await?;
        let status = other.status().await?;
        let shown = status.to_string();
        if status.pause_reason.as_deref() != Some("the sale is on")
            || !shown.contains("held: paused by postgres: the sale is on")
        {
            fail!("the status does not show the pause:\n{shown}");
        }
        other.resume().await?;
        let report = run.ended().await??;
        if held(&report).is_zero() {
            fail!("the report does not tell of the pause:\n{report}");
        }
        expect_filled(&fixture).await?;
        let status = other.status().await?;
        if status.paused_by.is_some() || status.to_string().contains("held") {
            fail!("it still looks held:\n{status}");
        }
        Ok(())
    })
}

#[test]
fn what_is_paused_before_it_starts_waits_and_can_be_undone() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("paused_start").await?;
        let mut other = fixture.runner(&RENAME_HISTORY).await?;
        other.pause(r"it's 5 \ 'o clock").await?;
        let base = RENAME_HISTORY.until("m0001_base").ok_or(Failure::new("no base"))?;
        let mut run = Run::start(&fixture, Fixture::builder(&base)).await?;
        run.until_held(r"it's 5 \ 'o clock").await?;
        if fixture.holds("select to_regclass('users') is not null").await? {
            fail!("a step ran while it was paused");
        }
        other.resume().await?;
        run.ended().await??;
        other.pause("stop everything").await?;
        other.undo("m0001_base").await?;
        if fixture.holds("select to_regclass('users') is not null").await? {
            fail!("the undo left the table");
        }
        Ok(())
    })
}

#[test]
fn a_hook_holds_a_backfill_and_lets_it_go() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("hook", ROWS).await?;
        let asked = Arc::new(AtomicU64::new(0));
        let counter = asked.clone();
        let hook = move |_| {
            let number = counter.fetch_add(1, Ordering::Relaxed);
            async move {
                if number < 4 { Verdict::Wait("tickets go on sale".into()) } else { Verdict::GoOn }
            }
        };
        let mut run = Run::start(&fixture, rename().throttle_hook(hook)).await?;
        expect_standstill(&fixture, &mut run, "tickets go on sale").await?;
        let report = run.ended().await??;
        if asked.load(Ordering::Relaxed) < 5 || held(&report) < Duration::from_secs(1) {
            fail!("asked {asked:?} times, held for {:?}", held(&report));
        }
        expect_filled(&fixture).await
    })
}

#[test]
fn a_hook_stops_a_backfill_and_the_next_run_goes_on() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("hook_stop", ROWS).await?;
        let asked = AtomicU64::new(0);
        let hook = move |_| {
            let stop = asked.fetch_add(1, Ordering::Relaxed) > 0;
            async move { if stop { Verdict::Stop("enough".into()) } else { Verdict::GoOn } }
        };
        let run = Run::start(&fixture, rename().throttle_hook(hook)).await?;
        stopped_and_resumed(&fixture, run, "hook said: enough").await
    })
}

/// Sessions that execute a statement until the lock that it waits for is given back.
struct Busy(Vec<JoinHandle<()>>);

impl Busy {
    async fn start(fixture: &Fixture, sessions: i64) -> Result<Busy, Failure> {
        fixture.db.batch_execute("select pg_advisory_lock(4)").await?;
        let mut tasks = Vec::new();
        for _ in 0..sessions {
            let session = connect(fixture.url(), "busy").await?;
            tasks.push(tokio::spawn(async move {
                // It fails where the test ends first.
                let _ = session.batch_execute("select pg_advisory_xact_lock_shared(4)").await;
            }));
        }
        let busy = format!(
            "select count(*) = {sessions} from pg_stat_activity
             where application_name = 'busy' and state = 'active'"
        );
        fixture.wait_until(&busy).await?;
        Ok(Busy(tasks))
    }

    async fn end(self, fixture: &Fixture) -> Result<(), Failure> {
        fixture.db.batch_execute("select pg_advisory_unlock(4)").await?;
        for task in self.0 {
            task.await.map_err(|error| Failure::new(error.to_string()))?;
        }
        Ok(())
    }
}

#[test]
fn active_sessions_above_the_limit_hold_a_backfill() -> Result<(), Failure> {
    block_on(async {
        let server = Server::start().await?;
        let fixture = Fixture::on(&server, "busy").await?.users(ROWS).await?;
        let busy = Busy::start(&fixture, 3).await?;
        let limited = rename().max_load(Limit::ActiveSessions(2));
        let mut run = Run::start(&fixture, limited).await?;
        let what = "3 active sessions, 2 allowed";
        expect_standstill(&fixture, &mut run, what).await?;
        busy.end(&fixture).await?;
        run.ended().await??;
        expect_filled(&fixture).await
    })
}

/// At the limit and not above it: a tenth of the time is work.
#[test]
fn near_a_limit_a_backfill_is_slower_and_goes_on() -> Result<(), Failure> {
    block_on(async {
        let server = Server::start().await?;
        let fixture = Fixture::on(&server, "near").await?.users(20_000).await?;
        let busy = Busy::start(&fixture, 3).await?;
        let limited = rename().max_load(Limit::ActiveSessions(3));
        let report = Run::start(&fixture, limited).await?.ended().await??;
        let fills = |report: &Report| {
            let all = report.phases.iter().filter(|phase| phase.rows > 0);
            all.map(|phase| (phase.rested, phase.duration)).next().unwrap_or_default()
        };
        let (rested, took) = fills(&report);
        if rested < took / 2 || !held(&report).is_zero() {
            fail!("it rested for {rested:?} of {took:?}, and was held for {:?}", held(&report));
        }
        busy.end(&fixture).await?;
        expect_filled(&fixture).await?;

        let far = Fixture::on(&server, "far").await?.users(20_000).await?;
        let limited = rename().max_load(Limit::ActiveSessions(30));
        let report = Run::start(&far, limited).await?.ended().await??;
        match fills(&report) {
            (rested, _) if rested.is_zero() => Ok(()),
            (rested, took) => fail!("far from any limit it rested for {rested:?} of {took:?}"),
        }
    })
}

#[test]
fn active_sessions_above_the_limit_keep_an_index_build_from_starting() -> Result<(), Failure> {
    block_on(async {
        let server = Server::start().await?;
        let fixture = Fixture::on(&server, "busy_index").await?.users(1_000).await?;
        let busy = Busy::start(&fixture, 3).await?;
        let limited = Fixture::builder(&INDEX_HISTORY).max_load(Limit::ActiveSessions(2));
        let mut run = Run::start(&fixture, limited).await?;
        run.until_held("3 active sessions, 2 allowed").await?;
        run.until_held("3 active sessions, 2 allowed").await?;
        if fixture.count("select count(*) from pg_stat_progress_create_index").await? > 0 {
            fail!("the build has started");
        }
        busy.end(&fixture).await?;
        run.ended().await??;
        fixture.expect_model(&INDEX_HISTORY).await
    })
}

#[test]
fn a_critical_load_stops_a_backfill_and_the_next_run_goes_on() -> Result<(), Failure> {
    block_on(async {
        let server = Server::start().await?;
        let fixture = Fixture::on(&server, "critical").await?.users(ROWS).await?;
        let limited = rename().critical_load(Limit::ActiveSessions(2));
        let mut run = Run::start(&fixture, limited).await?;
        run.until(|seen| seen.rows > 0).await?;
        let busy = Busy::start(&fixture, 3).await?;
        run.until_held("3 active sessions, 2 allowed").await?;
        let why = "the load is critical: 3 active sessions, 2 allowed";
        stopped_and_resumed(&fixture, run, why).await?;
        busy.end(&fixture).await
    })
}

/// A backfill rests as long as it works where that is set from elsewhere.
#[test]
fn a_rest_is_set_while_it_runs() -> Result<(), Failure> {
    block_on(async {
        let rested = async |nice: u32| {
            let fixture = Fixture::with_users("rests", 5_000).await?;
            let mut runner = rename().connect(fixture.url()).await?;
            runner.set(&[Setting::Nice(nice)]).await?;
            let report = runner.migrate().await?;
            let rested: Duration = report.phases.iter().map(|phase| phase.rested).sum();
            Ok::<Duration, Failure>(rested)
        };
        let (none, some) = (rested(0).await?, rested(100).await?);
        if !none.is_zero() || some.is_zero() {
            fail!("it rested {none:?}, and {some:?} where it was told to");
        }
        Ok(())
    })
}
