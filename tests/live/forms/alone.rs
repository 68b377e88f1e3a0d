//! A statement that runs outside a transaction and is stopped half-way.

use std::time::Duration;

use changeover::ErrorKind;
use changeover::migration::{
    Cleanup, LockMode, Migration, Migrations, NonTransactional, Path, Phase, Statement, TableLock,
    Work,
};
use changeover_tests::fixture::Fixture;
use changeover_tests::sample::{change, migration, step, unlocked};
use changeover_tests::{Client, Failure, block_on, connect, fail};

const EVENTS: &str = r#""public"."events""#;
const FIRST: &str = r#""public"."events_1""#;

const fn detach(sql: &'static str) -> Statement {
    const LOCKS: &[TableLock] = &[
        TableLock { table: EVENTS, mode: LockMode::ShareUpdateExclusive },
        TableLock { table: FIRST, mode: LockMode::AccessExclusive },
    ];
    Statement {
        reads_rows: true,
        path: Path::Users,
        sql,
        locks: LOCKS,
        effects: &[],
        only_if: None,
        rights: None,
        why: "",
    }
}

const DETACH: NonTransactional = NonTransactional {
    statement: &detach(
        r#"alter table "public"."events" detach partition "public"."events_1" concurrently"#,
    ),
    done: Some(
        "select not exists (select from pg_catalog.pg_inherits where \
         inhparent = to_regclass('public.events') and inhrelid = to_regclass('public.events_1'))",
    ),
    mend: &[Cleanup {
        when: "select exists (select from pg_catalog.pg_inherits where inhdetachpending \
               and inhparent = to_regclass('public.events') \
               and inhrelid = to_regclass('public.events_1'))",
        statement: detach(
            r#"alter table "public"."events" detach partition "public"."events_1" finalize"#,
        ),
    }],
};

static CREATE: Migration = migration(
    "m0001_events",
    None,
    &[change(
        "create_table",
        &[step(
            Phase::Expand,
            Work::Transaction(&[
                unlocked(
                    "create table events (id bigint primary key, name text) partition by range (id)",
                ),
                unlocked("create table events_1 partition of events for values from (0) to (100)"),
                unlocked(
                    "create table events_2 partition of events for values from (100) to (maxvalue)",
                ),
                unlocked("insert into events select n, 'e' || n from generate_series(1, 1000) n"),
            ]),
            None,
        )],
    )],
);

static DETACHED: Migration = migration(
    "m0002_detach",
    Some("m0001_events"),
    &[change(
        "detach_partition",
        &[step(
            Phase::Migrate,
            Work::NonTransactional(DETACH),
            Some(Work::Transaction(&[unlocked(
                "alter table events attach partition events_1 for values from (0) to (100)",
            )])),
        )],
    )],
);

static HISTORY: Migrations =
    Migrations { migrations: &[&CREATE, &DETACHED], schema: &[], names: &[] };

const PENDING: &str = "select exists (select from pg_inherits where inhdetachpending)";

async fn events(name: &str) -> Result<Fixture, Failure> {
    let fixture = Fixture::new(name).await?;
    let Some(base) = HISTORY.until("m0001_events") else { fail!("no such migration") };
    fixture.runner(&base).await?.migrate().await?;
    Ok(fixture)
}

/// A transaction that has read the table, so that the detaching waits for it.
async fn reader(fixture: &Fixture) -> Result<tokio_postgres::Client, Failure> {
    let reader = connect(fixture.url(), "nightly-export").await?;
    reader.batch_execute("begin; select count(*) from events").await?;
    Ok(reader)
}

async fn expect_detached(fixture: &Fixture) -> Result<(), Failure> {
    if fixture
        .holds("select exists (select from pg_inherits where inhrelid = 'events_1'::regclass)")
        .await?
    {
        fail!("the partition is still attached");
    }
    let (rest, own) = ("select count(*) from events", "select count(*) from events_1");
    if (fixture.count(rest).await?, fixture.count(own).await?) != (901, 99) {
        fail!("rows were lost");
    }
    Ok(())
}

#[test]
fn a_detaching_that_lost_its_backend_is_finalized() -> Result<(), Failure> {
    block_on(async {
        let fixture = events("alone_terminated").await?;
        let client = Client::of("events_2").writes("name").only_updates();
        let traffic = fixture.traffic(&client).await?;
        let through_parent = Client::of("events").rows_of("events_2").writes("name").only_updates();
        let mut clients = traffic.start("any", &through_parent).await?;
        let reader = reader(&fixture).await?;

        let mut runner = fixture.runner(&HISTORY).await?;
        let run = tokio::spawn(async move { runner.migrate().await });
        fixture.wait_until(PENDING).await?;
        clients.advance(200).await?;
        let terminate = "select pg_terminate_backend(pid) from pg_stat_activity
            where application_name like 'changeover%' and datname = current_database()";
        fixture.db.execute(terminate, &[]).await?;
        match run.await.map_err(|error| Failure::new(error.to_string()))? {
            Err(error) if error.is_connection_lost() => {}
            other => fail!("it outlived its backend: {other:?}"),
        }
        if !fixture.holds(PENDING).await? {
            fail!("nothing was left half-way");
        }
        reader.batch_execute("commit").await?;
        fixture.runner(&HISTORY).await?.migrate().await?;
        clients.advance(20).await?;
        clients.leave().await?;
        if traffic.slowest().took > Duration::from_millis(700) {
            fail!("a client waited: {:?}", traffic.slowest());
        }
        traffic.verify(&fixture.db, &client).await?;
        expect_detached(&fixture).await
    })
}

#[test]
fn a_detaching_waits_in_short_tries_and_names_who_is_in_the_way() -> Result<(), Failure> {
    block_on(async {
        let fixture = events("alone_deadline").await?;
        let reader = reader(&fixture).await?;
        let outcome = Fixture::builder(&HISTORY)
            .deadline(Duration::from_secs(2))
            .connect(fixture.url())
            .await?
            .migrate()
            .await;
        match outcome {
            Err(error)
                if error.kind() == ErrorKind::LockTimeout
                    && error.to_string().contains("nightly") => {}
            other => fail!("it passed a reader, or does not name it: {other:?}"),
        }
        reader.batch_execute("commit").await?;
        let report = fixture.runner(&HISTORY).await?.migrate().await?;
        if report.phases.iter().map(|phase| phase.retries).sum::<u32>() != 0 {
            fail!("what was left half-way was not mended at the first try:\n{report}");
        }
        expect_detached(&fixture).await
    })
}

/// The statement has run, and its runner died before it could write so down.
#[test]
fn what_is_done_is_not_repeated() -> Result<(), Failure> {
    block_on(async {
        let fixture = events("alone_done").await?;
        fixture.runner(&HISTORY).await?.migrate().await?;
        fixture.runner(&HISTORY).await?.undo("m0002_detach").await?;
        fixture.db.batch_execute(DETACH.statement.sql).await?;
        fixture.runner(&HISTORY).await?.migrate().await?;
        expect_detached(&fixture).await
    })
}
