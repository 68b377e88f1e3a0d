//! An index on a table with partitions on two levels.

use changeover::migration::{
    Index, LockMode, Migration, Migrations, Path, Phase, Statement, TableLock, Work,
};

use super::{change, migration, step, unlocked};

const EVENTS: &str = r#""public"."events""#;

const TABLES: [&str; 5] = [
    "create table events (id bigint primary key, name text, note text not null default '')
    partition by range (id)",
    "create table events_1 partition of events for values from (0) to (1000)",
    "create table events_2 partition of events for values from (1000) to (maxvalue)
    partition by hash (id)",
    "create table events_2_even partition of events_2 for values with (modulus 2, remainder 0)",
    "create table events_2_odd partition of events_2 for values with (modulus 2, remainder 1)",
];

static CREATE: Migration = migration(
    "m0001_events",
    None,
    &[change(
        "create_table",
        &[step(
            Phase::Expand,
            Work::Transaction(&[
                unlocked(TABLES[0]),
                unlocked(TABLES[1]),
                unlocked(TABLES[2]),
                unlocked(TABLES[3]),
                unlocked(TABLES[4]),
                unlocked("insert into events select n, 'e' || n from generate_series(1, 6000) n"),
            ]),
            None,
        )],
    )],
);

const LEVELS: [&str; 2] = [EVENTS, r#""public"."events_2""#];
const LEAVES: [&str; 3] =
    [r#""public"."events_1""#, r#""public"."events_2_even""#, r#""public"."events_2_odd""#];

const fn lock(table: &'static str, mode: LockMode) -> TableLock {
    TableLock { table, mode }
}

/// Only where there are no rows is anything made under a lock that blocks. The last index that is
/// attached on a lower level makes the one above valid: for that instant PostgreSQL locks the table
/// above (`validatePartitionedIndex`).
const BUILD: [TableLock; 5] = [
    lock(LEVELS[0], LockMode::AccessExclusive),
    lock(LEVELS[1], LockMode::Share),
    lock(LEAVES[0], LockMode::ShareUpdateExclusive),
    lock(LEAVES[1], LockMode::ShareUpdateExclusive),
    lock(LEAVES[2], LockMode::ShareUpdateExclusive),
];

const DROP: [TableLock; 5] = [
    lock(LEVELS[0], LockMode::AccessExclusive),
    lock(LEVELS[1], LockMode::AccessExclusive),
    lock(LEAVES[0], LockMode::AccessExclusive),
    lock(LEAVES[1], LockMode::AccessExclusive),
    lock(LEAVES[2], LockMode::AccessExclusive),
];

/// The index of [`PARTITIONED_HISTORY`].
pub const PARTITIONED_INDEX: Index = Index {
    name: r#""public"."events_name_idx""#,
    table: EVENTS,
    unique: false,
    definition: r#"("name" desc, lower("note")) where "name" <> 'a USING b'"#,
    create: &Statement {
        reads_rows: false,
        path: Path::Users,
        sql: "create index events_name_idx on only events (name)",
        locks: &BUILD,
        effects: &[],
        only_if: None,
        rights: None,
        why: "",
    },
    analyze: None,
    drop: &Statement {
        reads_rows: false,
        path: Path::Users,
        sql: "drop index if exists events_name_idx",
        locks: &DROP,
        effects: &[],
        only_if: None,
        rights: None,
        why: "",
    },
};

static ADD_INDEX: Migration = migration(
    "m0002_index",
    Some("m0001_events"),
    &[change(
        "add_index",
        &[step(
            Phase::Migrate,
            Work::BuildIndex(PARTITIONED_INDEX),
            Some(Work::DropIndex(PARTITIONED_INDEX)),
        )],
    )],
);

/// An index on `events.name`.
pub static PARTITIONED_HISTORY: Migrations = Migrations {
    migrations: &[&CREATE, &ADD_INDEX],
    schema: &[
        TABLES[0],
        TABLES[1],
        TABLES[2],
        TABLES[3],
        TABLES[4],
        "create index events_name_idx on events (name desc, lower(note)) where name <> 'a USING b'",
    ],
    names: &[],
};
