//! Long transactions in the migration's way: clients never wait long, and the error names them.

use std::sync::Arc;
use std::time::Duration;

use changeover::{ErrorKind, Executor, Migrations, Rows, SqlError};
use changeover_tests::fixture::Fixture;
use changeover_tests::sample::{INDEX_HISTORY, RENAME_HISTORY};
use changeover_tests::traffic::{Running, Traffic};
use changeover_tests::{Client, Failure, block_on, connect, fail};

/// The runner's own bound, and what a busy machine with two cores may add to it.
const LONGEST_WAIT: Duration = Duration::from_millis(300 + 400);

/// Enough actions for the runner to meet the transaction on several rungs of its ladder.
const MANY_ACTIONS: u64 = 600;

#[test]
fn a_long_reader_delays_the_expansion_and_no_client() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("long_reader_expand", 2_000).await?;
        behind_a_long_reader(&fixture, "username", &RENAME_HISTORY, Command::Expand).await
    })
}

#[test]
fn a_long_reader_delays_the_contract_and_no_client() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("long_reader_contract", 2_000).await?;
        fixture.runner(&RENAME_HISTORY).await?.migrate().await?;
        behind_a_long_reader(&fixture, "display_name", &RENAME_HISTORY, Command::Contract).await
    })
}

#[test]
fn a_long_transaction_delays_an_index_build_and_no_client() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("long_index", 2_000).await?;
        behind_a_long_reader(&fixture, "username", &INDEX_HISTORY, Command::Migrate).await?;
        fixture.expect_model(&INDEX_HISTORY).await
    })
}

#[derive(Debug, Clone, Copy)]
enum Command {
    Expand,
    Migrate,
    Contract,
}

async fn behind_a_long_reader(
    fixture: &Fixture,
    column: &'static str,
    history: &Migrations,
    command: Command,
) -> Result<(), Failure> {
    let (traffic, mut clients) = clients(fixture, column).await?;
    let reader = fixture.reader("long-reader").await?;
    let mut runner = fixture.runner(history).await?;
    let run = tokio::spawn(async move {
        match command {
            Command::Expand => runner.expand().await,
            Command::Migrate => runner.migrate().await,
            Command::Contract => runner.contract().await,
        }
    });
    fixture
        .wait_until(
            "select exists (select from pg_locks l join pg_stat_activity a using (pid)
             where not l.granted and a.application_name like 'changeover%'
                 and a.datname = current_database())",
        )
        .await?;
    clients.advance(MANY_ACTIONS).await?;
    if run.is_finished() {
        fail!("the run did not wait for the reader: {:?}", run.await);
    }
    reader.batch_execute("commit").await?;
    run.await.map_err(|error| Failure::new(error.to_string()))??;
    clients.advance(20).await?;
    clients.leave().await?;

    let slowest = traffic.slowest();
    if slowest.took > LONGEST_WAIT {
        fail!("a client waited for {:?}: {}", slowest.took, slowest.what);
    }
    Ok(())
}

async fn clients(
    fixture: &Fixture,
    column: &'static str,
) -> Result<(Arc<Traffic>, Running), Failure> {
    let client = Client::of("users").writes(column);
    let traffic = fixture.traffic(&client).await?;
    let mut running = traffic.start(column, &client).await?;
    running.advance(5).await?;
    Ok((traffic, running))
}

#[test]
fn the_deadline_names_who_is_in_the_way() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("deadline", 10).await?;
        let reader = fixture.reader("nightly-export").await?;
        let pid: i32 = reader.query_one("select pg_backend_pid()", &[]).await?.get(0);
        let outcome = Fixture::builder(&RENAME_HISTORY)
            .deadline(Duration::from_secs(1))
            .connect(fixture.url())
            .await?
            .expand()
            .await;
        let Err(error) = outcome else { fail!("the expansion passed a reader") };
        let message = error.to_string();
        let named = message.contains("nightly-export") && message.contains(&pid.to_string());
        if error.kind() != ErrorKind::LockTimeout || !named {
            fail!("the error does not name pid {pid}: {message}");
        }
        reader.batch_execute("commit").await?;
        fixture.runner(&RENAME_HISTORY).await?.contract().await?;
        fixture.expect_model(&RENAME_HISTORY).await
    })
}

/// A session whose client falls silent in the middle of the first transaction that has its locks.
struct FallsSilent(tokio_postgres::Client);

#[changeover::async_trait]
impl Executor for FallsSilent {
    async fn query(&mut self, sql: &str) -> Result<Rows, SqlError> {
        if sql.starts_with("alter table") {
            std::future::pending::<()>().await;
        }
        Executor::query(&mut self.0, sql).await
    }
}

#[test]
fn a_runner_that_is_stopped_while_it_has_a_lock_loses_it() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("silent", 100).await?;
        let (traffic, mut clients) = clients(&fixture, "username").await?;
        let session = FallsSilent(connect(fixture.url(), "silent").await?);
        let mut runner = Fixture::builder(&RENAME_HISTORY).executor(session);
        let run = tokio::spawn(async move { runner.expand().await });
        fixture
            .wait_until(
                "select exists (select from pg_locks where mode = 'AccessExclusiveLock'
                 and relation = 'users'::regclass and granted)",
            )
            .await?;
        clients.advance(20).await?;
        clients.leave().await?;
        run.abort();
        let slowest = traffic.slowest();
        if slowest.took > Duration::from_secs(2) + LONGEST_WAIT {
            fail!("a client waited for {:?}: {}", slowest.took, slowest.what);
        }
        fixture.runner(&RENAME_HISTORY).await?.contract().await?;
        fixture.expect_model(&RENAME_HISTORY).await
    })
}
