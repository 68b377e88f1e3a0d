//! Types that change in a partitioned table without a key, where rows are hidden by policies, and
//! of text keys in the catalog alone.

use changeover::migration::{
    Change, Course, Migration, Migrations, Phase, Plan, Statement, Step, Work,
};
use changeover_tests::fixture::Fixture;
use changeover_tests::sample::unlocked;
use changeover_tests::{Client, Failure, block_on, fail, forbid_rewrites};

/// What the compiler knows of the table: all but its partitions.
mod m0001_events {
    changeover::migration! {
        create_table!(events { id: bigint, level: integer not_null, name: text });
    }
}

mod m0002_wider {
    changeover::migration! {
        after super::m0001_events;
        change_type!(events.level: bigint);
    }
}

mod m0003_switch {
    changeover::migration! {
        after super::m0002_wider;
        switch!(m0002_wider);
    }
}

mod m0004_contract {
    changeover::migration! {
        after super::m0003_switch;
        contract!(m0002_wider);
    }
}

const fn by_hand(sql: &'static str) -> Statement {
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
            by_hand(
                "create table events (id bigint, level integer not null, name text)
                 partition by range (id)",
            ),
            by_hand("create table events_1 partition of events for values from (0) to (3000)"),
            by_hand("create table events_2 partition of events default"),
            by_hand("alter table events enable row level security"),
            by_hand("create policy named on events using (name <> 'hidden')"),
        ]),
        course: Course::Both,
        undo: None,
    }],
};

static BASE: Migration = Migration { plan: Plan::Written(&[CREATE]), ..m0001_events::MIGRATION };
static HISTORY: Migrations = Migrations {
    migrations: &[
        &BASE,
        &m0002_wider::MIGRATION,
        &m0003_switch::MIGRATION,
        &m0004_contract::MIGRATION,
    ],
    schema: &[],
    names: &[],
};

#[test]
fn partitions_are_changed_with_their_table() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("retyped_partitions").await?;
        let Some(base) = HISTORY.until("m0001_events") else { fail!("no base") };
        let Some(switch) = HISTORY.until("m0003_switch") else { fail!("no switch") };
        fixture.runner(&base).await?.migrate().await?;
        fixture
            .db
            .batch_execute(
                "insert into events select n, n, 'hidden' from generate_series(1, 6000) n",
            )
            .await?;
        forbid_rewrites(&fixture.db).await?;
        let client =
            || Client::of("events").writes("level").values(|n| n.to_string()).only_updates();
        let traffic = fixture.traffic(&client()).await?;
        let mut clients = traffic.start("any", &client()).await?;
        for _ in 0..2 {
            clients.advance(10).await?;
            fixture.runner(&switch).await?.contract().await?;
            clients.advance(10).await?;
            fixture.runner(&switch).await?.undo("m0003_switch").await?;
            fixture.runner(&switch).await?.undo("m0002_wider").await?;
        }
        fixture.runner(&HISTORY).await?.contract().await?;
        clients.advance(10).await?;
        clients.leave().await?;
        traffic.verify(&fixture.db, &client()).await?;
        let wide = "select count(*) from pg_attribute where attname = 'level'
            and atttypid = 'bigint'::regtype and attnotnull and attrelid in
                ('events'::regclass, 'events_1'::regclass, 'events_2'::regclass)";
        let left = "select count(*) from pg_trigger where tgname like 'zzz%'";
        if fixture.count(wide).await? != 3 || fixture.count(left).await? != 0 {
            fail!("a partition is not like its table");
        }
        Ok(())
    })
}

mod m0001_labels {
    changeover::migration! {
        create_table!(labels { code: varchar(10) primary_key });
        create_table!(boxes {
            id: bigint identity primary_key,
            label: varchar(10) references(labels.code, on_update = cascade),
            size: integer default 3,
            index(label), index(size),
        });
        create_view!(labelled, "select id, label from boxes");
    }
}

mod m0002_longer {
    changeover::migration! {
        after super::m0001_labels;
        change_type!(labels.code: varchar(20), with(boxes.label));
    }
}

/// In one migration with the table, so that no client can be in the way.
mod m0003_fresh {
    changeover::migration! {
        after super::m0002_longer;
        create_table!(
            crates { id: integer primary_key, size: integer },
            allow(narrow_key, reason = "to be widened")
        );
        change_type!(crates.id: bigint);
        change_type!(
            boxes.size: numeric,
            direct(max_rows = 100_000, reason = "a test has few")
        );
    }
}

changeover::migrations! {
    static LABELS = [m0001_labels, m0002_longer, m0003_fresh];
}

#[test]
fn a_text_key_grows_in_the_catalog_and_a_small_table_at_once() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("retyped_labels").await?;
        let Some(base) = LABELS.until("m0001_labels") else { fail!("no base") };
        let Some(longer) = LABELS.until("m0002_longer") else { fail!("no change") };
        fixture.runner(&base).await?.migrate().await?;
        fixture
            .db
            .batch_execute(
                "insert into labels select 'l' || n from generate_series(1, 900) n;
                 insert into boxes (label) select code from labels; analyze",
            )
            .await?;
        let file = "select sum(relfilenode::bigint)::bigint from pg_class
            where relname in ('labels', 'boxes', 'labels_pkey', 'boxes_label_idx')";
        let files = fixture.count(file).await?;
        fixture.runner(&longer).await?.migrate().await?;
        fixture
            .db
            .batch_execute(
                "update labels set code = 'longer than ten'
            where code = 'l7'",
            )
            .await?;
        let found = "select count(*) from labelled where label = 'longer than ten'";
        if fixture.count(file).await? != files || fixture.count(found).await? != 1 {
            fail!("a file was written anew, or the view reads another column");
        }
        fixture.runner(&LABELS).await?.migrate().await?;
        fixture.expect_model(&LABELS).await
    })
}
