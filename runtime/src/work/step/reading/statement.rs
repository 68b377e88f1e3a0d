//! The one statement by which the server is looked at.

use crate::session::sql::quote_literal;
use crate::settings::Settings;

/// Returns who paused the run, and why; what is set of it, a line each.
fn control(settings: &Settings) -> String {
    let history = quote_literal(&settings.app);
    let control = format!(
        "(select {} from changeover.controls where history = {history} and paused)",
        "array[coalesce(reason, ''), coalesce(who, '?')]"
    );
    format!(
        "({control})[1], ({control})[2], \
         (select pg_catalog.string_agg(name || '=' || value, pg_catalog.chr(10) order by name) \
         from changeover.settings where history = {history})"
    )
}

/// One row for a role that may see nothing of the server.
pub(super) fn without_load(settings: &Settings) -> String {
    format!("select {}", control(settings))
}

/// One row, whose columns `Reader::load` counts.
pub(super) fn with_load(settings: &Settings, fills: Option<u32>) -> String {
    load(&control(settings), settings, fills)
}

/// The same without what is kept in the schema `changeover`, which not every role may read.
pub(super) fn load_alone(settings: &Settings) -> String {
    load("null, null, null", settings, None)
}

fn load(control: &str, settings: &Settings, fills: Option<u32>) -> String {
    let (sessions, slots) = (sessions(), slots());
    let (replicas, vacuums) = (replicas(settings), vacuums(fills));
    format!(
        "select {control}, a.active, a.oldest, a.hidden, r.hidden, r.lag, r.bytes, \
         pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), '0/0'), r.replayed, \
         s.bytes, s.slot, s.unreserved, s.lost, ({vacuums}) \
         from ({sessions}) a, ({replicas}) r, ({slots}) s"
    )
}

fn sessions() -> &'static str {
    "select pg_catalog.count(*) filter (where state = 'active') as active, \
     extract(epoch from pg_catalog.max(pg_catalog.clock_timestamp() - xact_start) \
     filter (where datname = current_database())) as oldest, \
     pg_catalog.count(*) filter (where query = '<insufficient privilege>') as hidden \
     from pg_catalog.pg_stat_activity where pid <> pg_catalog.pg_backend_pid() \
     and (backend_type = 'client backend' \
     or query = '<insufficient privilege>' and datname is not null)"
}

/// Logical replication confirms what it has when it likes, so only physical replicas count; those
/// that are still copying or only receive have nothing replayed.
fn replicas(settings: &Settings) -> String {
    let ignored: Vec<String> =
        settings.throttle.ignored.iter().map(|name| quote_literal(name)).collect();
    let ignored = ignored.join(", ");
    format!(
        "select pg_catalog.count(*) filter (where state is null) as hidden, \
         extract(epoch from pg_catalog.max(replay_lag) \
         filter (where replay_lsn < pg_catalog.pg_current_wal_lsn())) as lag, \
         pg_catalog.max(pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), replay_lsn)) as bytes, \
         pg_catalog.pg_wal_lsn_diff(pg_catalog.min(replay_lsn), '0/0') as replayed \
         from pg_catalog.pg_stat_replication w \
         where (state is null or replay_lsn is not null) \
         and application_name <> all (array[{ignored}]::text[]) \
         and not exists (select from pg_catalog.pg_replication_slots s \
         where s.active_pid = w.pid and s.slot_type = 'logical')"
    )
}

/// A slot that has lost its WAL keeps none.
fn slots() -> &'static str {
    "select pg_catalog.max(bytes) as bytes, \
     (pg_catalog.array_agg(slot_name order by bytes desc) filter (where bytes is not null))[1] as slot, \
     pg_catalog.count(*) filter (where wal_status = 'unreserved') as unreserved, \
     pg_catalog.count(*) filter (where wal_status = 'lost') as lost \
     from (select slot_name, wal_status, case when wal_status <> 'lost' then \
     pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), restart_lsn) end as bytes \
     from pg_catalog.pg_replication_slots) each_slot"
}

/// Of a vacuum that is hidden from the role the table is null: it may be this one.
fn vacuums(fills: Option<u32>) -> String {
    let Some(table) = fills else { return "null".to_owned() };
    format!(
        "select case when pg_catalog.count(*) = pg_catalog.count(relid) then pg_catalog.count(*) filter (where relid = '{table}'::pg_catalog.oid) end \
         from pg_catalog.pg_stat_progress_vacuum where datname = current_database()"
    )
}
