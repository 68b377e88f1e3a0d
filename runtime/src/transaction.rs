//! Statements that clients see all at once or not at all, under locks that are waited for briefly.

use std::time::{Duration, Instant};

use crate::error::{Error, LOCK_NOT_AVAILABLE, QUERY_CANCELED};
use crate::executor::SqlError;
use crate::lock::Held;
use crate::migration::{LockMode, Statement, TableLock};
use crate::retry::Ladder;
use crate::sql::{Scope, milliseconds, quote_literal, set};
use crate::stage::Stage;
use crate::store::fenced;

/// The longest that a statement may run while it holds a lock that blocks clients.
const BRIEF: Duration = Duration::from_secs(5);

/// Runs statements and the record of them in one transaction, until it gets its locks.
pub(crate) async fn run(
    stage: &mut Stage<'_, '_>,
    statements: &[Statement],
    record: &str,
) -> Result<(), Error> {
    let locks = strongest(statements);
    let mut ladder = Ladder::new(stage.settings, locks.clone());
    loop {
        let timeout = ladder.timeout(stage.held);
        match attempt(stage.held, &locks, timeout, statements, record).await {
            Ok(held_for) => {
                stage.tally.longest_lock = stage.tally.longest_lock.max(held_for);
                return Ok(());
            }
            Err(error) => {
                stage.tally.retries += u32::from(error.gave_way());
                ladder.climb(stage.held, error).await?;
            }
        }
    }
}

async fn attempt(
    held: &mut Held<'_>,
    locks: &[TableLock],
    timeout: Duration,
    statements: &[Statement],
    record: &str,
) -> Result<Duration, Error> {
    let outcome = inside(held, locks, timeout, statements, record).await;
    if outcome.is_err() {
        held.rollback().await;
    }
    outcome
}

/// Returns for how long clients were blocked.
async fn inside(
    held: &mut Held<'_>,
    locks: &[TableLock],
    timeout: Duration,
    statements: &[Statement],
    record: &str,
) -> Result<Duration, Error> {
    let groups = lock_statements(held, locks).await?;
    held.query("begin").await?;
    let wait = [("lock_timeout", milliseconds(timeout)), ("statement_timeout", "0".to_owned())];
    held.query(&set(Scope::Transaction, &wait.each_ref().map(|(name, to)| (*name, to.as_str()))))
        .await?;
    let granted = take_locks(held, &groups, timeout).await?;
    for statement in statements {
        held.query(statement.sql).await?;
    }
    fenced(held, record).await?;
    held.query("commit").await?;
    Ok(granted.map(|granted| granted.elapsed()).unwrap_or_default())
}

/// Takes every blocking lock before anything else is done, and says when the first was granted.
///
/// `lock_timeout` counts for each lock anew, a partition's too, while the first is held already;
/// so all of them share one budget, which `statement_timeout` keeps.
async fn take_locks(
    held: &mut Held<'_>,
    groups: &[String],
    timeout: Duration,
) -> Result<Option<Instant>, Error> {
    let started = Instant::now();
    let mut granted = None;
    for lock in groups {
        let left = milliseconds(timeout.saturating_sub(started.elapsed()));
        held.query(&set(Scope::Transaction, &[("statement_timeout", &left)])).await?;
        held.query(lock).await.map_err(|error| out_of_budget(lock, error, started, timeout))?;
        granted.get_or_insert_with(Instant::now);
    }
    if granted.is_some() {
        let brief = milliseconds(BRIEF);
        held.query(&set(Scope::Transaction, &[("statement_timeout", &brief)])).await?;
    }
    Ok(granted)
}

/// A cancel at the end of our own budget is a lock that was not to be had; any other is somebody's
/// wish.
fn out_of_budget(lock: &str, error: Error, started: Instant, timeout: Duration) -> Error {
    if error.code() == Some(QUERY_CANCELED) && started.elapsed() >= timeout {
        return Error::sql(lock, SqlError::new(Some(LOCK_NOT_AVAILABLE), "lock timeout"));
    }
    error
}

/// Every table that the statements lock with the strongest of its modes, in the order in which
/// the plan names them.
fn strongest(statements: &[Statement]) -> Vec<TableLock> {
    let mut locks: Vec<TableLock> = Vec::new();
    for lock in statements.iter().flat_map(|statement| statement.locks) {
        match locks.iter_mut().find(|known| known.table == lock.table) {
            Some(known) => known.mode = known.mode.max(lock.mode),
            None => locks.push(*lock),
        }
    }
    locks
}

/// `lock table` for the tables that exist by now: the others are made by the transaction itself.
async fn lock_statements(held: &mut Held<'_>, locks: &[TableLock]) -> Result<Vec<String>, Error> {
    let blocking = || locks.iter().filter(|lock| lock.mode.blocks_clients());
    if blocking().next().is_none() {
        return Ok(Vec::new());
    }
    let tables: Vec<String> = blocking().map(|lock| quote_literal(lock.table)).collect();
    let sql = format!(
        "select name from unnest(array[{}]) as name join pg_catalog.pg_class c \
         on c.oid = to_regclass(name) where c.relkind in ('r', 'p')",
        tables.join(", ")
    );
    let rows = held.query(&sql).await?;
    let exists = |lock: &&TableLock| rows.iter().any(|row| row.get(0) == Some(lock.table));
    Ok(grouped(&blocking().filter(exists).copied().collect::<Vec<_>>()))
}

/// One statement for each run of tables with the same mode.
fn grouped(locks: &[TableLock]) -> Vec<String> {
    let groups = locks.chunk_by(|one, next| one.mode == next.mode);
    let statement = |group: &[TableLock]| {
        let tables: Vec<&str> = group.iter().map(|lock| lock.table).collect();
        let mode = group.first().map_or(LockMode::AccessExclusive, |lock| lock.mode);
        format!("lock table {} in {mode} mode", tables.join(", "))
    };
    groups.map(statement).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn lock(table: &'static str, mode: LockMode) -> TableLock {
        TableLock { table, mode }
    }

    #[test]
    fn tables_are_locked_once_in_the_plans_order_and_strongest_mode() {
        const ONE: &[TableLock] =
            &[lock("parent", LockMode::ShareRowExclusive), lock("child", LockMode::RowExclusive)];
        const TWO: &[TableLock] = &[lock("child", LockMode::AccessExclusive)];
        let statement = |locks| Statement { sql: "", locks, why: "" };
        let locks = strongest(&[statement(ONE), statement(TWO)]);
        assert_eq!(
            grouped(&locks),
            [
                "lock table parent in SHARE ROW EXCLUSIVE mode",
                "lock table child in ACCESS EXCLUSIVE mode"
            ]
        );
    }
}
