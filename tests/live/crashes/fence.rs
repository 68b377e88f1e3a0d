//! A runner that lost its lock writes nothing more, whenever that was.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use changeover::{ErrorKind, Executor, Migrations, Rows, SqlError, async_trait};
use changeover_tests::fixture::{Fixture, Process};
use changeover_tests::sample::{CONVERT_HISTORY, INDEX_HISTORY, RENAME_HISTORY};
use changeover_tests::{Failure, block_on, chain, connect, fail};

const MIGRATE: &str = env!("CARGO_BIN_EXE_migrate");
const ROWS: u32 = 100_000;

/// All that a runner may write, with the transaction that wrote it.
const WRITTEN: &str = "
    select md5(concat(
        (select string_agg(concat(xmin, ' ', t), '' order by id) from users t),
        (select string_agg(concat(xmin, ' ', t), '' order by t::text) from changeover.steps t),
        (select string_agg(concat(xmin, ' ', t), '' order by t::text) from changeover.migrations t),
        (select string_agg(concat(xmin, ' ', relname), '' order by oid) from pg_class
            where relnamespace = 'public'::regnamespace)))";

const RUNNING: &str = "from pg_stat_activity where application_name like 'changeover %' \
                       and datname = current_database()";

#[test]
fn a_stopped_runner_that_goes_on_after_a_takeover_writes_nothing() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("fence_stopped", ROWS).await?;
        let mut stopped = Process::start(MIGRATE, fixture.url(), "rename", "migrate")?;
        while stopped.next_rows().is_some_and(|rows| rows < 20_000) {}
        stopped.signal("STOP")?;
        fixture.db.execute(&format!("select pg_terminate_backend(pid) {RUNNING}"), &[]).await?;
        fixture.wait_until(&format!("select not exists (select {RUNNING})")).await?;
        let left = fixture.count("select count(*) from users where display_name is null").await?;
        if left == 0 {
            fail!("the runner was stopped too late");
        }
        fixture.runner(&RENAME_HISTORY).await?.migrate().await?;

        let before = written(&fixture).await?;
        stopped.signal("CONT")?;
        let Some(said) = stopped.outcome()? else { fail!("the stopped runner succeeded") };
        if !said.contains("another one has taken over") {
            fail!("it ended with another error: {said}");
        }
        if written(&fixture).await? != before {
            fail!("the stopped runner wrote");
        }
        Ok(())
    })
}

async fn written(fixture: &Fixture) -> Result<String, Failure> {
    Ok(fixture.db.query_one(WRITTEN, &[]).await?.get(0))
}

/// A session that loses its lock before one of its statements, as to a pooler's reset query, and
/// another runner does all that there is to do at that very moment.
struct Interrupted {
    client: tokio_postgres::Client,
    url: String,
    history: Migrations,
    /// How many statements are still to come before that.
    left: Arc<AtomicUsize>,
    in_transaction: bool,
}

#[async_trait]
impl Executor for Interrupted {
    async fn query(&mut self, sql: &str) -> Result<Rows, SqlError> {
        // A transaction keeps the number until it ends, so that nobody can come in between.
        if !self.in_transaction && self.left.fetch_sub(1, Ordering::Relaxed) == 1 {
            Executor::query(&mut self.client, "select pg_advisory_unlock_all()").await?;
            take_over(&self.url, &self.history).await.map_err(|failure| {
                SqlError::new(Some("XX000"), format!("the takeover failed: {failure}"))
            })?;
        }
        self.in_transaction = sql.starts_with("begin") || (self.in_transaction && !is_end(sql));
        Executor::query(&mut self.client, sql).await
    }
}

/// Tells whether a text ends a transaction.
fn is_end(sql: &str) -> bool {
    sql.ends_with("commit") || sql == "rollback"
}

async fn take_over(url: &str, history: &Migrations) -> Result<(), Failure> {
    Fixture::builder(history).connect(url).await?.migrate().await?;
    Ok(())
}

#[test]
fn a_takeover_between_any_two_statements_stops_a_backfill() -> Result<(), Failure> {
    taken_over_everywhere("fence_rename", RENAME_HISTORY, "m0002_rename")
}

#[test]
fn a_takeover_between_any_two_statements_stops_a_function() -> Result<(), Failure> {
    taken_over_everywhere("fence_convert", CONVERT_HISTORY, "m0002_label")
}

#[test]
fn a_takeover_between_any_two_statements_stops_an_index_build() -> Result<(), Failure> {
    taken_over_everywhere("fence_index", INDEX_HISTORY, "m0002_index")
}

fn taken_over_everywhere(name: &str, all: Migrations, last: &str) -> Result<(), Failure> {
    block_on(async {
        let Some(history) = all.until(last) else { fail!("no such migration") };
        let fixture = Fixture::with_users(name, 500).await?;
        let mut superseded = 0;
        for number in 1.. {
            let left = Arc::new(AtomicUsize::new(number));
            let interrupted = Interrupted {
                client: connect(fixture.url(), "interrupted").await?,
                url: fixture.url().to_owned(),
                history,
                left: left.clone(),
                in_transaction: false,
            };
            let outcome = Fixture::builder(&history).executor(interrupted).migrate().await;
            match outcome {
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::Superseded => superseded += 1,
                Err(error) => fail!("before statement {number}: {}", chain(&error)),
            }
            expect_all_done(&fixture).await.map_err(|failure| failure.during(number))?;
            if left.load(Ordering::Relaxed) > 0 && left.load(Ordering::Relaxed) <= number {
                eprintln!("{superseded} takeovers in {number} runs");
                break;
            }
            fixture.runner(&history).await?.undo(last).await?;
        }
        if superseded < 10 {
            fail!("only {superseded} takeovers were noticed");
        }
        fixture.runner(&all).await?.contract().await?;
        fixture.expect_model(&all).await
    })
}

async fn expect_all_done(fixture: &Fixture) -> Result<(), Failure> {
    let undone = "select count(*) from changeover.steps where state <> 'done' \
                  and phase in ('expand', 'migrate')";
    match fixture.count(undone).await? {
        0 => Ok(()),
        steps => fail!("{steps} steps are not done"),
    }
}
