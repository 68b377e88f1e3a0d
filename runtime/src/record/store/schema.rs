//! The schema `changeover`, made where it is missing and brought up to date where it is old.

use crate::lock::{AdvisoryLock, LOCK_CLASS, Ladder, Locked};
use crate::outcome::error::Error;
use crate::record::store::trust;
use crate::settings::Settings;

/// The lock's second half while the schema is changed: no history's, for it belongs to all.
const SCHEMA_LOCK: i32 = 0;

/// What has been made of the schema, one upgrade after the other; the database remembers how many
/// it has had. Append, and never edit what is here.
///
/// Builds from before an upgrade go on running after it, so it may only add, and what it adds to a
/// table must be nullable or have a default; a function keeps its signature. Each statement must bear to be run again: it is where
/// the record of upgrades is lost, and in databases from before there was one.
const UPGRADES: &[&[&str]] = &[
    &[
        "create table if not exists changeover.upgrades (\
     version integer primary key, at timestamptz not null default now())",
        "create table if not exists changeover.migrations (\
     history text not null, id text not null, parent text, position integer not null, \
     state text not null, started_at timestamptz not null default now(), \
     finished_at timestamptz, primary key (history, id))",
        // Half-empty pages let a backfill's cursor be updated in place.
        "create table if not exists changeover.steps (\
     history text not null, migration text not null, phase text not null, \
     ordinal integer not null, sql text not null, state text not null, cursor text, \
     rows bigint not null default 0, attempts integer not null default 0, \
     started_at timestamptz, finished_at timestamptz, error text, \
     primary key (history, migration, phase, ordinal), \
     foreign key (history, migration) references changeover.migrations (history, id)) \
     with (fillfactor = 50)",
    ],
    &[
        include_str!("../sql/instances.sql"),
        include_str!("../sql/gates.sql"),
        include_str!("../sql/live_instances.sql"),
        include_str!("../sql/hold_lease.sql"),
        include_str!("../sql/release_lease.sql"),
        include_str!("../sql/open_gate.sql"),
        include_str!("../sql/begin_undo.sql"),
        // Anybody may call a new function, until somebody says otherwise.
        "revoke all on all functions in schema changeover from public",
    ],
    &[
        "alter table changeover.migrations add column if not exists plan_version integer",
        "create table if not exists changeover.events (\
         history text not null, at timestamptz not null default clock_timestamp(), \
         who text not null default session_user, application text, what text not null, \
         migration text, phase text, step integer, reason text not null, \
         before text, after text)",
    ],
    // Who paused a history, and what holds its run; the first is written by people, too.
    &[
        "create table if not exists changeover.controls (\
         history text primary key, paused boolean not null default false, reason text, \
         who text not null default session_user, at timestamptz not null default now())",
        "create table if not exists changeover.holds (\
         history text primary key, migration text not null, reason text not null, \
         pid integer not null default pg_catalog.pg_backend_pid(), \
         at timestamptz not null default now())",
    ],
    &[include_str!("../sql/statements.sql")],
    // Who took the lock of a history last; see `fence`.
    &["create table if not exists changeover.runners (\
       history text primary key, fence bigint not null, \
       taken_at timestamptz not null default now())"],
    // What plans call where a table has triggers of the service's own.
    &[
        include_str!("../sql/sync_first.sql"),
        include_str!("../sql/list_columns.sql"),
        "revoke all on function changeover.sync_first(regclass), changeover.list_columns(\
         regclass, name[], name[], boolean, name[]) from public",
    ],
    LEASES_WITH_OWNERS,
    // Nothing of ours is changed: functions that plans have made.
    &[include_str!("../sql/close_definers.sql")],
    // What plans call where a NOT NULL has a name, and before they lock a table over its triggers.
    &[
        include_str!("../sql/lists_columns.sql"),
        include_str!("../sql/not_null_name.sql"),
        include_str!("../sql/rename_not_null.sql"),
        include_str!("../sql/take_not_null_name.sql"),
        include_str!("../sql/name_not_nulls.sql"),
        "revoke all on function changeover.lists_columns(regclass, name[]), \
         changeover.not_null_name(name, name), \
         changeover.rename_not_null(regclass, text, text), \
         changeover.take_not_null_name(regclass, name, name), \
         changeover.name_not_nulls(regclass, name) from public",
    ],
    // What is set of a run from elsewhere. Who may see its pauses may see it, too.
    &[
        "create table if not exists changeover.settings (\
         history text not null, name text not null, value text not null, \
         who text not null default session_user, \
         at timestamptz not null default clock_timestamp(), primary key (history, name))",
        include_str!("../sql/settings_of.sql"),
        "revoke all on function changeover.settings_of(text) from public",
        include_str!("../sql/carry_settings_of.sql"),
    ],
    // When somebody told a run to stop, which is no error.
    &["alter table changeover.steps add column if not exists interrupted_at timestamptz"],
    // What a picture of a roll-out shows besides: where a step's time went, and how many instances of
    // which builds lived when a gate was asked.
    &[
        "alter table changeover.steps add column if not exists locked_seconds double precision, \
         add column if not exists held_seconds double precision, \
         add column if not exists rested_seconds double precision",
        "create table if not exists changeover.heads (\
         history text not null, at timestamptz not null default now(), head text not null, \
         live bigint not null, primary key (history, at, head))",
    ],
    // Of which history a run has left nothing to do, and which run it was; see `settled`.
    &["alter table changeover.runners add column if not exists settled text, \
       add column if not exists settled_by bigint"],
    // A lease is renewed in one statement, which reads the history only where it has changed.
    &[
        "alter table changeover.runners add column if not exists revision bigint",
        include_str!("../sql/revise.sql"),
        "create or replace trigger revise after insert or update or delete on changeover.migrations \
         for each row execute function changeover.revise()",
        include_str!("../sql/unsettle.sql"),
        "create or replace trigger unsettle after insert or update or delete on changeover.steps \
         for each row execute function changeover.unsettle()",
        include_str!("../sql/renew_lease.sql"),
        "revoke all on function changeover.revise(), changeover.unsettle(), changeover.renew_lease(text, text, text, \
         integer, text, interval, boolean, bigint) from public",
        include_str!("../sql/carry_renew_lease.sql"),
    ],
];

