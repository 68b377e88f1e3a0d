//! Replicas that are behind, and slots that wait for nobody.

use super::{Look, Scene};
use crate::finding::{Check, Severity};
use crate::preflight::touched::array;
use crate::sql::milliseconds;

pub(super) const SLOT: Look = Look {
    check: Check::ReplicationSlot,
    severity: |_| Severity::Warn,
    sql: slot,
    effect: "it keeps all WAL until somebody reads it, and what the phase writes comes on top, \
             until the disk is full",
    help: "start what reads from it, or drop it with `select pg_drop_replication_slot(<name>)`; \
           `max_slot_wal_keep_size` sets a bound",
};

pub(super) const LAG: Look = Look {
    check: Check::ReplicaLag,
    severity: |_| Severity::Warn,
    sql: lag,
    effect: "a backfill waits until replicas have caught up, and makes those wait that read there",
    help: "wait for it, or leave it out with `ignore_replica(<application name>)`",
};

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
