//! Which locks a transaction takes before anything else, in which order, and for how long it waits.

use std::time::{Duration, Instant};

use crate::lock::RunSession;
use crate::migration::{LockMode, Path, Statement, TableLock};
use crate::outcome::error::Error;
use crate::session::executor::SqlError;
use crate::session::sql::{
    OWN_PATH, PLANS_PATH, Scope, in_one_text, milliseconds, quote_literal, set,
};
use crate::session::sqlstate::{LOCK_NOT_AVAILABLE, QUERY_CANCELED};
use crate::work::budget::BRIEF;
use crate::work::step::context::StepContext;

/// How long we may say nothing in such a transaction: a runner that is stopped in it, or cut off
/// from the server, would otherwise keep clients waiting.
///
/// PostgreSQL manual, section "Client Connection Defaults", `idle_in_transaction_session_timeout`.
const SILENCE: Duration = Duration::from_secs(2);

/// What timeouts in whole milliseconds may be off by.
const TICK: Duration = Duration::from_millis(2);

/// By how much the wait for a vacuum outlasts `deadlock_timeout`: the time that it takes to stop.
const EVICTION: Duration = Duration::from_millis(200);

/// How long one try waits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Timeouts {
    /// For locks that clients may queue behind us for.
    lock: Duration,
    /// For locks that clients do not notice.
    patient: Duration,
}

impl Timeouts {
    pub(super) fn new(context: &StepContext<'_, '_>, plan: &LockPlan) -> Timeouts {
        let deadlock_timeout = context.session.server.deadlock_timeout;
        // Whoever waits for the longest in a deadlock is its victim: that must not be a client.
        let short = context.settings.lock_timeout.min(deadlock_timeout / 2);
        let patient = short.max(deadlock_timeout + EVICTION);
        Timeouts { lock: if plan.blocks { short } else { patient }, patient }
    }

    /// The statement that sets what the transaction's own statements see.
    pub(super) fn settings(&self, path: Path) -> String {
        let (wait, silence) = (milliseconds(self.lock), milliseconds(SILENCE));
        let path = if path == Path::Own { OWN_PATH } else { PLANS_PATH };
        let settings = [
            path,
            ("lock_timeout", wait.as_str()),
            ("idle_in_transaction_session_timeout", &silence),
        ];
        set(Scope::Transaction, &settings)
    }
}

/// The locks of one try.
#[derive(Clone, Copy)]
pub(super) struct Order<'a> {
    evict: Option<&'a str>,
    take: &'a [String],
}

impl Order<'_> {
    /// Tells whether there is nothing to lock.
    pub(super) fn is_empty(self) -> bool {
        self.evict.is_none() && self.take.is_empty()
    }

    /// Takes the blocking locks before anything else is done, and says when the first was granted.
    pub(super) async fn carry_out(
        self,
        session: &mut RunSession<'_>,
        timeouts: Timeouts,
    ) -> Result<Option<Instant>, Error> {
        let patient = self.evict.map(|_| local("lock_timeout", timeouts.patient));
        let settings = timeouts.settings(Path::Users);
        let before = [patient.as_deref(), self.evict, Some(&settings)];
        session.query(&in_one_text(before.into_iter().flatten())).await?;
        let started = Instant::now();
        let mut granted = None;
        for lock in self.take {
            let left = timeouts.lock.saturating_sub(started.elapsed()) + TICK;
            let [wait, brief] = [left, BRIEF].map(|time| local("statement_timeout", time));
            let taken = session.query(&in_one_text([wait.as_str(), lock, &brief])).await;
            taken.map_err(|error| out_of_budget(lock, error, started, timeouts.lock))?;
            granted.get_or_insert_with(Instant::now);
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
        return Error::sql(lock, &SqlError::new(Some(LOCK_NOT_AVAILABLE), "lock timeout"));
    }
    error
}

