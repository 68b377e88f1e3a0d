//! Indexes that are built and dropped while clients write.

mod child_name;
mod partitioned;

use crate::error::{Error, WorkError};
use crate::lock::{Held, PLANS_PATH};
use crate::migration::{Index, LockMode, TableLock};
use crate::retry::Ladder;
use crate::sql::{milliseconds, quote_literal};
use crate::stage::Stage;
use crate::throttle::{self, Weight};

/// What the catalogs say of an index.
#[derive(PartialEq, Eq)]
enum Truth {
    Missing,
    Invalid,
    Valid,
}

/// An index on a table that holds rows itself.
struct Target<'a> {
    name: &'a str,
    create: &'a str,
    drop: &'a str,
}

/// Builds an index. `resumed` says that an earlier run may have begun it, so that what exists
/// under its name is ours.
pub(crate) async fn build(
    stage: &mut Stage<'_, '_>,
    index: &Index,
    resumed: bool,
) -> Result<(), Error> {
    with_budget(stage, async |stage| {
        if kind(stage.held, index.table).await?.as_deref() == Some("p") {
            return partitioned::build(stage, index, resumed).await;
        }
        let mut ladder = ladder(stage, index);
        let Index { name, create, drop, .. } = index;
        let target = Target { name, create: create.sql, drop: drop.sql };
        build_until_valid(stage, &mut ladder, &target, resumed).await
    })
    .await
}

/// Drops an index; one that is gone already is fine.
pub(crate) async fn discard(stage: &mut Stage<'_, '_>, index: &Index) -> Result<(), Error> {
    if kind(stage.held, index.name).await?.as_deref() == Some("I") {
        return partitioned::discard(stage, index).await;
    }
    with_budget(stage, async |stage| {
        let mut ladder = ladder(stage, index);
        while let Err(error) = stage.held.query_alone(index.drop.sql).await {
            retry(stage, &mut ladder, error).await?;
        }
        Ok(())
    })
    .await
}

async fn build_until_valid(
    stage: &mut Stage<'_, '_>,
    ladder: &mut Ladder<'_>,
    index: &Target<'_>,
    resumed: bool,
) -> Result<(), Error> {
    let mut ours = resumed;
    loop {
        let (sql, builds) = match truth(stage.held, index.name).await? {
            Truth::Valid if ours => return Ok(()),
            Truth::Invalid if ours => (index.drop, false),
            _ => (index.create, true),
        };
        if builds {
            throttle::pass(stage, Weight::Heavy).await?;
        }
        let outcome = stage.held.query_alone(sql).await;
        let outcome = outcome.map_err(|error| name_taken(index.name, error));
        ours |= outcome.as_ref().err().is_none_or(|error| !error.is_name_taken());
        match outcome {
            Ok(_) if builds => return confirm(stage.held, index.name).await,
            Ok(_) => {}
            Err(error) => {
                if let Err(error) = retry(stage, ladder, error).await {
                    if ours {
                        clear_away(stage.held, index).await;
                    }
                    return Err(error);
                }
            }
        }
    }
}

/// A plan that names another index than the one it creates must not be repeated for ever.
async fn confirm(held: &mut Held<'_>, name: &str) -> Result<(), Error> {
    match truth(held, name).await? {
        Truth::Valid => Ok(()),
        _ => Err(Error::corrupt(format!("index {name} was built and is not valid"))),
    }
}

/// Tells a name that was taken before us from all else: what has it is not ours to touch.
fn name_taken(name: &str, error: Error) -> Error {
    const DUPLICATE_TABLE: &str = "42P07";
    if error.code() != Some(DUPLICATE_TABLE) {
        return error;
    }
    Error::work(WorkError::NameTaken { name: name.to_owned() }).caused_by(error)
}

/// After a failure for good, as of a unique index on values that are not: an invalid index would
/// cost every write and serve no read.
async fn clear_away(held: &mut Held<'_>, index: &Target<'_>) {
    if matches!(truth(held, index.name).await, Ok(Truth::Invalid))
        && let Err(error) = held.query_alone(index.drop).await
    {
        tracing::warn!(%error, index = index.name, "cannot drop the invalid index");
    }
}

/// Whether a build that failed has left nothing of its own.
pub(crate) async fn left_nothing(held: &mut Held<'_>, index: &Index, error: &Error) -> bool {
    error.is_name_taken() || matches!(truth(held, index.name).await, Ok(Truth::Missing))
}

async fn truth(held: &mut Held<'_>, name: &str) -> Result<Truth, Error> {
    let sql = format!(
        "select indisvalid and indisready and indislive from pg_catalog.pg_index \
         where indexrelid = pg_catalog.to_regclass({})::oid",
        quote_literal(name)
    );
    Ok(match held.query(&sql).await?.value() {
        None => Truth::Missing,
        Some("t") => Truth::Valid,
        Some(_) => Truth::Invalid,
    })
}

/// The letter that the catalogs have for what a name stands for.
///
/// PostgreSQL manual, section "`pg_class`", column `relkind`.
async fn kind(held: &mut Held<'_>, name: &str) -> Result<Option<String>, Error> {
    let sql = format!(
        "select relkind from pg_catalog.pg_class where oid = pg_catalog.to_regclass({})::oid",
        quote_literal(name)
    );
    Ok(held.query(&sql).await?.value().map(str::to_owned))
}

/// Runs with a `lock_timeout` of its own, because here it also counts the wait for transactions
/// that are older than the build.
async fn with_budget(
    stage: &mut Stage<'_, '_>,
    work: impl AsyncFnOnce(&mut Stage<'_, '_>) -> Result<(), Error>,
) -> Result<(), Error> {
    let budget = milliseconds(stage.settings.index_timeout);
    stage.held.set(&[PLANS_PATH, ("lock_timeout", &budget)]).await?;
    let outcome = work(stage).await;
    stage.held.restore().await;
    outcome
}

async fn retry(
    stage: &mut Stage<'_, '_>,
    ladder: &mut Ladder<'_>,
    error: Error,
) -> Result<(), Error> {
    ladder.climb_on(stage, error).await
}

fn ladder<'a>(stage: &Stage<'a, '_>, index: &Index) -> Ladder<'a> {
    Ladder::new(stage.settings, stage.settings.lock_timeout, vec![in_the_way(index)])
}

/// Whoever holds any lock of the table may have the snapshot that the build waits for.
fn in_the_way(index: &Index) -> TableLock {
    TableLock { table: index.table, mode: LockMode::AccessExclusive }
}
