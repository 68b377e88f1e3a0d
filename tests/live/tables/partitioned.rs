//! A partitioned table without a key, which no macro makes yet: a change that stands on its own, in
//! a migration written by hand.

use std::sync::LazyLock;

use changeover::migration::{
    Change, Course, Migration, Migrations, Phase, Plan, Statement, Step, Work,
};
use changeover_tests::fixture::Fixture;
use changeover_tests::sample::unlocked;
use changeover_tests::{Client, Failure, block_on, fail};

const fn made_by_hand(sql: &'static str) -> Statement {
    Statement { reads_rows: true, ..unlocked(sql) }
}

const CREATE: Change = Change {
    operation: "sql",
    subject: "events",
    notes: &[],
    columns: &[],
    needs: &[],
    makes: &[],
    agrees: &[],
    steps: &[Step {
        phase: Phase::Expand,
        why: "a partitioned table",
        work: Work::Transaction(&[
            made_by_hand("create table events (id bigint, name text) partition by range (id)"),
            made_by_hand("create table events_1 partition of events for values from (0) to (3000)"),
            made_by_hand(
                "create table events_2 partition of events default partition by hash (id)",
            ),
            made_by_hand(
                "create table events_2_0 partition of events_2 for values with (modulus 2, remainder 0)",
            ),
            made_by_hand(
                "create table events_2_1 partition of events_2 for values with (modulus 2, remainder 1)",
            ),
        ]),
        course: Course::Both,
        undo: None,
    }],
};

static RENAME: LazyLock<[Change; 1]> =
    LazyLock::new(|| [changeover::rename_column!(events.name => title: text)]);

const fn migration(
    id: &'static str,
    parent: Option<&'static str>,
    changes: &'static [Change],
    contracts: &'static [&'static str],
) -> Migration {
    Migration {
        id,
        parent,
        doc: "",
        plan: Plan::Written(changes),
        switches: &[],
        contracts,
        requires: &[],
        baseline: None,
        before: None,
        plan_version: 1,
        shape: "",
    }
}

static M1: Migration = migration("m0001_events", None, &[CREATE], &[]);
static M2: LazyLock<Migration> =
    LazyLock::new(|| migration("m0002_rename", Some("m0001_events"), &*RENAME, &[]));
static M3: Migration = migration("m0003_contract", Some("m0002_rename"), &[], &["m0002_rename"]);
static ALL: LazyLock<[&Migration; 3]> = LazyLock::new(|| [&M1, &M2, &M3]);
static HISTORY: LazyLock<Migrations> =
    LazyLock::new(|| Migrations { migrations: &*ALL, schema: &[], names: &[] });

#[test]
fn a_partitioned_table_is_filled_leaf_by_leaf() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("partitioned").await?;
        let Some(base) = HISTORY.until("m0001_events") else { fail!("no such migration") };
        fixture.runner(&base).await?.migrate().await?;
        fixture
            .db
            .batch_execute("insert into events select n, 'e' || n from generate_series(1, 9000) n")
            .await?;
        let traffic = fixture.traffic(&Client::of("events").writes("name").only_updates()).await?;
        let mut clients =
            traffic.start("old", &Client::of("events").writes("name").only_updates()).await?;
        clients.advance(20).await?;

        let report = fixture.runner(&HISTORY).await?.migrate().await?;
        clients.advance(20).await?;
        let differing = "select count(*) from events where name is distinct from title";
        if fixture.count(differing).await? != 0 {
            fail!("rows differ after\n{report}");
        }
        clients.leave().await?;
        fixture.runner(&HISTORY).await?.contract().await?;
        if fixture.count("select count(title) from events").await? != 9000 {
            fail!("values were lost");
        }
        Ok(())
    })
}
