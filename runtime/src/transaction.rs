//! Statements that clients see all at once or not at all, under locks that are waited for briefly.

use std::time::{Duration, Instant};

use crate::error::{Error, LOCK_NOT_AVAILABLE, QUERY_CANCELED};
use crate::executor::SqlError;
use crate::lock::{Held, OWN_PATH, PLANS_PATH};
use crate::migration::{LockMode, Statement, TableLock};
use crate::retry::Ladder;
use crate::sql::{Scope, milliseconds, quote_literal, set};
use crate::stage::Stage;

/// The longest that a statement may run while it holds a lock that blocks clients.
pub(crate) const BRIEF: Duration = Duration::from_secs(5);

/// How a block begins that asks the catalogs, and names in full what is the user's.
const OWN_BLOCK: &str = "do $catalogs$";

/// How long we may say nothing in such a transaction: a runner that is stopped in it, or cut off
/// from the server, would otherwise keep clients waiting.
///
/// PostgreSQL manual, section "Client Connection Defaults", `idle_in_transaction_session_timeout`.
const SILENCE: Duration = Duration::from_secs(2);

/// What timeouts in whole milliseconds may be off by.
const TICK: Duration = Duration::from_millis(2);

/// By how much the wait for a vacuum outlasts `deadlock_timeout`: the time that it takes to stop.
const EVICTION: Duration = Duration::from_millis(200);

/// Runs statements and the record of them in one transaction, until it gets its locks.
pub(crate) async fn run(
    stage: &mut Stage<'_, '_>,
    statements: &[Statement],
    record: &str,
) -> Result<(), Error> {
    let locks = strongest(statements);
    let texts: Vec<&str> = statements.iter().map(|statement| statement.sql).collect();
    let plan = LockPlan::new(stage.held, &locks).await?;
    locked(stage, &plan, locks, &texts, Some(record)).await
}

/// Runs statements in one transaction, until it gets the locks of the plan. Who may be in the way
/// are the holders of locks that conflict with `locks`.
pub(crate) async fn locked(
    stage: &mut Stage<'_, '_>,
    plan: &LockPlan,
    locks: Vec<TableLock>,
    statements: &[&str],
    record: Option<&str>,
) -> Result<(), Error> {
    let timeouts = Timeouts::new(stage, plan);
    let mut ladder = Ladder::new(stage.settings, stage.settings.lock_timeout, locks);
    for turned in [false, true].into_iter().cycle() {
        match attempt(stage.held, plan.turned(turned), timeouts, statements, record).await {
            Ok(held_for) => {
                stage.tally.longest_lock = stage.tally.longest_lock.max(held_for);
                return Ok(());
            }
            Err(error) => {
                ladder.climb_on(stage, error).await?;
            }
        }
    }
    Ok(())
}

/// How long one try waits.
#[derive(Debug, Clone, Copy)]
struct Timeouts {
    /// For locks that clients may queue behind us for.
    lock: Duration,
    /// For locks that clients do not notice.
    patient: Duration,
}

impl Timeouts {
    fn new(stage: &Stage<'_, '_>, plan: &LockPlan) -> Timeouts {
        let deadlock_timeout = stage.held.server.deadlock_timeout;
        // Whoever waits for the longest in a deadlock is its victim: that must not be a client.
        let short = stage.settings.lock_timeout.min(deadlock_timeout / 2);
        let patient = short.max(deadlock_timeout + EVICTION);
        Timeouts { lock: if plan.blocks { short } else { patient }, patient }
    }
}

async fn attempt(
    held: &mut Held<'_>,
    plan: Order<'_>,
    timeouts: Timeouts,
    statements: &[&str],
    record: Option<&str>,
) -> Result<Duration, Error> {
    let outcome = inside(held, plan, timeouts, statements, record).await;
    if outcome.is_err() {
        held.rollback().await;
    }
    outcome
}

/// Returns for how long clients were blocked.
async fn inside(
    held: &mut Held<'_>,
    plan: Order<'_>,
    timeouts: Timeouts,
    statements: &[&str],
    record: Option<&str>,
) -> Result<Duration, Error> {
    held.query("begin").await?;
    held.hold().await?;
    let granted = plan.carry_out(held, timeouts).await?;
    for statement in statements {
        let is_ours = statement.starts_with(OWN_BLOCK);
        if is_ours {
            held.query(&set(Scope::Transaction, &[OWN_PATH])).await?;
        }
        held.query(statement).await?;
        if is_ours {
            held.query(&set(Scope::Transaction, &[PLANS_PATH])).await?;
        }
    }
    if let Some(record) = record {
        held.fenced(record).await?;
    }
    held.query("commit").await?;
    Ok(granted.map(|granted| granted.elapsed()).unwrap_or_default())
}

