//! The way back: new builds leave, the migration is undone, and what is there is held against what was.

use std::sync::Arc;

use crate::catalog::compare::compare;
use crate::catalog::declaration::Declaration;
use crate::catalog::read;
use crate::migration::{Migration, Migrations, Phase};
use crate::outcome::error::{Error, ErrorKind};
use crate::session::connect::{Connect as _, url};
use crate::session::executor::SqlError;
use crate::testing::rehearsal::clients::build::{Age, Build};
use crate::testing::rehearsal::clients::table::Table;
use crate::testing::rehearsal::found::outcome::ProblemKind;
use crate::testing::rehearsal::locks::declared::declared_locks;
use crate::testing::rehearsal::stage::Stage;
use crate::testing::rehearsal::story::checksums::{self, Checksums, Differences};

/// The database before a release, as far as no client changes it.
pub(super) struct Before {
    schema: Vec<Declaration>,
    tables: Vec<(Table, Checksums)>,
}

/// Reads it; no client may be there.
pub(super) async fn before(
    stage: &Stage<'_>,
    old: &Build,
    migration: &'static Migration,
) -> Result<Before, Error> {
    stage.tell(migration.id, "reads the schema and all rows, to compare them after the undo");
    let mut tables = Vec::new();
    // Rows that queries of the user's write are known to nobody.
    if old.is_alone() {
        // An undo leaves what a fill wrote into a column that was there.
        for table in old.keyed() {
            let sums = of(stage, &table).await.map_err(|error| Error::sql("checksums", &error))?;
            tables.push((table, sums));
        }
    }
    Ok(Before { schema: schema(stage).await?, tables })
}

async fn of(stage: &Stage<'_>, table: &Table) -> Result<Checksums, SqlError> {
    let touched = stage.rows.get(&table.oid).map(|rows| rows.touched_keys());
    checksums::read(&stage.db, table, &touched.unwrap_or_default()).await
}

pub(super) async fn schema(stage: &Stage<'_>) -> Result<Vec<Declaration>, Error> {
    let connector = url::at(&stage.url).map_err(|error| Error::connect(&error))?;
    let mut session = connector.connect().await.map_err(|error| Error::connect(&error))?;
    read::in_snapshot(session.as_mut()).await
}

/// Takes the migration back, while old clients go on; false where it cannot be.
pub(super) async fn back(
    stage: &mut Stage<'_>,
    history: &Migrations,
    migration: &'static Migration,
    old: &Arc<Build>,
    before: &Before,
) -> Result<bool, Error> {
    stage.leave(Age::New).await;
    stage.arrive(old).await?;
    let mut changeover = stage.changeover(history).await?;
    let id = migration.id;
    let locks = || declared_locks(migration, &Phase::ALL, true);
    let mut run = stage.phase(id, "undo", locks(), changeover.undo(id)).await?;
    if let Err(error) = &run
        && error.kind() == ErrorKind::UndoRefused
    {
        let why = error.to_string();
        run = stage.phase(id, "undo", locks(), changeover.undo_with_rows(id)).await?;
        match &run {
            Ok(_) => stage.note(format!(
                "the undo of `{id}` drops tables with the rows that new builds wrote, and is refused \
                 without `--with-rows`: {why}"
            )),
            Err(error) if error.kind() == ErrorKind::UndoRefused => {
                stage.left_out(format!("the way back of `{id}`: {error}"));
                return Ok(false);
            }
            Err(_) => {}
        }
    }
    if super::runs::noted(stage, id, run)?.is_none() {
        return Ok(false);
    }
    stage.leave(Age::Old).await;
    compared(stage, id, before).await?;
    Ok(true)
}

async fn compared(stage: &mut Stage<'_>, id: &str, before: &Before) -> Result<(), Error> {
    stage.tell(id, "compares them");
    let comparison = compare(&before.schema, &schema(stage).await?);
    let left = &comparison.undeclared;
    if !comparison.is_clean() || !left.is_empty() {
        let left: Vec<String> = left.iter().map(|one| format!("left behind: {one}")).collect();
        let left = left.join("\n");
        let what = format!("after the undo the schema is not what it was:\n{comparison}{left}");
        let help = "mend the undo of the migration, which has to take back all that it makes";
        stage.problem(ProblemKind::Undo, id, (what.trim_end().to_owned(), help));
    }
    for (table, sums) in &before.tables {
        let found = differences(stage, table, sums).await;
        let found = found.map_err(|error| Error::sql("checksums", &error))?;
        if found != Differences::default() {
            let help = "no client wrote these rows: the fill or the undo of the migration did";
            stage.problem(ProblemKind::Undo, id, (said(table, &found), help));
        }
    }
    Ok(())
}

async fn differences(
    stage: &Stage<'_>,
    table: &Table,
    sums: &Checksums,
) -> Result<Differences, SqlError> {
    let now = of(stage, table).await?;
    sums.differences(&stage.db, table, &now).await
}

fn said(table: &Table, found: &Differences) -> String {
    let Differences { lost, gained, changed, keys } = found;
    let counts = [
        (*lost > 0).then(|| format!("{lost} rows are gone")),
        (*gained > 0).then(|| format!("{gained} rows are new")),
        (*changed > 0).then(|| format!("{changed} rows at least have other values")),
    ];
    let counts: Vec<String> = counts.into_iter().flatten().collect();
    let keys =
        if keys.is_empty() { String::new() } else { format!("; look among {}", keys.join(" · ")) };
    format!("after the undo {} is not what it was: {}{keys}", table.name, counts.join(", "))
}
