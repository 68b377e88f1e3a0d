//! Statements that cannot run in a transaction, and may stop half-way.

use std::time::Duration;

use crate::error::Error;
use crate::lock::{Held, PLANS_PATH};
use crate::migration::{Alone, LockMode, Statement, TableLock};
use crate::retry::Ladder;
use crate::settings::Settings;
use crate::sql::milliseconds;
use crate::stage::Stage;

/// Tries until it is done, and clears before each try what an earlier one left.
pub(crate) async fn run(stage: &mut Stage<'_, '_>, alone: &Alone) -> Result<(), Error> {
    let outcome = until_done(stage, alone).await;
    stage.held.restore().await;
    outcome
}

async fn until_done(stage: &mut Stage<'_, '_>, alone: &Alone) -> Result<(), Error> {
    let mut ladder = ladder(stage, &alone.statement);
    loop {
        match attempt(stage, alone).await {
            Ok(()) => return Ok(()),
            Err(error) => {
                ladder.climb_on(stage, error).await?;
            }
        }
    }
}

async fn attempt(stage: &mut Stage<'_, '_>, alone: &Alone) -> Result<(), Error> {
    for mend in alone.mend {
        if is_true(stage.held, mend.when).await? {
            carry_out(stage, &mend.statement).await?;
        }
    }
    match alone.done {
        Some(done) if is_true(stage.held, done).await? => Ok(()),
        _ => carry_out(stage, &alone.statement).await,
    }
}

async fn is_true(held: &mut Held<'_>, query: &str) -> Result<bool, Error> {
    Ok(held.query(query).await?.value() == Some("t"))
}

async fn carry_out(stage: &mut Stage<'_, '_>, statement: &Statement) -> Result<(), Error> {
    let wait = milliseconds(wait(stage.settings, statement));
    stage.held.set(&[PLANS_PATH, ("lock_timeout", &wait)]).await?;
    stage.held.query_alone(statement.sql).await.map(drop)
}

/// `lock_timeout` also counts the wait for older transactions, which may be long where it blocks
/// nobody. Behind a lock that blocks, clients queue, so there each try is short.
pub(crate) fn wait(settings: &Settings, statement: &Statement) -> Duration {
    let blocks = statement.locks.iter().any(|lock| lock.mode.blocks_clients());
    if blocks { settings.lock_timeout } else { settings.index_timeout }
}

/// Whoever holds any lock of the tables may have the snapshot that the statement waits for.
fn ladder<'a>(stage: &Stage<'a, '_>, statement: &Statement) -> Ladder<'a> {
    let table = |lock: &TableLock| TableLock { table: lock.table, mode: LockMode::AccessExclusive };
    let wait = stage.settings.lock_timeout;
    Ladder::new(stage.settings, wait, statement.locks.iter().map(table).collect())
}
