//! The runner's connection is cut, loudly or without a word: it says so, and the next run goes on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use changeover::{Executor, Migrations, Rows, SqlError, async_trait};
use changeover_tests::fixture::Fixture;
use changeover_tests::proxy::Proxy;
use changeover_tests::sample::{INDEX_HISTORY, RENAME_HISTORY};
use changeover_tests::{Client, Failure, block_on, catalog, connect, fail};

/// Cuts at random; `terminations_at_random_under_traffic_lose_no_write` goes on until then.
const CUTS: u64 = 15;

const PATIENCE: Duration = Duration::from_millis(500);

/// A session whose server process is terminated before one of its statements.
struct Cut {
    session: tokio_postgres::Client,
    pid: i32,
    terminator: tokio_postgres::Client,
    /// How many statements come before.
    left: Arc<AtomicI64>,
}

impl Cut {
    async fn after(statements: i64, url: &str) -> Result<(Cut, Arc<AtomicI64>), Failure> {
        let (session, terminator) = (connect(url, "cut").await?, connect(url, "terminator").await?);
        let pid = session.query_one("select pg_backend_pid()", &[]).await?.get(0);
        let left = Arc::new(AtomicI64::new(statements));
        Ok((Cut { session, pid, terminator, left: left.clone() }, left))
    }
}

#[async_trait]
impl Executor for Cut {
    async fn query(&mut self, sql: &str) -> Result<Rows, SqlError> {
        if self.left.fetch_sub(1, Ordering::Relaxed) == 0 {
            let terminate = "select pg_terminate_backend($1, 5000)";
            self.terminator.execute(terminate, &[&self.pid]).await?;
        }
        Executor::query(&mut self.session, sql).await
    }
}

/// Every fourth statement, from one at random; `CHANGEOVER_CUTS=all` for all.
fn stride() -> u8 {
    if std::env::var("CHANGEOVER_CUTS").is_ok_and(|which| which == "all") { 1 } else { 4 }
}

/// Each run is cut some statements later than the one before, in a database of its own.
async fn cut_at_statements(name: &str, history: &Migrations) -> Result<(), Failure> {
    let whole = Fixture::with_users(name, 10).await?;
    whole.runner(history).await?.contract().await?;
    let expected = whole.catalog().await?;
    let column = if name.contains("rename") { "display_name" } else { "username" };
    let wrong = format!("select count(*) from users where {column} is distinct from 'u' || id");
    let (first, mut cuts) = (fastrand::i64(0..4) % i64::from(stride()), 0);
    for statements in (first..).step_by(stride().into()) {
        let fixture = Fixture::with_users(name, 10).await?;
        let (cut, left) = Cut::after(statements, fixture.url()).await?;
        let outcome = Fixture::builder(history).executor(cut).contract().await;
        if left.load(Ordering::Relaxed) >= 0 {
            eprintln!("{name}: {cuts} cuts in {statements} statements");
            return outcome.map(drop).map_err(Failure::from);
        }
        cuts += 1;
        match outcome {
            Err(error) if error.is_connection_lost() => {}
            Err(error) => fail!("cut before statement {statements}, another error: {error}"),
            // Only the lock was still to be given back.
            Ok(_) => {}
        }
        fixture.runner(history).await?.contract().await?;
        let place = format!("cut before statement {statements}");
        catalog::expect_equal(("uncut", &expected), (&place, &fixture.catalog().await?))?;
        if fixture.count(&wrong).await? != 0
            || fixture.count("select count(*) from users").await? != 10
        {
            fail!("{place}: rows are wrong");
        }
    }
    Ok(())
}

#[test]
fn a_history_cut_at_any_statement_comes_through() -> Result<(), Failure> {
    block_on(cut_at_statements("cut_rename", &RENAME_HISTORY))
}

#[test]
fn an_index_build_cut_at_any_statement_comes_through() -> Result<(), Failure> {
    block_on(cut_at_statements("cut_index", &INDEX_HISTORY))
}