/// The statements that take a transaction's blocking locks.
///
/// `lock_timeout` counts for each lock anew, a partition's too, while the first is held already;
/// so all of them share one budget, which `statement_timeout` keeps.
pub(in crate::work) struct LockPlan {
    /// An autovacuum gives way only to who has waited for longer than `deadlock_timeout`. In its
    /// own mode we can wait that long: clients neither conflict with it nor queue behind it, and
    /// it keeps the next vacuum out.
    pub(in crate::work) evict: Option<String>,
    pub(in crate::work) take: Vec<String>,
    /// The same the other way round, where there are several tables.
    pub(in crate::work) take_turned: Vec<String>,
    /// Whether clients may queue behind us.
    pub(in crate::work) blocks: bool,
}

impl LockPlan {
    /// For the tables that exist by now: the others are made by the transaction itself.
    pub(in crate::work) async fn new(
        session: &mut RunSession<'_>,
        locks: &[TableLock],
    ) -> Result<LockPlan, Error> {
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
        let rows = session.query(&present(&tables.join(", "))).await?;
        let found = |lock: &TableLock| rows.iter().find(|row| row.get(0) == Some(lock.table));
        let present = || blocking().filter_map(|lock| Some((*lock, found(lock)?.is_true(1))));
        let own = |lock: TableLock| TableLock { mode: LockMode::ShareUpdateExclusive, ..lock };
        let tables = present().filter(|(_, is_view)| !is_view);
        let evict = grouped(&tables.map(|(lock, _)| own(lock)).collect::<Vec<_>>()).pop();
        let has_view = present().any(|(_, is_view)| is_view);
        let present: Vec<TableLock> = present().map(|(lock, _)| lock).collect();
        let take = grouped(&present);
        // A client always locks a view before its table.
        let turned: Vec<TableLock> =
            if has_view { Vec::new() } else { present.into_iter().rev().collect() };
        Ok(LockPlan { evict, take, take_turned: grouped(&turned), blocks: true })
    }

    /// Every other try takes the tables in the opposite order: an application whose transactions
    /// use them in that order would be in the middle of one for ever, and each try block it.
    pub(super) fn turned(&self, turned: bool) -> Order<'_> {
        let turned = turned && !self.take_turned.is_empty();
        let take = if turned { &self.take_turned } else { &self.take };
        Order { evict: self.evict.as_deref(), take }
    }
}

/// Asks which of these are there and can be locked, and which of them are views. `lock table` of a
/// view locks all that it reads as well, so only a view counts that reads none but tables which are
/// among these.
///
/// PostgreSQL manual, `LOCK`.
fn present(names: &str) -> String {
    format!(
        "with named as (select name, pg_catalog.to_regclass(name)::oid as oid \
         from pg_catalog.unnest(array[{names}]) as name) \
         select n.name, c.relkind = 'v' from named n join pg_catalog.pg_class c on c.oid = n.oid \
         where c.relkind in ('r', 'p') or c.relkind = 'v' and not exists (\
         select from pg_catalog.pg_rewrite w join pg_catalog.pg_depend d \
         on d.classid = 'pg_catalog.pg_rewrite'::regclass and d.objid = w.oid \
         and d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid <> c.oid \
         where w.ev_class = c.oid and d.refobjid not in (\
         select t.oid from named join pg_catalog.pg_class t on t.oid = named.oid \
         where t.relkind in ('r', 'p')))"
    )
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

/// Every table that the statements lock with the strongest of its modes, in the order in which
/// the plan names them.
pub(super) fn strongest(statements: &[Statement]) -> Vec<TableLock> {
    let mut locks: Vec<TableLock> = Vec::new();
    for lock in statements.iter().flat_map(|statement| statement.locks) {
        match locks.iter_mut().find(|known| known.table == lock.table) {
            Some(known) => known.mode = known.mode.max(lock.mode),
            None => locks.push(*lock),
        }
    }
    locks
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
        let statement = |locks| Statement {
            reads_rows: true,
            path: Path::Users,
            sql: "",
            locks,
            effects: &[],
            only_if: None,
            rights: None,
            why: "",
        };
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
