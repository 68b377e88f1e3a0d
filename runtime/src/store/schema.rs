//! The schema `changeover`, made where it is missing and brought up to date where it is old.

use crate::error::Error;
use crate::lock::{Held, LOCK_CLASS};
use crate::retry::Ladder;
use crate::settings::Settings;

/// The lock's second half while the schema is changed: no history's, for it belongs to all.
const SCHEMA_LOCK: i32 = 0;

/// What has been made of the schema, one upgrade after the other; the database remembers how many
/// it has had. Append, and never edit what is here.
///
/// Builds from before an upgrade go on running after it, so it may only add, and what it adds to a
/// table must be nullable or have a default. Each statement must bear to be run again: it is where
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
        include_str!("instances.sql"),
        include_str!("gates.sql"),
        include_str!("live_instances.sql"),
        include_str!("hold_lease.sql"),
        include_str!("release_lease.sql"),
        include_str!("open_gate.sql"),
        include_str!("begin_undo.sql"),
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
    &[include_str!("statements.sql")],
    // Who took the lock of a history last; see `fence`.
    &["create table if not exists changeover.runners (\
       history text primary key, fence bigint not null, \
       taken_at timestamptz not null default now())"],
];

/// Makes what is missing. A database that has it all is only read.
pub(crate) async fn prepare(held: &mut Held<'_>, settings: &Settings) -> Result<(), Error> {
    let exists = "select pg_catalog.to_regnamespace('changeover') is not null, \
                  pg_catalog.to_regclass('changeover.upgrades') is not null";
    let rows = held.query(exists).await?;
    let exists = |column| rows.iter().any(|row| row.get(column) == Some("t"));
    let version = if exists(1) { version(held).await? } else { 0 };
    if version >= UPGRADES.len() {
        return Ok(());
    }
    let statements = upgrade_from(version, exists(0));
    let mut ladder = Ladder::new(settings, settings.lock_timeout, Vec::new());
    while let Err(error) = upgrade(held, &statements).await {
        held.rollback().await;
        ladder.climb(held, error).await?;
    }
    Ok(())
}

async fn upgrade(held: &mut Held<'_>, statements: &[String]) -> Result<(), Error> {
    held.query("begin").await?;
    for statement in statements {
        held.query(statement).await?;
    }
    held.query("commit").await.map(drop)
}

/// One that is higher than ours is a newer build's, which has only added.
async fn version(held: &mut Held<'_>) -> Result<usize, Error> {
    let sql = "select coalesce(max(version), 0) from changeover.upgrades";
    let rows = held.query(sql).await?;
    let version = rows.value().and_then(|version| version.parse().ok());
    version.ok_or_else(|| Error::corrupt("the record of its upgrades cannot be read"))
}

fn upgrade_from(version: usize, has_schema: bool) -> Vec<String> {
    // `if not exists` itself fails when two sessions get there at once, and the runner's lock
    // keeps out only runners of the same history.
    let lock = format!("select pg_catalog.pg_advisory_xact_lock({LOCK_CLASS}, {SCHEMA_LOCK})");
    let mut statements = vec![lock];
    // Even with `if not exists` it takes a right on the database, which the runner's role need
    // not have where somebody else made the schema.
    if !has_schema {
        statements.push("create schema if not exists changeover".to_owned());
    }
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
        let all = upgrade_from(0, false);
        assert_eq!(all.get(1).map(String::as_str), Some("create schema if not exists changeover"));
        assert_eq!(upgrade_from(0, true).len(), all.len() - 1);
        assert_eq!(upgrade_from(UPGRADES.len(), true).len(), 1);
    }

    #[test]
    fn whatever_is_made_bears_to_be_made_again() {
        for statement in UPGRADES.iter().copied().flatten() {
            let idempotent = ["if not exists", "or replace", "if exists", "on conflict", "revoke"];
            assert!(idempotent.iter().any(|words| statement.contains(words)), "{statement}");
        }
    }
}
