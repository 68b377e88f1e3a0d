//! Transactions whose snapshots are old.

use crate::outcome::finding::{Check, Severity};
use crate::preflight::look::{Look, Scene};
use crate::session::sql::milliseconds;

pub(in crate::preflight) const LOOK: Look = Look {
    check: Check::OldTransaction,
    severity: |touched| if touched.waits { Severity::Wait } else { Severity::Warn },
    sql,
    effect: "a concurrent index build waits for its end, and a backfill cannot reuse the room of \
             the row versions that it replaces, so that it takes as long as one update of all rows, and the \
             table grows by as much",
    help: "wait for its end, or end it with `select pg_terminate_backend(<pid>)`",
};

fn sql(Scene { touched, settings }: Scene<'_>) -> Option<String> {
    if !touched.writes_much() && !touched.waits {
        return None;
    }
    let age = milliseconds(settings.preflight.transaction_age);
    Some(format!(
        "select pg_catalog.format('pid %s, user %s, application `%s`, has had a transaction open \
         for %s, its last query begun at %s', pid, usename, application_name, \
         date_trunc('second', clock_timestamp() - xact_start), date_trunc('second', query_start)) \
         from pg_catalog.pg_stat_activity where datname = current_database() \
         and pid <> pg_catalog.pg_backend_pid() and backend_type = 'client backend' \
         and backend_xmin is not null and xact_start < clock_timestamp() - interval '{age} ms' \
         order by xact_start limit 5"
    ))
}
