//! Sessions that hold locks in the way.

use crate::lock::holders;
use crate::migration::TableLock;
use crate::outcome::finding::{Check, Severity};
use crate::preflight::look::{Look, Scene};

pub(in crate::preflight) const LOOK: Look = Look {
    check: Check::Blocker,
    severity: |_| Severity::Warn,
    sql,
    effect: "the phase tries again and again, and gives up at the deadline",
    help: "wait for its end, or end it with `select pg_terminate_backend(<pid>)` or \
           `rollback prepared`",
};

/// An ordinary vacuum is left out, because it gives way. So is a statement that is over by now, or
/// whose age the runner's role may not see: where it stays in the way, the step names it.
fn sql(Scene { touched, settings }: Scene<'_>) -> Option<String> {
    let blocking: Vec<TableLock> =
        touched.locks.iter().filter(|lock| lock.mode.blocks_clients()).copied().collect();
    if blocking.is_empty() {
        return None;
    }
    let (holders, age) = (holders::of_tables(&blocking), settings.preflight.blocker_age.as_secs());
    Some(format!(
        "select pg_catalog.format('pid %s, user %s, application `%s`, has had a transaction open \
         for %s, its last query begun %s ago, and holds %s', \
         pid, coalesce(login, '?'), coalesce(application, '?'), coalesce(age, '?'), \
         coalesce(query_age, '?'), holds) \
         from ({holders}) b (pid, login, application, age, holds, lasting, query_age, \
         prepared) \
         where (prepared or age::interval >= interval '{age} s') \
         and login is distinct from 'autovacuum worker'"
    ))
}
