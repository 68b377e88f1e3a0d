//! What keeps old row versions although no snapshot is open for them here.

use crate::outcome::finding::{Check, Severity};
use crate::preflight::look::{Look, Scene};
use crate::session::sql::milliseconds;

pub(in crate::preflight) const LOOK: Look = Look {
    check: Check::OldHorizon,
    severity: |_| Severity::Warn,
    sql,
    effect: "a backfill cannot reuse the room of the row versions that it replaces, so that the \
             table grows",
    help: "commit or roll back what was prepared or left idle, and drop the slots of replicas that \
           are gone with `select pg_drop_replication_slot(<name>)`",
};

fn sql(Scene { touched, settings }: Scene<'_>) -> Option<String> {
    if touched.fills.is_empty() {
        return None;
    }
    let age = milliseconds(settings.preflight.transaction_age);
    let horizon = settings.preflight.horizon_age;
    Some(format!(
        "select pg_catalog.format('prepared transaction `%s` of user %s has been open for %s', \
         gid, owner, date_trunc('second', clock_timestamp() - prepared)) \
         from pg_catalog.pg_prepared_xacts where database = current_database() \
         and prepared < clock_timestamp() - interval '{age} ms' union all \
         select pg_catalog.format('pid %s, user %s, application `%s`, has written and is idle in \
         a transaction that has been open for %s', pid, usename, application_name, \
         date_trunc('second', clock_timestamp() - xact_start)) \
         from pg_catalog.pg_stat_activity where datname = current_database() \
         and pid <> pg_catalog.pg_backend_pid() and backend_type = 'client backend' \
         and backend_xmin is null and backend_xid is not null \
         and xact_start < clock_timestamp() - interval '{age} ms' union all \
         select pg_catalog.format('replication slot `%s` keeps what the last %s transactions \
         replaced', slot_name, pg_catalog.age(xmin)) from pg_catalog.pg_replication_slots \
         where pg_catalog.age(xmin) > {horizon} union all \
         select pg_catalog.format('the feedback of replica `%s` keeps what the last %s \
         transactions replaced', application_name, pg_catalog.age(backend_xmin)) \
         from pg_catalog.pg_stat_replication where pg_catalog.age(backend_xmin) > {horizon}"
    ))
}
