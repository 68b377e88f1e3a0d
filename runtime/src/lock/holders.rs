//! Who holds a lock.

use std::time::Duration;

use crate::migration::{LockMode, TableLock};
use crate::outcome::error::{Blocker, Detail, Error};
use crate::session::executor::{Row, Rows};
use crate::session::shown::on_one_line;
use crate::session::sql::{quote_literal, tree};

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

/// After the deadline: the sessions that had the lock.
pub(crate) fn already_running(waited: Duration, holders: &Rows) -> Error {
    let holders = holders.iter().map(blocker).collect();
    Error::new(Detail::AlreadyRunning { waited, holders })
}

pub(crate) fn blocker(row: Row<'_>) -> Blocker {
    let text = |column: usize| on_one_line(row.get(column).unwrap_or("?"));
    let (pid, user, application, age, holds) = (text(0), text(1), text(2), text(3), text(4));
    Blocker { pid, user, application, age, query_age: text(6), holds }
}

/// Asks who holds locks that conflict with these, the oldest transaction first.
pub(crate) fn of_tables(locks: &[TableLock]) -> String {
    let conflicts = locks.iter().map(|lock| {
        let modes = MODES.iter().filter(|(mode, _)| conflict(lock.mode, *mode));
        let modes: Vec<String> = modes.map(|(_, name)| quote_literal(name)).collect();
        let table = quote_literal(lock.table);
        format!(
            "(l.mode in ({}) and l.relation in ({}))",
            modes.join(", "),
            tree(&format!("pg_catalog.to_regclass({table})"))
        )
    });
    let conflicts = conflicts.collect::<Vec<_>>().join(" or ");
    holders(&format!("l.locktype = 'relation' and ({conflicts})"))
}

pub(super) fn holders(of: &str) -> String {
    include_str!("holders.sql").replace("$moment", A_MOMENT).replace("$of", of)
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