/// The session is terminated in the middle of statements, at instants that nobody chose.
#[test]
fn terminations_at_random_under_traffic_lose_no_write() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("cut_random", 30_000).await?;
        let client = Client::of("users").writes("username").connections(3);
        let traffic = fixture.traffic(&client).await?;
        let mut clients = traffic.start("old", &client).await?;
        clients.advance(5).await?;
        let terminate = "select count(pg_terminate_backend(pid)) from pg_stat_activity
            where application_name like 'changeover%' and datname = current_database()";
        let Some(rename) = RENAME_HISTORY.until("m0002_rename") else { fail!("no such migration") };
        let mut cuts = 0;
        // The same value goes on where it lost its session.
        let mut runner = fixture.runner(&rename).await?;
        loop {
            let patience = Duration::from_millis(fastrand::u64(..20) + cuts);
            let cut = async {
                while fixture.count(terminate).await? == 0 {
                    tokio::time::sleep(patience).await;
                }
                std::future::pending::<Result<(), Failure>>().await
            };
            let outcome = tokio::select! {
                outcome = runner.migrate() => outcome,
                cut = cut => return cut,
            };
            match outcome {
                Ok(_) if cuts >= CUTS => break,
                Ok(_) => drop(fixture.runner(&rename).await?.undo("m0002_rename").await?),
                Err(error) if error.is_connection_lost() => cuts += 1,
                Err(error) => fail!("after {cuts} cuts: {error}"),
            }
        }
        eprintln!("{cuts} cuts");
        let differing = "select count(*) from users where display_name is distinct from username";
        if fixture.count(differing).await? != 0 {
            fail!("rows differ");
        }
        clients.advance(10).await?;
        clients.leave().await?;
        traffic.verify(&fixture.db, &client).await?;
        fixture.runner(&RENAME_HISTORY).await?.contract().await?;
        fixture.expect_model(&RENAME_HISTORY).await
    })
}

/// What becomes of packets while a backfill runs.
async fn silence(name: &str, fall: impl Fn(&Proxy) + Send + Sync + 'static) -> Result<(), Failure> {
    let fixture = Fixture::with_users(name, 20_000).await?;
    let proxy = Arc::new(Proxy::to(fixture.url()).await?);
    let (way, once) = (proxy.clone(), AtomicBool::new(false));
    let mut runner = Fixture::builder(&RENAME_HISTORY)
        .answer_patience(PATIENCE)
        .on_progress(move |progress| {
            if progress.rows > 0 && !once.swap(true, Ordering::Relaxed) {
                fall(&way);
            }
        })
        .connect(proxy.url())
        .await?;
    match tokio::time::timeout(Duration::from_secs(30), runner.migrate()).await {
        Ok(Err(error)) if error.is_connection_lost() => {}
        Ok(other) => fail!("nothing got through, and yet: {other:?}"),
        Err(_) => fail!("the run waits for ever"),
    }
    proxy.recover();
    // The lock was given back, although the server had not heard of the connection's end.
    tokio::time::timeout(Duration::from_secs(30), runner.contract())
        .await
        .map_err(|_| Failure::new("the lock is still held"))??;
    let wrong = "select count(*) from users where display_name <> 'u' || id";
    if fixture.count(wrong).await? != 0 {
        fail!("rows are wrong");
    }
    fixture.expect_model(&RENAME_HISTORY).await
}

#[test]
fn a_connection_that_is_forgotten_on_the_way_is_noticed() -> Result<(), Failure> {
    block_on(silence("forgotten", Proxy::forget))
}

#[test]
fn a_server_out_of_reach_is_noticed() -> Result<(), Failure> {
    block_on(silence("out_of_reach", Proxy::go_silent))
}

#[test]
fn a_statement_that_takes_long_is_not_taken_for_a_dead_line() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("long_answer", 100).await?;
        let reader = fixture.reader("old-snapshot").await?;
        let mut runner = Fixture::builder(&INDEX_HISTORY)
            .answer_patience(Duration::from_millis(50))
            .connect(fixture.url())
            .await?;
        let run = tokio::spawn(async move { runner.migrate().await });
        // Long enough to be asked after many times.
        fixture
            .wait_until(
                "select exists (select from pg_stat_activity
                    where query like 'create index concurrently%' and state = 'active'
                        and datname = current_database()
                        and clock_timestamp() - query_start > interval '1 s')",
            )
            .await?;
        reader.batch_execute("commit").await?;
        run.await.map_err(|error| Failure::new(error.to_string()))??;
        fixture.expect_model(&INDEX_HISTORY).await
    })
}
