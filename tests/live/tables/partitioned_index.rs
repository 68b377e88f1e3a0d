//! An index on a partitioned table: built partition by partition, stopped anywhere, dropped again.

use std::time::Duration;

use changeover::migration::{Index, Migration, Migrations, Phase, Work};
use changeover::{Check, ErrorKind, Severity};
use changeover_tests::fixture::{Fixture, Process};
use changeover_tests::sample::{PARTITIONED_HISTORY, PARTITIONED_INDEX, change, migration, step};
use changeover_tests::{Client, Failure, block_on, catalog, fail};

const MIGRATE: &str = env!("CARGO_BIN_EXE_migrate");

/// The runner's own bound, and what a busy machine with two cores may add to it.
const LONGEST_WAIT: Duration = Duration::from_millis(300 + 400);

async fn events(name: &str) -> Result<Fixture, Failure> {
    let fixture = Fixture::new(name).await?;
    let Some(base) = PARTITIONED_HISTORY.until("m0001_events") else { fail!("no such migration") };
    fixture.runner(&base).await?.migrate().await?;
    Ok(fixture)
}

#[test]
fn it_is_built_and_dropped_under_traffic() -> Result<(), Failure> {
    block_on(async {
        let fixture = events("partitioned_index").await?;
        let before = catalog::dump(&fixture.db).await?;
        let client = Client::of("events").writes("name").connections(4);
        let traffic = fixture.traffic(&client).await?;
        let mut clients = traffic.start("any", &client).await?;
        clients.advance(20).await?;

        fixture.runner(&PARTITIONED_HISTORY).await?.migrate().await?;
        clients.advance(20).await?;
        fixture.expect_model(&PARTITIONED_HISTORY).await?;

        fixture.runner(&PARTITIONED_HISTORY).await?.undo("m0002_index").await?;
        clients.advance(20).await?;
        let after = catalog::dump(&fixture.db).await?;
        catalog::expect_equal(("before", &before), ("after the undo", &after))?;
        clients.leave().await?;
        traffic.verify(&fixture.db, &client).await?;
        match traffic.slowest() {
            slowest if slowest.took <= LONGEST_WAIT => Ok(()),
            slowest => fail!("a client waited: {slowest:?}"),
        }
    })
}

/// Each process is killed one progress report later than the one before, until one comes through;
/// a partition appears meanwhile.
#[test]
fn it_is_killed_at_every_partition_and_comes_through() -> Result<(), Failure> {
    block_on(async {
        let fixture = events("partitioned_kill").await?;
        for reports in 0.. {
            let mut process = Process::start(MIGRATE, fixture.url(), "partitioned", "migrate")?;
            if (0..=reports).all(|_| process.next_rows().is_some()) {
                process.kill()?;
                continue;
            }
            if !process.succeeded() {
                fail!("the process after {reports} kills failed");
            }
            if reports < 4 {
                fail!("{reports} kills do not go through every partition");
            }
            break;
        }
        let new = "create table events_0 partition of events for values from (-9) to (0)";
        fixture.db.batch_execute(new).await?;
        let gets_it = "select exists (select from pg_index where indisvalid
            and indexrelid = to_regclass('events_0_name_lower_idx'))";
        if !fixture.holds(gets_it).await? {
            fail!("a new partition has no index");
        }
        fixture.db.batch_execute("drop table events_0").await?;
        fixture.expect_model(&PARTITIONED_HISTORY).await
    })
}

/// A build on one partition that lost its backend, and left an invalid index there.
#[test]
fn a_partition_with_an_invalid_index_is_built_again() -> Result<(), Failure> {
    const BUILDERS: &str = "from pg_stat_activity
        where query ilike 'create%index concurrently%' and application_name like 'changeover%'
            and datname = current_database()";
    block_on(async {
        let fixture = events("partitioned_invalid").await?;
        let reader = changeover_tests::connect(fixture.url(), "old-snapshot").await?;
        reader
            .batch_execute("begin isolation level repeatable read; select count(*) from events_2")
            .await?;
        let mut runner = fixture.runner(&PARTITIONED_HISTORY).await?;
        let run = tokio::spawn(async move { runner.migrate().await });
        let waiting = format!("select exists (select {BUILDERS} and wait_event_type = 'Lock')");
        fixture.wait_until(&waiting).await?;
        fixture.db.execute(&format!("select pg_terminate_backend(pid) {BUILDERS}"), &[]).await?;
        if run.await.map_err(|error| Failure::new(error.to_string()))?.is_ok() {
            fail!("it outlived its backend");
        }
        let invalid = "select count(*) from pg_index join pg_class c on c.oid = indexrelid
            where not indisvalid and relkind = 'i'";
        if fixture.count(invalid).await? != 1 {
            fail!("the test made no invalid index");
        }
        reader.batch_execute("commit").await?;
        fixture.runner(&PARTITIONED_HISTORY).await?.migrate().await?;
        fixture.expect_model(&PARTITIONED_HISTORY).await
    })
}
/// As the first migration of a history, on a table that no migration made.
macro_rules! unique_index {
    ($definition:literal) => {{
        const INDEX: Index = Index { unique: true, definition: $definition, ..PARTITIONED_INDEX };
        const WORK: Work = Work::BuildIndex(INDEX);
        static UNIQUE: Migration =
            migration("m0001", None, &[change("add_index", &[step(Phase::Migrate, WORK, None)])]);
        static HISTORY: Migrations = Migrations { migrations: &[&UNIQUE], schema: &[], names: &[] };
        &HISTORY
    }};
}

