//! Who is in the way of a lock.

use std::collections::HashSet;

use crate::error::Blocker;
use crate::lock::Held;
use crate::migration::{LockMode, TableLock};
use crate::sql::quote_literal;

const MODES: [(LockMode, &str); 8] = [
    (LockMode::AccessShare, "AccessShareLock"),
    (LockMode::RowShare, "RowShareLock"),
    (LockMode::RowExclusive, "RowExclusiveLock"),
    (LockMode::ShareUpdateExclusive, "ShareUpdateExclusiveLock"),
    (LockMode::Share, "ShareLock"),
    (LockMode::ShareRowExclusive, "ShareRowExclusiveLock"),
    (LockMode::Exclusive, "ExclusiveLock"),
    (LockMode::AccessExclusive, "AccessExclusiveLock"),
];

/// What an autovacuum looks like to a role that may not read `backend_type`.
const VACUUM_LOCK: &str = "ShareUpdateExclusiveLock";

/// The sessions that held conflicting locks at one moment.
#[derive(Debug, Default)]
pub(crate) struct Sample {
    pub(crate) blockers: Vec<Blocker>,
    vacuum: bool,
    others: HashSet<String>,
}

impl Sample {
    /// Looks; none where the database cannot tell, because this is only ever an aid.
    pub(crate) async fn take(held: &mut Held<'_>, locks: &[TableLock]) -> Sample {
        if locks.is_empty() {
            return Sample::default();
        }
        match held.query(&sql(locks)).await {
            Ok(rows) => rows.iter().fold(Sample::default(), |mut sample, row| {
                let text = |column: usize| row.get(column).unwrap_or("?").to_owned();
                let (holds, worker) = (text(4), text(6));
                let blocker = Blocker {
                    pid: text(0),
                    user: text(1),
                    application: text(2),
                    age: text(3),
                    holds,
                };
                if blocker.holds.contains(VACUUM_LOCK) && worker.starts_with("autovacuum") {
                    sample.vacuum = true;
                } else {
                    sample.others.insert(text(5));
                }
                sample.blockers.push(blocker);
                sample
            }),
            Err(error) => {
                tracing::warn!(%error, "cannot see who holds the lock");
                Sample::default()
            }
        }
    }

    /// Whether waiting past `deadlock_timeout` would help: an autovacuum is in the way, which
    /// then gives way, and nobody else has been ever since the sample before.
    pub(crate) fn only_vacuum_stays(&self, before: &Sample) -> bool {
        self.vacuum && self.others.is_disjoint(&before.others)
    }
}

fn sql(locks: &[TableLock]) -> String {
    let conflicts = locks.iter().map(|lock| {
        let modes = MODES.iter().filter(|(mode, _)| conflict(lock.mode, *mode));
        let modes: Vec<String> = modes.map(|(_, name)| quote_literal(name)).collect();
        let table = quote_literal(lock.table);
        format!(
            "(l.mode in ({}) and l.relation in (select to_regclass({table}) \
             union all select relid from pg_partition_tree(to_regclass({table}))))",
            modes.join(", ")
        )
    });
    let conflicts = conflicts.collect::<Vec<_>>().join(" or ");
    format!(
        "select coalesce(l.pid::text, 'of a prepared transaction'), max(a.usename), \
         max(a.application_name), max(date_trunc('second', clock_timestamp() - a.xact_start))::text, \
         string_agg(distinct l.mode, ', '), l.virtualtransaction, \
         coalesce(max(a.backend_type), 'autovacuum worker') \
         from pg_catalog.pg_locks l left join pg_catalog.pg_stat_activity a on a.pid = l.pid \
         where l.locktype = 'relation' and l.granted and l.pid is distinct from pg_backend_pid() \
         and l.database = (select oid from pg_catalog.pg_database \
         where datname = current_database()) and ({conflicts}) \
         group by l.pid, l.virtualtransaction order by min(a.xact_start) nulls last limit 10"
    )
}

/// PostgreSQL manual, section "Explicit Locking", table "Conflicting Lock Modes".
fn conflict(one: LockMode, other: LockMode) -> bool {
    let (weak, strong) = (one.min(other), one.max(other));
    match weak {
        LockMode::AccessShare => strong == LockMode::AccessExclusive,
        LockMode::RowShare => strong >= LockMode::Exclusive,
        LockMode::RowExclusive => strong >= LockMode::Share,
        LockMode::Share => strong != LockMode::Share,
        _ => true,
    }
}
