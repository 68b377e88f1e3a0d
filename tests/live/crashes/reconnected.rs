//! A run that loses its session goes on with another, or gives way to whoever goes on instead.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use changeover::{Builder, Connect, ErrorKind, Event, Executor, SqlError, async_trait};
use changeover_tests::fixture::Fixture;
use changeover_tests::pooler::Pooler;
use changeover_tests::sample::RENAME_HISTORY;
use changeover_tests::scene::Scene;
use changeover_tests::{Client, Failure, block_on, connect, fail};
use tokio::sync::mpsc::unbounded_channel;

const ROWS: u32 = 100_000;
const DIFFERING: &str = "select count(*) from users where display_name is distinct from username";

/// Longer than any machine takes to start a server.
const LONG: Duration = Duration::from_mins(5);

fn rename() -> Builder {
    Fixture::builder(&RENAME_HISTORY)
}

#[test]
fn a_backfill_goes_on_in_the_same_run_after_crashes() -> Result<(), Failure> {
    block_on(async {
        let mut scene = Scene::new(ROWS, Client::of("users").writes("username")).await?;
        let filled = Arc::new(AtomicU64::new(0));
        let last = filled.clone();
        let builder = rename().reconnect_within(LONG).on_progress(move |progress| {
            last.store(progress.rows, Ordering::Relaxed);
        });
        let mut runner = builder.connect(scene.fixture.url()).await?;
        let run = tokio::spawn(async move { runner.migrate().await });
        for rows in [1, 40_000] {
            while filled.load(Ordering::Relaxed) < rows && !run.is_finished() {
                tokio::task::yield_now().await;
            }
            scene.restart().await?;
        }
        let report = run.await.map_err(|error| Failure::new(error.to_string()))??;
        let tries = report.phases.iter().filter(|phase| phase.rows > 0).count();
        if tries < 2 {
            fail!("it was not interrupted:\n{report}");
        }
        scene.expect_none(DIFFERING).await?;
        scene.verify().await?;
        scene.clients.leave().await?;
        scene.fixture.runner(&RENAME_HISTORY).await?.contract().await?;
        scene.fixture.expect_model(&RENAME_HISTORY).await
    })
}

/// Leads where the service's address leads by now.
struct Address(Arc<Mutex<String>>);

#[async_trait]
impl Connect for Address {
    async fn connect(&self) -> Result<Box<dyn Executor>, SqlError> {
        let url = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let session = connect(&url, "changeover").await;
        Ok(Box::new(session.map_err(|failure| SqlError::new(None, failure.0))?))
    }
}

/// The address leads to the standby before that has taken over.
#[test]
fn a_backfill_goes_on_in_the_same_run_where_a_standby_takes_over_late() -> Result<(), Failure> {
    block_on(async {
        let mut scene = Scene::replicated(ROWS, Client::of("users").writes("username")).await?;
        let address = Arc::new(Mutex::new(scene.fixture.url().to_owned()));
        let filled = Arc::new(AtomicU64::new(0));
        let last = filled.clone();
        let (sender, mut told) = unbounded_channel();
        let mut runner = rename()
            .reconnect_within(LONG)
            .on_progress(move |progress| last.store(progress.rows, Ordering::Relaxed))
            .on_event(move |event| {
                if let Event::RunReconnects { error, .. } = event {
                    // The test may have ended.
                    let _ = sender.send(error.code() == Some("25006"));
                }
            })
            .connector(Address(address.clone()))
            .await?;
        let run = tokio::spawn(async move { runner.migrate().await });
        while filled.load(Ordering::Relaxed) == 0 && !run.is_finished() {
            tokio::task::yield_now().await;
        }
        scene.lose().await?;
        scene.fixture.url().clone_into(&mut address.lock().unwrap_or_else(PoisonError::into_inner));
        for only_reads in 0..2 {
            while told.recv().await == Some(false) {}
            if run.is_finished() {
                fail!("it did not wait for the standby, {only_reads}: {:?}", run.await);
            }
        }
        scene.promote().await?;
        run.await.map_err(|error| Failure::new(error.to_string()))??;
        scene.expect_none(DIFFERING).await?;
        scene.verify().await?;
        scene.clients.leave().await
    })
}