const BY_ID: &str = "create table events (id bigint, name text) partition by range (id);
    create table events_1 partition of events for values from (0) to (1000);
    create table events_2 partition of events for values from (1000) to (2000);
    insert into events select n, 'e' || n from generate_series(1, 1999) n";

#[test]
fn a_unique_index_needs_the_partition_key() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("partitioned_unique").await?;
        fixture.db.batch_execute(BY_ID).await?;
        let before = catalog::dump(&fixture.db).await?;
        match fixture.runner(unique_index!("(name)")).await?.migrate().await {
            Err(error)
                if error.kind() == ErrorKind::NotIndexable
                    && error.to_string().contains("lacks a column") => {}
            other => fail!("two partitions may hold the same name: {other:?}"),
        }
        let after = catalog::dump(&fixture.db).await?;
        catalog::expect_equal(("before", &before), ("after the refusal", &after))?;
        // Nothing has run, so that the migration may be edited.
        fixture.runner(unique_index!("(name, id)")).await?.migrate().await?;
        if !fixture.holds("select bool_and(indisvalid and indisunique) from pg_index where indrelid = 'events_2'::regclass").await? {
            fail!("a partition has no unique index");
        }
        Ok(())
    })
}

#[test]
fn rows_that_are_equal_leave_no_index_behind() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("partitioned_duplicates").await?;
        fixture.db.batch_execute(BY_ID).await?;
        fixture.db.batch_execute("insert into events values (1500, 'e1500')").await?;
        let before = catalog::dump(&fixture.db).await?;
        match fixture.runner(unique_index!("(name, id)")).await?.migrate().await {
            Err(error) if error.kind() == ErrorKind::Statement => {}
            other => fail!("two rows are equal: {other:?}"),
        }
        let after = catalog::dump(&fixture.db).await?;
        catalog::expect_equal(("before", &before), ("after the failure", &after))?;
        fixture.db.batch_execute("delete from events where id = 1500").await?;
        fixture
            .runner(unique_index!("(name, id)"))
            .await?
            .migrate()
            .await
            .map(drop)
            .map_err(Into::into)
    })
}

#[test]
fn an_index_that_somebody_else_began_is_left_alone() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("partitioned_taken").await?;
        fixture.db.batch_execute(BY_ID).await?;
        fixture.db.batch_execute("create index events_name_idx on only events (name)").await?;
        let before = catalog::dump(&fixture.db).await?;
        for _ in 0..2 {
            match fixture.runner(unique_index!("(name, id)")).await?.migrate().await {
                Err(error) if error.kind() == ErrorKind::NameTaken => {}
                other => fail!("the name is taken: {other:?}"),
            }
            let after = catalog::dump(&fixture.db).await?;
            catalog::expect_equal(("before", &before), ("after the failure", &after))?;
        }
        fixture.db.batch_execute("drop index events_name_idx").await?;
        fixture.runner(unique_index!("(name, id)")).await?.migrate().await.map(drop)?;
        Ok(())
    })
}

#[test]
fn a_foreign_partition_is_found_before_anything_is_made() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("partitioned_foreign").await?;
        fixture.db.batch_execute(BY_ID).await?;
        fixture
            .db
            .batch_execute(
                "create foreign data wrapper nowhere;
                create server nowhere foreign data wrapper nowhere;
                create foreign table elsewhere partition of events
                    for values from (-10) to (0) server nowhere",
            )
            .await?;
        let before = catalog::dump(&fixture.db).await?;
        let history = unique_index!("(name, id)");
        match fixture.runner(history).await?.migrate().await {
            Err(error)
                if error.kind() == ErrorKind::Preflight
                    && error.to_string().contains("elsewhere") => {}
            other => fail!("a foreign table cannot be indexed: {other:?}"),
        }
        let unseen = Fixture::builder(history).preflight(Check::Drift, Severity::Ignore);
        match unseen.connect(fixture.url()).await?.migrate().await {
            Err(error)
                if error.kind() == ErrorKind::NotIndexable
                    && error.to_string().contains("elsewhere") => {}
            other => fail!("a foreign table cannot be indexed: {other:?}"),
        }
        let after = catalog::dump(&fixture.db).await?;
        catalog::expect_equal(("before", &before), ("after the refusal", &after))
    })
}
