//! A table of more partitions than the server has room for locks of: a statement that reaches all of
//! them fails, so none is sent, or nothing is begun.

use std::time::Duration;

use changeover::migration::{
    Backfill, Change, Course, Migration, Migrations, NoRows, Phase, Plan, Step, Work,
};
use changeover::testing::Server;
use changeover::{Check, ErrorKind};
use changeover_tests::fixture::Fixture;
use changeover_tests::{Failure, block_on, fail};

mod m0001_events {
    changeover::migration! {
        create_table!(events {
            id: bigint not_null,
            name: text,
            note: text,
            partition_by(range(id)),
        });
    }
}
mod m0002_rename {
    changeover::migration! {
        after super::m0001_events;
        rename_column!(events.name => title);
    }
}
changeover::migrations! {
    static HISTORY = [m0001_events, m0002_rename];
}

const TABLE: &str = r#""public"."events""#;

const fn step(why: &'static str, work: Work) -> Step {
    Step { phase: Phase::Migrate, why, work, course: Course::Both, undo: None }
}

const fn looks(violation: &'static str) -> Work {
    Work::NoRows(NoRows { table: TABLE, violation, problem: "are wrong", help: "mend them" })
}

const fn on_its_own(id: &'static str, changes: &'static [Change]) -> Migration {
    Migration {
        id,
        parent: None,
        doc: "",
        plan: Plan::Written(changes),
        switches: &[],
        contracts: &[],
        requires: &[],
        baseline: None,
        before: None,
        plan_version: 1,
        shape: "",
    }
}

const fn change(steps: &'static [Step]) -> Change {
    Change {
        operation: "sql",
        subject: "events",
        notes: &[],
        columns: &[],
        needs: &[],
        makes: &[],
        agrees: &[],
        steps,
    }
}

static FILL: Migration = on_its_own(
    "m0001_fill",
    &[change(&[
        step("asks each partition", looks("events.name is null")),
        step(
            "fills each partition",
            Work::Backfill(Backfill {
                table: TABLE,
                set: "note = name",
                pending: "note is null and name is not null",
            }),
        ),
    ])],
);
static FILLS: Migrations = Migrations { migrations: &[&FILL], schema: &[], names: &[] };

static TWICE: Migration = on_its_own(
    "m0001_twice",
    &[change(&[step(
        "asks all of them",
        looks(
            "name in (select other.name from \"public\".\"events\" other group by other.name \
             having count(*) > 1)",
        ),
    )])],
);
static TWICES: Migrations = Migrations { migrations: &[&TWICE], schema: &[], names: &[] };

async fn events(fixture: &Fixture) -> Result<(), Failure> {
    let Some(base) = HISTORY.until("m0001_events") else { fail!("no base") };
    fixture.runner(&base).await?.migrate().await.map(drop).map_err(Failure::from)
}

/// Each in a transaction of its own: together they would need the very room that is small.
async fn partitions(fixture: &Fixture, from: u32, until: u32) -> Result<(), Failure> {
    let make = format!(
        "do $$ begin for n in {from}..{until} - 1 loop execute format('create table events_%s \
         partition of events for values from (%s) to (%s)', n, n, n + 1); commit; end loop; end $$"
    );
    fixture.db.batch_execute(&make).await.map_err(Failure::from)
}

/// A server with room for few locks.
async fn small() -> Result<(Server, Fixture), Failure> {
    let mut server = Server::start_own().await?;
    let mut fixture = Fixture::on(&server, "lock_table").await?;
    for setting in [
        "max_locks_per_transaction = 10",
        "max_connections = 15",
        "autovacuum_max_workers = 1",
        "max_worker_processes = 1",
        "max_wal_senders = 0",
        "wal_level = minimal",
    ] {
        fixture.db.batch_execute(&format!("alter system set {setting}")).await?;
    }
    server.crash().await?;
    server.restart().await?;
    fixture.follow(&server).await?;
    Ok((server, fixture))
}

#[test]
fn partitions_are_asked_and_filled_one_by_one_and_locked_together_never() -> Result<(), Failure> {
    block_on(async {
        let (_server, fixture) = small().await?;
        events(&fixture).await?;
        let mut count = 0;
        loop {
            partitions(&fixture, count, count + 100).await?;
            count += 100;
            let all = fixture.db.query("select count(*) from events", &[]).await;
            match all.err().and_then(|error| error.code().cloned()) {
                Some(code) if code.code() == "53200" => break,
                None if count < 3_000 => {}
                other => fail!("{count} partitions: {other:?}"),
            }
        }
        let insert =
            "insert into events (id, name) select n, 'e' || n from generate_series(0, 99) n";
        fixture.db.batch_execute(insert).await?;

        let mut fills = Fixture::builder(&FILLS).app("fills").connect(fixture.url()).await?;
        let report = fills.migrate().await?;
        let rows: u64 = report.phases.iter().map(|phase| phase.rows).sum();
        let last =
            fixture.count("select count(*) from events where id = 99 and note = name").await?;
        if (rows, last) != (100, 1) {
            fail!("{rows} rows are filled, and {last} of the last");
        }

        let before = fixture.catalog().await?;
        for attempt in 1..=2 {
            match fixture.runner(&HISTORY).await?.expand().await {
                Err(error)
                    if error.kind() == ErrorKind::Preflight
                        && error.to_string().contains("max_locks_per_transaction") => {}
                other => fail!("attempt {attempt}: {other:?}"),
            }
        }
        if fixture.catalog().await? != before {
            fail!("something was changed before it stopped");
        }
        Ok(())
    })
}

/// Two rows that only together are wrong are in two partitions.
#[test]
fn a_condition_that_names_its_own_table_is_asked_of_all_partitions() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("lock_table_all").await?;
        events(&fixture).await?;
        partitions(&fixture, 0, 3).await?;
        let runner = async || Fixture::builder(&TWICES).app("twices").connect(fixture.url()).await;
        fixture.db.batch_execute("insert into events values (0, 'a'), (1, 'b'), (2, 'a')").await?;
        match runner().await?.migrate().await {
            Err(error) if error.kind() == ErrorKind::Violation => {}
            other => fail!("not found: {other:?}"),
        }
        fixture.db.batch_execute("delete from events where id = 2").await?;
        runner().await?.migrate().await.map(drop).map_err(Failure::from)
    })
}

/// What the partitions cost is said before the lock is taken, and readers are kept out by one statement.
#[test]
fn many_partitions_are_told_with_the_time_that_they_take() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("lock_table_time").await?;
        events(&fixture).await?;
        partitions(&fixture, 0, 150).await?;
        let told = async |lock_timeout| {
            let mut runner = Fixture::builder(&HISTORY)
                .lock_timeout(Duration::from_millis(lock_timeout))
                .connect(fixture.url())
                .await?;
            let report = runner.expand().await?;
            runner.undo("m0002_rename").await?;
            let found = report.findings.iter().filter(|one| one.check == Check::ManyPartitions);
            Ok::<Vec<String>, Failure>(found.map(|one| one.what.clone()).collect())
        };
        match &told(30).await?[..] {
            [one] if one.contains("its 150 partitions") && one.contains(" ms") => {}
            other => fail!("{other:?}"),
        }
        match &told(10_000).await?[..] {
            [] => Ok(()),
            other => fail!("{other:?}"),
        }
    })
}