/// Sessions of the server's end behind a pooler, that with the lock among them.
#[test]
fn a_backfill_behind_a_pooler_goes_on_in_the_same_run_after_kills() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("pooled_kills", ROWS).await?;
        let Some(pooler) = Pooler::start(fixture.url(), 3).await? else { return Ok(()) };
        let filled = Arc::new(AtomicU64::new(0));
        let last = filled.clone();
        let builder = rename().reconnect_within(LONG).on_progress(move |progress| {
            last.store(progress.rows, Ordering::Relaxed);
        });
        let mut runner = builder.connect(pooler.url()).await?;
        let run = tokio::spawn(async move { runner.migrate().await });
        for rows in [1, 30_000, 60_000] {
            while filled.load(Ordering::Relaxed) < rows && !run.is_finished() {
                tokio::task::yield_now().await;
            }
            let kill = "select pg_terminate_backend(pid) from pg_stat_activity \
                where datname = current_database() and pid <> pg_backend_pid()";
            fixture.db.batch_execute(kill).await?;
        }
        let report = run.await.map_err(|error| Failure::new(error.to_string()))??;
        let tries = report.phases.iter().filter(|phase| phase.rows > 0).count();
        match fixture.count(DIFFERING).await? {
            0 if tries > 1 => Ok(()),
            rows => fail!("{rows} rows are not filled, after {tries} tries:\n{report}"),
        }
    })
}

/// The second runner has the lock before the first one has another session, and keeps it until
/// that has given up.
#[test]
fn a_run_gives_way_to_one_that_took_over() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("taken_over", 1_000).await?;
        fixture.db.batch_execute("create table brakes (id int)").await?;
        fixture.db.batch_execute("insert into brakes values (1)").await?;
        let braked = || rename().throttle_query("select count(*) from brakes", 0);
        let (sender, mut held) = unbounded_channel();
        let tell = sender.clone();
        let (go_on, goes_on) = std::sync::mpsc::channel::<()>();
        let goes_on = Mutex::new(goes_on);
        let mut first = braked()
            .reconnect_within(Duration::from_secs(2))
            .on_event(move |event| match event {
                Event::StepHeld { .. } => drop(tell.send(1)),
                // Until the other has the lock.
                Event::RunReconnects { .. } => {
                    tokio::task::block_in_place(|| drop(goes_on.lock().map(|wait| wait.recv())));
                }
                _ => {}
            })
            .connect(fixture.url())
            .await?;
        let first = tokio::spawn(async move { first.migrate().await });
        if held.recv().await != Some(1) {
            fail!("the first run was not held: {:?}", first.await);
        }
        let mut second = braked()
            .on_event(move |event| {
                if let Event::StepHeld { .. } = event {
                    // The test may have ended.
                    let _ = sender.send(2);
                }
            })
            .connect(fixture.url())
            .await?;
        let second = tokio::spawn(async move { second.migrate().await });
        let end = "select pg_terminate_backend(a.pid) from pg_stat_activity a
            where a.application_name like 'changeover%' and datname = current_database()
            and exists (select from pg_locks l where l.pid = a.pid and l.locktype = 'advisory')";
        fixture.db.batch_execute(end).await?;
        while held.recv().await != Some(2) {}
        drop(go_on);
        match first.await.map_err(|error| Failure::new(error.to_string()))? {
            Err(error)
                if matches!(error.kind(), ErrorKind::AlreadyRunning | ErrorKind::Superseded) => {}
            other => fail!("it did not give way: {other:?}"),
        }
        fixture.db.batch_execute("delete from brakes").await?;
        second.await.map_err(|error| Failure::new(error.to_string()))??;
        match fixture.count(DIFFERING).await? {
            0 => Ok(()),
            rows => fail!("{rows} rows are not filled"),
        }
    })
}
