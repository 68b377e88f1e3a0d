//! Indexes that are built and dropped while clients write.

use crate::error::Error;
use crate::lock::Held;
use crate::migration::{Index, LockMode, TableLock};
use crate::retry::Ladder;
use crate::sql::{milliseconds, quote_literal};
use crate::stage::Stage;

/// What the catalogs say of an index.
#[derive(PartialEq, Eq)]
enum Truth {
    Missing,
    Invalid,
    Valid,
}

/// Builds an index. `resumed` says that an earlier run may have begun it, so that what exists
/// under its name is ours.
pub(crate) async fn build(
    stage: &mut Stage<'_, '_>,
    index: &Index,
    resumed: bool,
) -> Result<(), Error> {
    with_budget(stage, async |stage| build_until_valid(stage, index, resumed).await).await
}

/// Drops an index; one that is gone already is fine.
pub(crate) async fn discard(stage: &mut Stage<'_, '_>, index: &Index) -> Result<(), Error> {
    with_budget(stage, async |stage| {
        let mut ladder = ladder(stage, index);
        while let Err(error) = stage.held.query(index.drop.sql).await {
            retry(stage, &mut ladder, error).await?;
        }
        Ok(())
    })
    .await
}

async fn build_until_valid(
    stage: &mut Stage<'_, '_>,
    index: &Index,
    resumed: bool,
) -> Result<(), Error> {
    let mut ladder = ladder(stage, index);
    let mut ours = resumed;
    loop {
        let (sql, builds) = match truth(stage.held, index).await? {
            Truth::Valid if ours => return Ok(()),
            Truth::Invalid if ours => (index.drop.sql, false),
            _ => (index.create.sql, true),
        };
        let outcome = stage.held.query(sql).await;
        ours |= outcome.as_ref().err().is_none_or(|error| error.code() != Some(DUPLICATE_TABLE));
        match outcome {
            Ok(_) if builds => return confirm(stage.held, index).await,
            Ok(_) => {}
            Err(error) => {
                if let Err(error) = retry(stage, &mut ladder, error).await {
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
async fn confirm(held: &mut Held<'_>, index: &Index) -> Result<(), Error> {
    match truth(held, index).await? {
        Truth::Valid => Ok(()),
        _ => Err(Error::corrupt(format!("index {} was built and is not valid", index.name))),
    }
}

const DUPLICATE_TABLE: &str = "42P07";

/// After a failure for good, as of a unique index on values that are not: an invalid index would
/// cost every write and serve no read.
async fn clear_away(held: &mut Held<'_>, index: &Index) {
    if matches!(truth(held, index).await, Ok(Truth::Invalid))
        && let Err(error) = held.query(index.drop.sql).await
    {
        tracing::warn!(%error, index = index.name, "cannot drop the invalid index");
    }
}

/// Whether nothing of the index is left.
pub(crate) async fn is_missing(held: &mut Held<'_>, index: &Index) -> bool {
    matches!(truth(held, index).await, Ok(Truth::Missing))
}

async fn truth(held: &mut Held<'_>, index: &Index) -> Result<Truth, Error> {
    let sql = format!(
        "select indisvalid and indisready and indislive from pg_catalog.pg_index \
         where indexrelid = to_regclass({})",
        quote_literal(index.name)
    );
    Ok(match held.query(&sql).await?.value() {
        None => Truth::Missing,
        Some("t") => Truth::Valid,
        Some(_) => Truth::Invalid,
    })
}

/// Runs with a `lock_timeout` of its own, because here it also counts the wait for transactions
/// that are older than the build.
async fn with_budget(
    stage: &mut Stage<'_, '_>,
    work: impl AsyncFnOnce(&mut Stage<'_, '_>) -> Result<(), Error>,
) -> Result<(), Error> {
    let budget = milliseconds(stage.settings.index_timeout);
    stage.held.set(&[("lock_timeout", &budget)]).await?;
    let outcome = work(stage).await;
    stage.held.restore().await;
    outcome
}

async fn retry(
    stage: &mut Stage<'_, '_>,
    ladder: &mut Ladder<'_>,
    error: Error,
) -> Result<(), Error> {
    stage.tally.retries += u32::from(error.gave_way());
    ladder.climb(stage.held, error).await
}

/// Whoever holds any lock of the table may have the snapshot that the build waits for.
fn ladder<'a>(stage: &Stage<'a, '_>, index: &Index) -> Ladder<'a> {
    let table = |lock: &TableLock| TableLock { table: lock.table, mode: LockMode::AccessExclusive };
    let wait = stage.settings.lock_timeout;
    Ladder::new(stage.settings, wait, index.create.locks.iter().map(table).collect())
}