/// The locks of one try.
#[derive(Clone, Copy)]
struct Order<'a> {
    evict: Option<&'a str>,
    take: &'a [String],
}

impl Order<'_> {
    /// Takes the blocking locks before anything else is done, and says when the first was granted.
    async fn carry_out(
        self,
        held: &mut Held<'_>,
        timeouts: Timeouts,
    ) -> Result<Option<Instant>, Error> {
        if let Some(evict) = self.evict {
            held.query(&local("lock_timeout", timeouts.patient)).await?;
            held.query(evict).await?;
        }
        let wait = milliseconds(timeouts.lock);
        let silence = milliseconds(SILENCE);
        let settings = [
            PLANS_PATH,
            ("lock_timeout", wait.as_str()),
            ("idle_in_transaction_session_timeout", &silence),
        ];
        held.query(&set(Scope::Transaction, &settings)).await?;
        let started = Instant::now();
        let mut granted = None;
        for lock in self.take {
            let left = timeouts.lock.saturating_sub(started.elapsed()) + TICK;
            held.query(&local("statement_timeout", left)).await?;
            let taken = held.query(lock).await;
            taken.map_err(|error| out_of_budget(lock, error, started, timeouts.lock))?;
            granted.get_or_insert_with(Instant::now);
        }
        if granted.is_some() {
            held.query(&local("statement_timeout", BRIEF)).await?;
        }
        Ok(granted)
    }
}

fn local(setting: &str, timeout: Duration) -> String {
    set(Scope::Transaction, &[(setting, &milliseconds(timeout))])
}

/// A cancel at the end of our own budget is a lock that was not to be had; any other is somebody's
/// wish.
fn out_of_budget(lock: &str, error: Error, started: Instant, timeout: Duration) -> Error {
    if error.code() == Some(QUERY_CANCELED) && started.elapsed() + TICK >= timeout {
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

/// The statements that take a transaction's blocking locks.
///
/// `lock_timeout` counts for each lock anew, a partition's too, while the first is held already;
/// so all of them share one budget, which `statement_timeout` keeps.
pub(crate) struct LockPlan {
    /// An autovacuum gives way only to who has waited for longer than `deadlock_timeout`. In its
    /// own mode we can wait that long: clients neither conflict with it nor queue behind it, and
    /// it keeps the next vacuum out.
    pub(crate) evict: Option<String>,
    pub(crate) take: Vec<String>,
    /// The same the other way round, where there are several tables.
    pub(crate) take_turned: Vec<String>,
    /// Whether clients may queue behind us.
    pub(crate) blocks: bool,
}

impl LockPlan {
    /// For the tables that exist by now: the others are made by the transaction itself.
    pub(crate) async fn new(held: &mut Held<'_>, locks: &[TableLock]) -> Result<LockPlan, Error> {
        let blocking = || locks.iter().filter(|lock| lock.mode.blocks_clients());
        let tables: Vec<String> = blocking().map(|lock| quote_literal(lock.table)).collect();
        if tables.is_empty() {
            return Ok(LockPlan {
                evict: None,
                take: Vec::new(),
                take_turned: Vec::new(),
                blocks: false,
            });
        }
        let sql = format!(
            "select name from pg_catalog.unnest(array[{}]) as name join pg_catalog.pg_class c \
             on c.oid = pg_catalog.to_regclass(name)::oid where c.relkind in ('r', 'p')",
            tables.join(", ")
        );
        let rows = held.query(&sql).await?;
        let exists = |lock: &&TableLock| rows.iter().any(|row| row.get(0) == Some(lock.table));
        let present: Vec<TableLock> = blocking().filter(exists).copied().collect();
        let own = |lock: &TableLock| TableLock { mode: LockMode::ShareUpdateExclusive, ..*lock };
        let evict = grouped(&present.iter().map(own).collect::<Vec<_>>()).pop();
        let take = grouped(&present);
        let turned: Vec<TableLock> = present.into_iter().rev().collect();
        Ok(LockPlan { evict, take, take_turned: grouped(&turned), blocks: true })
    }

    /// Every other try takes the tables in the opposite order: an application whose transactions
    /// use them in that order would be in the middle of one for ever, and each try block it.
    fn turned(&self, turned: bool) -> Order<'_> {
        let turned = turned && !self.take_turned.is_empty();
        let take = if turned { &self.take_turned } else { &self.take };
        Order { evict: self.evict.as_deref(), take }
    }
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
