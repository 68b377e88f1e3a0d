//! Replicas that are behind, and slots that wait for nobody.

use crate::outcome::finding::{Check, Severity};
use crate::preflight::look::{Look, Scene};
use crate::session::sql::milliseconds;
use crate::work::touched::{Fill, array, relations};

pub(in crate::preflight) const SLOT: Look = Look {
    check: Check::ReplicationSlot,
    severity: |_| Severity::Warn,
    sql: slot,
    effect: "it keeps all WAL until somebody reads it, and what the phase writes comes on top, \
             until the disk is full",
    help: "start what reads from it, or drop it with `select pg_drop_replication_slot(<name>)`; \
           `max_slot_wal_keep_size` sets a bound",
};

pub(in crate::preflight) const LAG: Look = Look {
    check: Check::ReplicaLag,
    severity: |_| Severity::Warn,
    sql: lag,
    effect: "a backfill waits until replicas have caught up, and makes those wait that read there",
    help: "wait for it, or leave it out with `ignore_replica(<application name>)`",
};

pub(in crate::preflight) const IDENTITY: Look = Look {
    check: Check::Published,
    severity: |_| Severity::Fatal,
    sql: identity,
    effect: "the server refuses every update of it, the backfill's and any client's",
    help: "give it a primary key or `alter table … replica identity …`, or take it out of the \
           publication",
};

/// A partition is published with what it is a partition of.
fn identity(Scene { touched, .. }: Scene<'_>) -> Option<String> {
    let filled = touched.fills.iter().map(Fill::table).chain(touched.filled_later.iter().copied());
    let filled: Vec<&str> = filled.collect();
    if filled.is_empty() {
        return None;
    }
    let filled = relations(filled.into_iter());
    Some(format!(
        "select pg_catalog.format('%s is in publication %I and has no replica identity', \
         c.oid::regclass, min(p.pubname)) from pg_catalog.pg_class c \
         cross join lateral (select c.oid as relid union all \
         select relid from pg_catalog.pg_partition_ancestors(c.oid)) a \
         join pg_catalog.pg_class o on o.oid = a.relid \
         join pg_catalog.pg_namespace n on n.oid = o.relnamespace \
         join pg_catalog.pg_publication_tables t \
         on t.schemaname = n.nspname and t.tablename = o.relname \
         join pg_catalog.pg_publication p on p.pubname = t.pubname and p.pubupdate \
         where c.oid in ({filled}) and c.relkind = 'r' and (c.relreplident = 'n' \
         or c.relreplident = 'd' and not exists (select from pg_catalog.pg_index i \
         where i.indrelid = c.oid and i.indisprimary and i.indisvalid) \
         or c.relreplident = 'i' and not exists (select from pg_catalog.pg_index i \
         where i.indrelid = c.oid and i.indisreplident and i.indisvalid)) group by c.oid"
    ))
}

fn slot(Scene { touched, .. }: Scene<'_>) -> Option<String> {
    touched.writes_much().then(|| {
        "select pg_catalog.format('replication slot `%s` is inactive and keeps %s of WAL', \
         slot_name, pg_catalog.pg_size_pretty(pg_catalog.pg_wal_lsn_diff(\
         pg_catalog.pg_current_wal_lsn(), restart_lsn))) \
         from pg_catalog.pg_replication_slots where not active and restart_lsn is not null"
            .to_owned()
    })
}

fn lag(Scene { touched, settings }: Scene<'_>) -> Option<String> {
    let most = milliseconds(settings.preflight.replica_lag);
    let ignored = array(settings.throttle.ignored.iter().map(String::as_str));
    touched.writes_much().then(|| {
        format!(
            "select pg_catalog.format('replica `%s` is %s behind', application_name, \
             date_trunc('second', replay_lag)) from pg_catalog.pg_stat_replication w \
             where replay_lag > interval '{most} ms' and application_name <> all ({ignored}) \
             and replay_lsn < pg_catalog.pg_current_wal_lsn() \
             and not exists (select from pg_catalog.pg_replication_slots s \
             where s.active_pid = w.pid and s.slot_type = 'logical')"
        )
    })
}