/// A lease is its role's, a role speaks for the histories that it was given, and what callers give
/// has bounds. The functions of the second upgrade are made anew; their files have what holds now.
const LEASES_WITH_OWNERS: &[&str] = &[
    include_str!("../sql/speakers.sql"),
    include_str!("../sql/carry_speakers.sql"),
    "alter table changeover.instances add column if not exists owner name",
    // None where leases do not hold the gate.
    "alter table changeover.gates add column if not exists needs_newer boolean",
    include_str!("../sql/shown.sql"),
    include_str!("../sql/require_text.sql"),
    include_str!("../sql/require_lease.sql"),
    include_str!("../sql/acts_as.sql"),
    include_str!("../sql/is_session_of.sql"),
    include_str!("../sql/is_runner.sql"),
    include_str!("../sql/require_speaker.sql"),
    include_str!("../sql/may_change.sql"),
    include_str!("../sql/refuse_change.sql"),
    include_str!("../sql/lease_sessions.sql"),
    include_str!("../sql/live_instances.sql"),
    include_str!("../sql/sweep_leases.sql"),
    include_str!("../sql/write_lease.sql"),
    include_str!("../sql/hold_on_session.sql"),
    include_str!("../sql/hold_lease.sql"),
    include_str!("../sql/release_lease.sql"),
    include_str!("../sql/holders.sql"),
    include_str!("../sql/gate_holders.sql"),
    include_str!("../sql/open_gate.sql"),
    include_str!("../sql/begin_undo.sql"),
    include_str!("../sql/migrations_of.sql"),
    include_str!("../sql/steps_of.sql"),
    include_str!("../sql/gates_of.sql"),
    include_str!("../sql/controls_of.sql"),
    include_str!("../sql/leases_of.sql"),
    include_str!("../sql/carry_grants.sql"),
    "revoke all on all functions in schema changeover from public",
    "update changeover.instances set lease = least(lease, interval '1 day'), \
     about = changeover.shown(about) \
     where lease > interval '1 day' or about <> changeover.shown(about)",
];

/// How many there are: a build that has one more has something to do.
pub(super) const VERSION: usize = UPGRADES.len();

