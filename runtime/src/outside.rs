//! What depends, outside the history, on what a switch or a contract takes away.
//!
//! PostgreSQL drops much of it with a column without a word, indexes on several columns too, and
//! refuses to drop the column because of the rest, when locks are held already.

mod bodies;
mod depend;
mod statements;
mod words;

use crate::error::Error;
use crate::finding::{Check, Finding, Severity};
use crate::lock::Held;
use crate::migration::{Dropped, Migration, Phase};
use crate::settings::Settings;

/// What is found before the gate of a phase; nothing is locked and nothing of the user's is
/// changed.
pub(crate) async fn findings(
    held: &mut Held<'_>,
    settings: &Settings,
    migration: &'static Migration,
    phase: Phase,
) -> Result<Vec<Finding>, Error> {
    let dropped: Vec<&Dropped> = migration.steps(phase).flat_map(|step| step.drops).collect();
    let mut found = Vec::new();
    for check in [Check::Dependent, Check::FunctionBody, Check::Statement] {
        let (by_itself, effect, way_out) = about(check);
        let severity = settings.preflight.severity(check, by_itself);
        // What is switched keeps its name, and whoever writes that name goes on.
        let by_name = check != Check::Dependent;
        if dropped.is_empty() || severity == Severity::Ignore || by_name && phase == Phase::Switch {
            continue;
        }
        let what = match check {
            Check::Dependent => depend::found(held, &dropped).await,
            Check::FunctionBody => bodies::found(held, &dropped).await,
            _ => statements::found(held, settings, migration.id, &dropped).await,
        }?;
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
        found.extend(what.into_iter().map(|what| Finding { what, ..finding.clone() }));
    }
    Ok(found)
}

/// How severe it is by itself, what it would cause and what to do about it.
fn about(check: Check) -> (Severity, &'static str, &'static str) {
    match check {
        Check::Dependent => (
            Severity::Wait,
            "what is dropped unseen is missed later, and what is still needed cannot be dropped",
            "drop it, or put it under a migration",
        ),
        Check::FunctionBody => (
            Severity::Warn,
            "the function would fail when it is called",
            "drop the function, or let it do without",
        ),
        _ => (
            Severity::Warn,
            "the statement would fail from the contract on",
            "deploy what does without it; pg_stat_statements_reset() forgets what nothing runs",
        ),
    }
}
