//! The catalogs, a file a kind of object: its query, and how a row of it is said.

mod columns;
mod keys;
mod kind;
mod objects;
mod relation;
mod schemas;
mod sequences;
mod tables;

pub(in crate::catalog) use self::keys::foreign_key_target;

use crate::catalog::declaration::{Declaration, QualifiedName};
use crate::catalog::older::{self, Older};
use crate::catalog::order::{self, Needs};
use crate::catalog::read::kind::Kind;
use crate::catalog::scratch::names::Scratch;
use crate::outcome::error::Error;
use crate::session::executor::{Executor, Row, Rows};
use crate::session::sql::quote_literal;

const KINDS: &[Kind] = &[
    schemas::KIND,
    sequences::SEQUENCES,
    tables::TABLES,
    columns::KIND,
    keys::CONSTRAINTS,
    keys::INDEXES,
    tables::PARTITIONS,
    tables::PARTITION_COLUMNS,
    tables::BY_HAND,
    sequences::OWNERS,
];

fn kinds() -> Vec<&'static Kind> {
    KINDS.iter().chain(objects::KINDS.iter().copied().flatten()).collect()
}

/// What a database has, at one time.
pub(crate) struct Snapshot {
    pub(crate) declarations: Vec<Declaration>,
    /// What of it needs what.
    pub(crate) needs: Needs,
    /// The tools that made it before.
    pub(crate) older: Vec<Older>,
    /// The database's name, the version of its server, and when it was read.
    pub(crate) about: [String; 3],
}

/// What the server says of a table may wait for who alters it; and no policy of a stranger's is to run
/// as us where a record of a tool is read.
const SNAPSHOT: &str = "begin isolation level repeatable read, read only; \
    set local lock_timeout = '5s'; set local row_security = off; \
    set local search_path = pg_catalog, pg_temp";

/// Reads all that a database has, to be held against something, in a transaction that only reads and
/// is rolled back.
pub(crate) async fn in_snapshot(executor: &mut dyn Executor) -> Result<Vec<Declaration>, Error> {
    ask(executor, SNAPSHOT).await?;
    let found = all(executor, Seen::All).await;
    let ended = ask(executor, "rollback").await;
    found.and_then(|found| ended.map(|_| found))
}

/// The same, to be written down.
pub(crate) async fn to_write(executor: &mut dyn Executor) -> Result<Snapshot, Error> {
    ask(executor, SNAPSHOT).await?;
    let read = whole(executor).await;
    let ended = ask(executor, "rollback").await;
    let mut snapshot = read?;
    keys::open_circles(&mut snapshot.declarations);
    ended.map(|_| snapshot)
}

async fn whole(executor: &mut dyn Executor) -> Result<Snapshot, Error> {
    const ABOUT: &str = "select current_database(), split_part(current_setting('server_version'), ' ', 1), \
        to_char(now() at time zone 'utc', 'YYYY-MM-DD HH24:MI')";
    let declarations = all(executor, Seen::All).await?;
    let needs = Needs::of(&ask(executor, order::SQL).await?);
    let older = older_tools(executor).await?;
    let about = ask(executor, ABOUT).await?;
    let text = |at: usize| about.iter().next().map(|row| row.text(at).to_owned());
    let about = [0, 1, 2].map(|at| text(at).unwrap_or_default());
    Ok(Snapshot { declarations, needs, older, about })
}

/// The statements that add to tables those of these columns that a database has, with their types.
pub(crate) async fn left_columns(
    executor: &mut dyn Executor,
    columns: &[(&QualifiedName, &str)],
) -> Result<Vec<String>, Error> {
    if columns.is_empty() {
        return Ok(Vec::new());
    }
    let row = |(table, name): &(&QualifiedName, &str)| {
        let values = [table.schema.as_str(), &table.name, name].map(quote_literal);
        format!("({})", values.join(", "))
    };
    let columns: Vec<String> = columns.iter().map(row).collect();
    let sql = include_str!("left_columns.sql").replace("$columns", &columns.join(", "));
    ask(executor, SNAPSHOT).await?;
    let read = ask(executor, &sql).await;
    let ended = ask(executor, "rollback").await;
    let found = read.and_then(|found| ended.map(|_| found))?;
    Ok(found.iter().map(|row| row.text(0).to_owned()).collect())
}

/// The tools that have made the database so far, each with the last version that it has recorded.
pub(crate) async fn older(executor: &mut dyn Executor) -> Result<Vec<Older>, Error> {
    ask(executor, SNAPSHOT).await?;
    let read = match settle(executor).await {
        Ok(()) => older_tools(executor).await,
        Err(error) => Err(error),
    };
    let ended = ask(executor, "rollback").await;
    read.and_then(|older| ended.map(|_| older))
}

async fn older_tools(executor: &mut dyn Executor) -> Result<Vec<Older>, Error> {
    let mut older = Vec::new();
    for (record, last) in older::records(&ask(executor, older::SQL).await?, objects::texts) {
        let mut version = None;
        if record.is_readable {
            version = ask(executor, &last).await?.value().map(str::to_owned);
        }
        older.push(Older { version, ..record });
    }
    Ok(older)
}

/// What of a database is read, and by which names.
#[derive(Clone, Copy)]
pub(crate) enum Seen<'a> {
    All,
    /// What names something in these schemas, by the names of those that they stand for.
    In(&'a Scratch),
}

/// Reads what a database has. The session is in a transaction, whose settings are changed.
pub(crate) async fn all(
    executor: &mut dyn Executor,
    seen: Seen<'_>,
) -> Result<Vec<Declaration>, Error> {
    settle(executor).await?;
    let mut found = Vec::new();
    for kind in kinds() {
        let sql = kind.sql.replace("$public", seen.public());
        (kind.say)(&seen.rows(ask(executor, &sql).await?), &mut found);
    }
    Ok(found)
}

/// Sets what decides how the server says a thing.
pub(in crate::catalog) async fn settle(executor: &mut dyn Executor) -> Result<(), Error> {
    ask(executor, include_str!("session.sql")).await.map(drop)
}

impl Seen<'_> {
    /// The schema that is called `public` in what is read.
    fn public(&self) -> &str {
        match self {
            Seen::All => "public",
            Seen::In(scratch) => scratch.schema("public").unwrap_or("public"),
        }
    }

    /// Of the rows of a query those that are seen, as they are seen.
    pub(in crate::catalog) fn rows(self, rows: Rows) -> Rows {
        let Seen::In(scratch) = self else { return rows };
        let names = |row: &Row<'_>| row.iter().flatten().any(|text| scratch.is_named_in(text));
        let back = |row: Row<'_>| -> Vec<Option<String>> {
            let one = |text: &str| {
                if scratch.is_named_in(text) {
                    objects::each(text, |part| scratch.back(part))
                } else {
                    text.to_owned()
                }
            };
            row.iter().map(|value| value.map(one)).collect()
        };
        let kept: Vec<_> = rows.iter().filter(names).map(back).collect();
        let count = kept.len() as u64;
        Rows::new(kept, count)
    }
}

pub(in crate::catalog) async fn ask(executor: &mut dyn Executor, sql: &str) -> Result<Rows, Error> {
    executor.query(sql).await.map_err(|error| Error::state_read(sql, error))
}
