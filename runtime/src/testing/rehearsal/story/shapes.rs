//! What a build of the service knows of the schema: the tables that a migration touches, without what only
//! a plan knows.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::migration::{
    Dropped, Effect, Migration, Migrations, ObjectKind, Phase, Removal, Statement, Step, Work,
};
use crate::outcome::error::Error;
use crate::outcome::status::State;
use crate::session::executor::SqlError;
use crate::session::sql::{quote_identifier, quote_literal};
use crate::testing::rehearsal::clients::build::{Age, Build, choose_rows};
use crate::testing::rehearsal::clients::rows::Rows;
use crate::testing::rehearsal::clients::table::{self, Table};
use crate::testing::rehearsal::locks::declared::declared_locks;
use crate::testing::rehearsal::stage::Stage;

/// What no build with a head knows, because it is there for others or for a plan.
#[derive(Default)]
struct Hidden {
    tables: BTreeSet<&'static str>,
    columns: BTreeSet<(&'static str, &'static str)>,
    /// The text of plans that are not at their end, which name columns of their own.
    plans: String,
}

/// The tables of a migration, quoted and schema-qualified, under all names that they have.
pub(super) fn tables(migration: &Migration, of: &[&'static Migration]) -> Vec<String> {
    let mut names = BTreeSet::new();
    for migration in [migration].into_iter().chain(of.iter().copied()) {
        for undo in [false, true] {
            names.extend(declared_locks(migration, &Phase::ALL, undo).into_keys());
        }
        let steps = migration.changes().iter().flat_map(|change| change.steps);
        for statement in steps.flat_map(statements) {
            names.extend(statement.effects.iter().filter_map(|effect| match effect {
                Effect::Makes(name) => Some((*name).to_owned()),
                _ => None,
            }));
        }
    }
    names.into_iter().collect()
}

fn statements(step: &'static Step) -> &'static [Statement] {
    match step.work {
        Work::Transaction(statements) => statements,
        _ => &[],
    }
}

/// Reads what a build with this head knows of these tables, and derives what its clients do.
pub(super) async fn build(
    stage: &mut Stage<'_>,
    age: Age,
    head: Option<&Migrations>,
    (names, migration, of): (&[String], &'static Migration, &[&'static Migration]),
    old: Option<&Build>,
) -> Result<Arc<Build>, Error> {
    let hidden = match head {
        Some(head) => hidden(stage, head).await?,
        None => Hidden::default(),
    };
    let names: Vec<String> =
        names.iter().filter(|name| !hidden.tables.contains(name.as_str())).cloned().collect();
    let mut uncertain = filled(migration);
    uncertain.extend(old.map(Build::volatile).unwrap_or_default());
    let outcome = derive(stage, age, &names, &hidden, (migration, &uncertain)).await;
    let mut build = outcome.map_err(|error| Error::sql("read the schema for clients", &error))?;
    for step in [migration].iter().chain(of).flat_map(|one| one.changes()).flat_map(|one| one.steps)
    {
        if let Work::Removal(removal) = &step.work {
            let outcome = leave_what_goes(stage, &mut build, removal).await;
            outcome.map_err(|error| Error::sql("look for rows that are to go", &error))?;
        }
    }
    build.notes.iter().for_each(|note| stage.note(note.clone()));
    Ok(Arc::new(build))
}

async fn derive(
    stage: &mut Stage<'_>,
    age: Age,
    names: &[String],
    hidden: &Hidden,
    (migration, uncertain): (&'static Migration, &BTreeSet<String>),
) -> Result<Build, SqlError> {
    let known = |table: &str, column: &str| !hidden.has(table, column);
    let tables = table::read(&stage.db, names, known).await?;
    let mut used = Vec::new();
    for table in tables {
        let rows = rows(stage, &table).await?;
        used.push((table, rows));
    }
    let (own, remembers) = own(stage, age, migration).await;
    Build::tried(&stage.users, age, used, (own, remembers), uncertain).await
}

/// The rows of a table that clients use, whichever build they are of.
async fn rows(stage: &mut Stage<'_>, table: &Table) -> Result<Arc<Rows>, SqlError> {
    if let Some(rows) = stage.rows.get(&table.oid) {
        return Ok(rows.clone());
    }
    let rows = Arc::new(Rows::default());
    choose_rows(&stage.db, table, &rows).await?;
    stage.rows.insert(table.oid, rows.clone());
    Ok(rows)
}

/// Takes the rows that a migration removes out of clients' hands, and lets no more of them come: that they
/// are gone is what is meant.
async fn leave_what_goes(
    stage: &Stage<'_>,
    build: &mut Build,
    removal: &Removal,
) -> Result<(), SqlError> {
    let Removal { table: from, named, condition, into, .. } = *removal;
    if let Some(into) = into {
        build.only_read(oid(stage, into).await?);
    }
    let Some((table, rows)) = build.insert_nothing(oid(stage, from).await?) else { return Ok(()) };
    let key = table.key_text(named);
    let going =
        format!("select {key} from {from} as {named} where {key} = any($1) and ({condition})");
    // It may be about a column that is still to come; then it is asked again, of the next build.
    if let Ok(going) = stage.users.query(&going, &[&rows.touched_keys()]).await {
        rows.leave(going.iter().map(|row| row.get(0)));
    }
    Ok(())
}

async fn oid(stage: &Stage<'_>, table: &str) -> Result<Option<u32>, SqlError> {
    let sql = format!("select pg_catalog.to_regclass({})::oid", quote_literal(table));
    Ok(stage.db.query_one(&sql, &[]).await?.get(0))
}

/// The user's own queries that a build can send, and whether nobody but the derived clients writes.
async fn own(stage: &mut Stage<'_>, age: Age, migration: &Migration) -> (Vec<String>, bool) {
    let setup = stage.setup;
    let all = if age == Age::Old { &setup.old } else { &setup.new };
    let is_read = |sql: &&String| sql.trim_start().to_lowercase().starts_with("select");
    let remembers = setup.old.iter().chain(&setup.new).all(|sql| is_read(&sql));
    let mut kept = Vec::new();
    for sql in all {
        let why = match stage.users.prepare(sql).await {
            Ok(statement) if statement.params().is_empty() => {
                kept.push(sql.clone());
                continue;
            }
            Ok(_) => "it has parameters".to_owned(),
            Err(error) => SqlError::from(error).to_string(),
        };
        super::checks::unfit(stage, age, migration, (sql, &why));
    }
    (kept, remembers)
}

/// Columns that a fill of the migration writes, whatever clients wrote before.
fn filled(migration: &Migration) -> BTreeSet<String> {
    let mut filled = BTreeSet::new();
    for step in migration.changes().iter().flat_map(|change| change.steps) {
        match &step.work {
            Work::Backfill(fill) => {
                let assigned = fill.set.split(" = ").filter_map(|part| part.rsplit('"').nth(1));
                filled.extend(assigned.map(str::to_owned));
            }
            Work::Convert(fill) => {
                filled.extend(fill.write.iter().map(|name| name.trim_matches('"').to_owned()));
            }
            _ => {}
        }
    }
    filled
}

/// Returns what a build with this head does not know of what is there.
async fn hidden(stage: &Stage<'_>, head: &Migrations) -> Result<Hidden, Error> {
    let status = stage.builder(head).connect(&stage.url).await?.status().await?;
    let mut hidden = Hidden::default();
    for migration in head.migrations {
        let known = status.migrations.iter().find(|known| known.id == migration.id);
        let reached = known.map_or(State::Pending, |known| known.state);
        if reached == State::Contracted {
            continue;
        }
        let drops = migration.steps(Phase::Contract).flat_map(Step::drops);
        drops.for_each(|dropped| hidden.note(dropped));
        let steps = migration.changes().iter().flat_map(|change| change.steps);
        hidden.plans.extend(steps.flat_map(statements).map(|statement| statement.sql));
    }
    Ok(hidden)
}

impl Hidden {
    fn note(&mut self, dropped: &Dropped) {
        match dropped.kind {
            ObjectKind::Table | ObjectKind::Relation => drop(self.tables.insert(dropped.name)),
            ObjectKind::Column | ObjectKind::ReplacedColumn => {
                self.columns.insert((dropped.name, dropped.part));
            }
            _ => {}
        }
    }

    fn has(&self, table: &str, column: &str) -> bool {
        let is_dropped = self.columns.iter().any(|one| *one == (table, column));
        is_dropped || (is_derived(column) && self.plans.contains(&quote_identifier(column)))
    }
}

/// Tells whether a column's name is one that a plan made: `orders_amount_new_551a68a7`.
fn is_derived(column: &str) -> bool {
    let hash = column.rsplit_once('_').map_or("", |(_, hash)| hash);
    hash.len() == 8 && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
}
