//! What depends, outside the history, on what a switch or a contract takes away.
//!
//! PostgreSQL drops much of it with a column without a word, indexes on several columns too, and
//! refuses to drop the column because of the rest, when locks are held already.

mod bodies;
mod depend;
mod identity;
mod literals;
mod needed;
mod statements;
mod temporary;
mod words;

use self::depend::Dependent;
use crate::lock::Locked;
use crate::migration::{Dropped, Migration, Phase, Step};
use crate::outcome::error::Error;
use crate::outcome::finding::{Check, Finding, Severity};
use crate::session::shown::on_one_line;
use crate::settings::Settings;

pub(in crate::preflight) use self::depend::root;
pub(crate) use self::literals::without_literals;
pub(crate) use self::statements::hidden;
pub(crate) use self::words::has as has_word;

/// What was found, and whether the phase can run all the same.
pub(crate) struct Found {
    pub(crate) finding: Finding,
    pub(crate) refuses: bool,
}

/// Returns what is found before the gate of a phase; nothing is locked and nothing of the user's is
/// changed.
pub(crate) async fn findings(
    session: &mut Locked<'_>,
    settings: &Settings,
    migration: &'static Migration,
    phase: Phase,
) -> Result<Vec<Found>, Error> {
    let dropped: Vec<&Dropped> = migration.steps(phase).flat_map(Step::drops).collect();
    let mut found = Vec::new();
    let steps: Vec<&Step> = migration.steps(phase).collect();
    for check in [Check::Dependent, Check::ReplicaIdentity, Check::FunctionBody, Check::Statement] {
        let (by_itself, effect, way_out) = about(check);
        let severity = settings.preflight.severity(check, by_itself);
        // What is switched keeps its name, and whoever writes that name goes on.
        let by_name = matches!(check, Check::FunctionBody | Check::Statement);
        if dropped.is_empty() || severity == Severity::Ignore || by_name && phase == Phase::Switch {
            continue;
        }
        let looked = match check {
            Check::Dependent => depend::found(session, &dropped).await,
            Check::ReplicaIdentity => identity::found(session, &steps).await.map(told),
            Check::FunctionBody => bodies::found(session, &dropped).await.map(told),
            _ => statements::found(session, settings, migration.id, &dropped).await.map(told),
        };
        let migration = migration.id.to_owned();
        let finding = Finding {
            check,
            severity,
            migration,
            phase,
            what: String::new(),
            effect,
            help: way_out,
        };
        let what = match looked {
            Err(error) if by_name && error.is_out_of_sight() => {
                let finding = finding.unseen(error.reason().unwrap_or_default());
                found.push(Found { finding, refuses: false });
                continue;
            }
            looked => looked?,
        };
        found.extend(what.into_iter().map(|Dependent { what, refuses }| Found {
            finding: Finding { what: on_one_line(&what), ..finding.clone() },
            refuses,
        }));
    }
    Ok(found)
}

/// Returns what nothing in the server would refuse.
fn told(what: Vec<String>) -> Vec<Dependent> {
    what.into_iter().map(|what| Dependent { what, refuses: false }).collect()
}

/// Returns what keeps these from being dropped, a clause each.
pub(crate) async fn in_the_way(
    session: &mut Locked<'_>,
    dropped: &[&Dropped],
) -> Result<Vec<String>, Error> {
    if dropped.is_empty() {
        return Ok(Vec::new());
    }
    needed::found(session, dropped).await
}

/// Returns what has a name that one of these is to be made by, a clause each; `dropped` goes
/// before.
pub(crate) async fn names_taken(
    session: &mut Locked<'_>,
    made: &[&Dropped],
    dropped: &[&Dropped],
) -> Result<Vec<String>, Error> {
    if made.is_empty() {
        return Ok(Vec::new());
    }
    needed::taken(session, made, dropped).await
}

/// Returns how severe it is by itself, what it would cause and what to do about it.
fn about(check: Check) -> (Severity, &'static str, &'static str) {
    match check {
        Check::Dependent => (
            Severity::Wait,
            "what is dropped unseen is missed later, and what is still needed cannot be dropped",
            "drop it, or put it under a migration",
        ),
        Check::ReplicaIdentity => (
            Severity::Wait,
            "without it, updates and deletes fail while the table is published (55000)",
            "set_replica_identity!(…, full), or another index, in a migration before",
        ),
        Check::FunctionBody => (
            Severity::Warn,
            "a body is read when it is called: if it is this one that it names, it fails then",
            "look whether it is; if so, drop the function or let it do without",
        ),
        _ => (
            Severity::Warn,
            "the statement would fail from the contract on",
            "deploy what does without it; pg_stat_statements_reset() forgets what nothing runs",
        ),
    }
}
