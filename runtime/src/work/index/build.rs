//! One index, built until it is valid.

use super::ours;
use super::state::{Target, Truth, truth};
use crate::lock::{Ladder, RunSession};
use crate::migration::{Index, LockMode, TableLock};
use crate::outcome::error::{Error, ErrorKind, ReadsRows};
use crate::session::sqlstate::DUPLICATE_TABLE;
use crate::work::step::brake::Weight;
use crate::work::step::context::StepContext;
use crate::work::step::throttle;

pub(super) async fn build_until_valid(
    context: &mut StepContext<'_, '_>,
    ladder: &mut Ladder<'_>,
    index: &Target<'_>,
    resumed: bool,
) -> Result<(), Error> {
    let mut ours = resumed;
    if resumed && truth(context.session, index.name).await? != Truth::Missing {
        ours::check(context.session, index).await?;
    }
    loop {
        let (sql, builds) = match truth(context.session, index.name).await? {
            Truth::Valid if ours => return Ok(()),
            Truth::Invalid if ours => (index.drop, false),
            _ => (index.create, true),
        };
        let reads = if builds { ReadsRows::Yes } else { ReadsRows::No };
        if builds {
            throttle::pass(context, Weight::Heavy).await?;
        }
        let outcome = context.session.query_outside_transaction(sql, reads).await;
        let outcome = outcome.map_err(|error| name_taken(index.name, error));
        ours |= outcome.as_ref().err().is_none_or(|error| error.kind() != ErrorKind::NameTaken);
        match outcome {
            Ok(_) if builds => return confirm(context.session, index).await,
            Ok(_) => {}
            Err(error) => {
                if let Err(error) = ladder.climb_on(context, error).await {
                    if ours {
                        clear_away(context.session, index).await;
                    }
                    return Err(error);
                }
            }
        }
    }
}

/// A plan that names another index than the one it creates must not be repeated for ever.
pub(super) async fn confirm(session: &mut RunSession<'_>, index: &Target<'_>) -> Result<(), Error> {
    let Target { table, name, unique, .. } = *index;
    let is_valid = truth(session, name).await? == Truth::Valid;
    if is_valid && ours::may_be(session, (table, name, unique)).await? {
        return Ok(());
    }
    Err(Error::corrupt(format!("index {name} was built on {table} and is not valid there")))
}

/// Tells a name that was taken before us from all else: what has it is not ours to touch.
pub(super) fn name_taken(name: &str, error: Error) -> Error {
    if error.code() != Some(DUPLICATE_TABLE) {
        return error;
    }
    ours::taken(name).caused_by(error)
}

/// Gathers statistics, until it gets its lock, which keeps neither reads nor writes out.
pub(super) async fn analyzed(
    context: &mut StepContext<'_, '_>,
    ladder: &mut Ladder<'_>,
    analyze: &str,
) -> Result<(), Error> {
    while let Err(error) = context.session.query_outside_transaction(analyze, ReadsRows::Yes).await
    {
        ladder.climb_on(context, error).await?;
    }
    Ok(())
}

pub(super) fn ladder<'a>(context: &StepContext<'a, '_>, index: &Index) -> Ladder<'a> {
    Ladder::new(context.settings, context.settings.lock_timeout, vec![in_the_way(index)])
}

/// Whoever holds any lock of the table may have the snapshot that the build waits for.
pub(super) fn in_the_way(index: &Index) -> TableLock {
    TableLock { table: index.table, mode: LockMode::AccessExclusive }
}

/// After a failure for good, as of a unique index on values that are not: an invalid index would
/// cost every write and serve no read.
async fn clear_away(session: &mut RunSession<'_>, index: &Target<'_>) {
    if matches!(truth(session, index.name).await, Ok(Truth::Invalid))
        && let Err(error) = session.query_outside_transaction(index.drop, ReadsRows::No).await
    {
        tracing::warn!(%error, index = index.name, "cannot drop the invalid index");
    }
}
