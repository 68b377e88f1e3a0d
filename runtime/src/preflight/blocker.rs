//! Sessions that hold locks in the way.

use super::{Look, Scene};
use crate::blockers;
use crate::finding::{Check, Severity};
use crate::migration::TableLock;

pub(super) const LOOK: Look = Look {
    check: Check::Blocker,
    severity: |_| Severity::Warn,
    sql,
    effect: "the phase tries again and again, and gives up at the deadline",
    help: "wait for its end, or end it with `select pg_terminate_backend(<pid>)` or \
           `rollback prepared`",
};

/// An ordinary vacuum is left out, because it gives way.
fn sql(Scene { touched, settings }: Scene<'_>) -> Option<String> {
    let blocking: Vec<TableLock> =
        touched.locks.iter().filter(|lock| lock.mode.blocks_clients()).copied().collect();
    if blocking.is_empty() {
        return None;
    }
    let (holders, age) = (blockers::sql(&blocking), settings.preflight.blocker_age.as_secs());
    Some(format!(
        "select pg_catalog.format('pid %s, user %s, application `%s`, has had a transaction open \
         for %s, its last query begun %s ago, and holds %s', \
         pid, coalesce(login, '?'), coalesce(application, '?'), coalesce(age, '?'), \
         coalesce(query_age, '?'), holds) \
         from ({holders}) b (pid, login, application, age, holds, lasting, query_age) \
         where coalesce(age::interval >= interval '{age} s', true) \
         and login is distinct from 'autovacuum worker'"
    ))
}