/// Makes what is missing. A database that has it all is only read.
pub(crate) async fn prepare(session: &mut Locked<'_>, settings: &Settings) -> Result<(), Error> {
    let exists = "select pg_catalog.to_regnamespace('changeover') is not null, \
                  pg_catalog.to_regclass('changeover.upgrades') is not null";
    let rows = session.query_state(exists).await?;
    let exists = |column| rows.iter().any(|row| row.is_true(column));
    if exists(0) {
        trust::before_writing(session).await?;
    }
    let version = if exists(1) { version(session).await? } else { 0 };
    if version >= UPGRADES.len() {
        return Ok(());
    }
    let (opening, upgrades) = (opening(exists(0)), upgrades_from(version));
    let mut ladder =
        Ladder::of_advisory(settings, AdvisoryLock::new(LOCK_CLASS, SCHEMA_LOCK.to_string()));
    while let Err(error) = upgrade(session, &opening, &upgrades).await {
        ladder.climb(session, error).await?;
    }
    Ok(())
}

async fn upgrade(
    session: &mut Locked<'_>,
    opening: &[String],
    upgrades: &[String],
) -> Result<(), Error> {
    let mut tx = session.begin().await?;
    let outcome = upgrade_in(&mut tx, opening, upgrades).await;
    tx.end(outcome).await
}

async fn upgrade_in(
    session: &mut Locked<'_>,
    opening: &[String],
    upgrades: &[String],
) -> Result<(), Error> {
    for statement in opening {
        session.query_state(statement).await?;
    }
    // Somebody else may have made it since it was looked for.
    trust::before_writing(session).await?;
    let tables = "select coalesce(pg_catalog.string_agg(oid::text, ', '), '0') \
                  from pg_catalog.pg_class \
                  where relnamespace = pg_catalog.to_regnamespace('changeover')::oid";
    let known = session.query_state(tables).await?.value().unwrap_or("0").to_owned();
    for statement in upgrades {
        session.query_state(statement).await?;
    }
    let close = include_str!("../sql/close_tables.sql").replace("$known", &known);
    session.query_state(&close).await.map(drop)
}

/// One that is higher than ours is a newer build's, which has only added.
async fn version(session: &mut Locked<'_>) -> Result<usize, Error> {
    let sql = "select coalesce(max(version), 0) from changeover.upgrades";
    let rows = session.query_state(sql).await?;
    let version = rows.value().and_then(|version| version.parse().ok());
    version.ok_or_else(|| Error::corrupt("the record of its upgrades cannot be read"))
}

/// The lock under which the schema is changed, and the schema.
fn opening(has_schema: bool) -> Vec<String> {
    // `if not exists` itself fails when two sessions get there at once, and the runner's lock
    // keeps out only runners of the same history.
    let lock = format!("select pg_catalog.pg_advisory_xact_lock({LOCK_CLASS}, {SCHEMA_LOCK})");
    let mut statements = vec![lock];
    // Even with `if not exists` it takes a right on the database, which the runner's role need
    // not have where somebody else made the schema.
    if !has_schema {
        statements.push("create schema if not exists changeover".to_owned());
    }
    statements
}

fn upgrades_from(version: usize) -> Vec<String> {
    let mut statements = Vec::new();
    for (number, upgrade) in (1..).zip(UPGRADES).skip(version) {
        statements.extend(upgrade.iter().map(|&statement| statement.to_owned()));
        statements.push(format!(
            "insert into changeover.upgrades (version) values ({number}) on conflict do nothing"
        ));
    }
    statements
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_missing_is_made() {
        assert_eq!(opening(false).len(), opening(true).len() + 1);
        assert!(upgrades_from(UPGRADES.len()).is_empty());
        assert!(upgrades_from(1).len() < upgrades_from(0).len());
    }

    #[test]
    fn whatever_is_made_bears_to_be_made_again() {
        for statement in UPGRADES.iter().copied().flatten() {
            let idempotent = [
                "if not exists",
                "or replace",
                "if exists",
                "on conflict",
                "revoke",
                "update ",
                "do $$",
            ];
            assert!(idempotent.iter().any(|words| statement.contains(words)), "{statement}");
        }
    }
}
