//! Who is in the way of a lock.

use crate::error::Blocker;
use crate::executor::Row;
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

const A_MOMENT: &str = "200 ms";

/// The sessions that held conflicting locks at one moment.
#[derive(Debug, Default)]
pub(crate) struct Sample {
    blockers: Vec<Blocker>,
    /// How many of the blockers, which come oldest first, have been there for more than a moment.
    lasting: usize,
}

impl Sample {
    /// Looks; none where the database cannot tell, because this is only ever an aid.
    pub(crate) async fn take(held: &mut Held<'_>, locks: &[TableLock]) -> Sample {
        if locks.is_empty() {
            return Sample::default();
        }
        match held.query(&sql(locks)).await {
            Ok(rows) => Sample {
                blockers: rows.iter().map(blocker).collect(),
                lasting: rows.iter().filter(|row| row.get(5) == Some("t")).count(),
            },
            Err(error) => {
                tracing::warn!(%error, "cannot see who holds the lock");
                Sample::default()
            }
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.blockers.is_empty()
    }

    /// Those that stay, in words.
    pub(crate) fn reason(&self) -> Option<String> {
        let lasting: Vec<String> =
            self.blockers.iter().take(self.lasting).map(Blocker::to_string).collect();
        (!lasting.is_empty()).then(|| format!("waits for {}", lasting.join("; ")))
    }

    /// Those to name: clients that only pass through are not to blame where somebody stays.
    pub(crate) fn into_culprits(mut self) -> Vec<Blocker> {
        if self.lasting > 0 {
            self.blockers.truncate(self.lasting);
        }
        self.blockers
    }
}

fn blocker(row: Row<'_>) -> Blocker {
    let text = |column: usize| row.get(column).unwrap_or("?").to_owned();
    let (pid, user, application, age, holds) = (text(0), text(1), text(2), text(3), text(4));
    Blocker { pid, user, application, age, query_age: text(6), holds }
}

/// Who holds locks that conflict with these, the oldest transaction first.
pub(crate) fn sql(locks: &[TableLock]) -> String {
    let conflicts = locks.iter().map(|lock| {
        let modes = MODES.iter().filter(|(mode, _)| conflict(lock.mode, *mode));
        let modes: Vec<String> = modes.map(|(_, name)| quote_literal(name)).collect();
        let table = quote_literal(lock.table);
        format!(
            "(l.mode in ({}) and l.relation in (select pg_catalog.to_regclass({table})::oid \
             union all select relid::oid from pg_catalog.pg_partition_tree(pg_catalog.to_regclass({table}))))",
            modes.join(", ")
        )
    });
    let conflicts = conflicts.collect::<Vec<_>>().join(" or ");
    format!(
        "select coalesce(l.pid::text, 'of a prepared transaction'), \
         coalesce(max(a.usename), max(a.backend_type)), \
         max(a.application_name), max(date_trunc('second', clock_timestamp() - a.xact_start))::text, \
         pg_catalog.string_agg(distinct l.mode, ', '), \
         coalesce(min(a.xact_start) < clock_timestamp() - interval '{A_MOMENT}', true), \
         max(date_trunc('second', clock_timestamp() - a.query_start))::text \
         from pg_catalog.pg_locks l left join pg_catalog.pg_stat_activity a on a.pid = l.pid \
         where l.locktype = 'relation' and l.granted and l.pid is distinct from pg_catalog.pg_backend_pid() \
         and l.database = (select oid from pg_catalog.pg_database \
         where datname = current_database()) and ({conflicts}) \
         group by l.pid order by min(a.xact_start) nulls first limit 10"
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
