//! Statements that PostgreSQL takes outside a transaction alone.

use crate::lock::Ladder;
use crate::migration::{LockMode, TableLock};
use crate::outcome::error::{Error, ReadsRows};
use crate::session::sql::milliseconds;
use crate::work::step::context::StepContext;

/// Carries such a one out, in as many tries as it takes.
pub(super) async fn outside(
    context: &mut StepContext<'_, '_>,
    table: &'static str,
    sql: &str,
    reads: ReadsRows,
) -> Result<(), Error> {
    let lock = TableLock { table, mode: LockMode::AccessExclusive };
    let mut ladder = Ladder::new(context.settings, context.settings.lock_timeout, vec![lock]);
    let wait = milliseconds(context.settings.index_timeout);
    loop {
        context.session.set(&[("lock_timeout", &wait)]).await?;
        match context.session.query_outside_transaction(sql, reads).await {
            Ok(_) => return Ok(()),
            Err(error) => ladder.climb_on(context, error).await?,
        }
    }
}
