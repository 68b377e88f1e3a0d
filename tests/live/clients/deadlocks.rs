//! Transactions of the application that take rows and tables in the order opposite to ours: where
//! somebody has to give way it is we.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use changeover::testing::Server;
use changeover_tests::fixture::Fixture;
use changeover_tests::{Failure, block_on, connect, fail};
use tokio::task::JoinHandle;

mod m0001_tables {
    changeover::migration! {
        create_table!(parents {
            id: bigint identity primary_key,
            name: text not_null,
        });
        create_table!(children {
            id: bigint identity primary_key,
            parent_id: bigint not_null,
            name: text not_null,
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_tables;
        add_foreign_key!(children.parent_id => parents.id, allow(foreign_key_without_index, reason = "a test"));
        rename_column!(parents.name => title);
        rename_column!(children.name => title);
    }
}

mod m0003_contract {
    changeover::migration! {
        after super::m0002_change;
        contract!(m0002_change);
    }
}

changeover::migrations! {
    static HISTORY = [m0001_tables, m0002_change, m0003_contract];
}

const ROWS: i64 = 5_000;
const WRITERS: usize = 6;

/// Writers that go on until they are told to stop, and how much they did.
struct Writers {
    stop: Arc<AtomicBool>,
    transactions: Arc<AtomicU64>,
    tasks: Vec<JoinHandle<Result<(), Failure>>>,
}

impl Writers {
    async fn start(url: &str) -> Result<Self, Failure> {
        let stop = Arc::new(AtomicBool::new(false));
        let transactions = Arc::new(AtomicU64::new(0));
        let mut tasks = Vec::new();
        for writer in 0..WRITERS {
            let db = connect(url, "writer").await?;
            let (stop, transactions) = (stop.clone(), transactions.clone());
            tasks.push(tokio::spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    for statement in backwards(writer) {
                        let done = db.batch_execute(&statement).await;
                        done.map_err(|error| Failure::from(error).during(statement))?;
                    }
                    transactions.fetch_add(1, Ordering::Relaxed);
                }
                Ok(())
            }));
        }
        Ok(Writers { stop, transactions, tasks })
    }

    async fn stop(self) -> Result<u64, Failure> {
        self.stop.store(true, Ordering::Relaxed);
        for task in self.tasks {
            task.await.map_err(|error| Failure::new(error.to_string()))??;
        }
        Ok(self.transactions.load(Ordering::Relaxed))
    }
}

/// The child before its parent, and the later row before the earlier: a plan locks the parent
/// first, and a backfill goes through the heap from its start. Each writer has rows of its own, so
/// that no two of them can block each other.
fn backwards(writer: usize) -> Vec<String> {
    let step = i64::try_from(WRITERS).unwrap_or(1);
    let mine = i64::try_from(writer).unwrap_or(0);
    let row = |n: i64| n * step + mine + 1;
    let near = fastrand::i64(0..ROWS / step - 40);
    let (first, last) = (row(near), row(near + fastrand::i64(1..40)));
    let mut statements = vec!["begin".to_owned()];
    for table in ["children", "parents"] {
        for id in [last, first] {
            statements.push(format!("update {table} set name = name || '.' where id = {id}"));
        }
    }
    statements.push("commit".to_owned());
    statements
}

/// Takes the change back and makes it again, many times, under writers.
async fn against_writers(server: &Server, name: &str) -> Result<(), Failure> {
    let fixture = Fixture::on(server, name).await?;
    let (Some(base), Some(change)) = (HISTORY.until("m0001_tables"), HISTORY.until("m0002_change"))
    else {
        fail!("no such migration")
    };
    fixture.runner(&base).await?.migrate().await?;
    let seed = format!(
        "insert into parents (name) select 'p' from generate_series(1, {ROWS});
         insert into children (parent_id, name) select n, 'c' from generate_series(1, {ROWS}) n"
    );
    fixture.db.batch_execute(&seed).await?;
    let writers = Writers::start(fixture.url()).await?;
    let started = Instant::now();
    let (mut rounds, mut retries) = (0, 0);
    while started.elapsed() < Duration::from_secs(5) || rounds < 2 {
        let done = fixture.runner(&change).await?.migrate().await?;
        let undone = fixture.runner(&change).await?.undo("m0002_change").await?;
        let all = done.phases.iter().chain(&undone.phases);
        retries += all.map(|phase| phase.retries).sum::<u32>();
        rounds += 1;
    }
    fixture.runner(&change).await?.migrate().await?;
    let transactions = writers.stop().await?;
    let differing = "select (select count(*) from parents where name is distinct from title)
        + (select count(*) from children where name is distinct from title)";
    if fixture.count(differing).await? != 0 {
        fail!("rows differ");
    }
    let written = "select (select sum(length(name) - 1) from parents)::bigint
        + (select sum(length(name) - 1) from children)::bigint";
    let written = fixture.count(written).await?;
    if u64::try_from(written) != Ok(transactions * 4) {
        fail!("{transactions} transactions, and {written} writes");
    }
    let deadlocks = "select deadlocks from pg_stat_database where datname = current_database()";
    let deadlocks = fixture.count(deadlocks).await?;
    eprintln!(
        "{name}: {transactions} transactions, {rounds} times there and back, {retries} retries, \
         {deadlocks} deadlocks, none of which a client lost"
    );
    fixture.runner(&HISTORY).await?.contract().await?;
    fixture.expect_model(&HISTORY).await
}

#[test]
fn the_application_is_never_the_victim_of_a_deadlock() -> Result<(), Failure> {
    block_on(async { against_writers(Server::shared().await?, "deadlocks").await })
}

/// A server that looks for deadlocks sooner than we give way by default.
#[test]
fn nor_where_the_server_looks_for_deadlocks_soon() -> Result<(), Failure> {
    block_on(async {
        let server = Server::start_own().await?;
        let db = connect(&server.url("postgres"), "operator").await?;
        db.batch_execute("alter system set deadlock_timeout = '200ms'").await?;
        db.batch_execute("select pg_reload_conf()").await?;
        against_writers(&server, "soon").await
    })
}
