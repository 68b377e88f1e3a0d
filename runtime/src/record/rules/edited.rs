//! Is what has run what is written?
//!
//! Steps run in order, so what has run is a beginning of the plan. Whatever comes after it may
//! change: a database that met the new plan from the start would be just where this one is.

use crate::migration::text::{diff, plan_text};
use crate::migration::{Migration, Phase};
use crate::outcome::error::{Detail, Error};
use crate::outcome::status::State;
use crate::record::ledger::Recorded;

/// What has run must be what is written; what has not may change. A complete migration of another
/// plan version is taken as it is recorded: its plan may only be worded otherwise. So is one that was
/// planned before those before it were squashed, as the server says what they made in its own words.
pub(super) fn not_edited(migration: &Migration, recorded: &Recorded) -> Result<(), Error> {
    let complete = matches!(
        recorded.state,
        State::Migrated | State::Completed | State::Switched | State::Contracted
    );
    let is_worded_otherwise =
        recorded.was_before_squash || other_version(migration, recorded).is_some();
    if complete && is_worded_otherwise {
        return refuse(migration, recorded, parent_difference(migration, recorded));
    }
    same_plan(migration, recorded)
}

/// The same as far as it is recorded, for who is going to complete the record.
pub(super) fn same_steps(migration: &Migration, recorded: &Recorded) -> Result<(), Error> {
    let known = |step: &(Phase, usize)| recorded.step(step.0, step.1).is_some();
    let difference = difference(migration, recorded, known);
    refuse(migration, recorded, difference)
}

/// The same whatever the versions, for who is going to carry out more of a migration, forward or
/// back: that must fit what is there.
pub(crate) fn same_plan(migration: &Migration, recorded: &Recorded) -> Result<(), Error> {
    let difference = difference(migration, recorded, |_| true);
    refuse(migration, recorded, difference)
}

fn difference(
    migration: &Migration,
    recorded: &Recorded,
    asked: impl Fn(&(Phase, usize)) -> bool + Copy,
) -> String {
    let phases = Phase::ALL.into_iter();
    let steps: String =
        phases.map(|phase| phase_difference(migration, recorded, phase, asked)).collect();
    parent_difference(migration, recorded) + &steps
}

fn refuse(migration: &Migration, recorded: &Recorded, diff: String) -> Result<(), Error> {
    if diff.is_empty() {
        return Ok(());
    }
    let (migration_id, state) = (migration.id.to_owned(), recorded.state);
    let versions = other_version(migration, recorded).map(|other| (other, migration.plan_version));
    Err(Error::new(Detail::Edited { migration: migration_id, state, versions, diff }))
}

fn other_version(migration: &Migration, recorded: &Recorded) -> Option<u32> {
    recorded.plan_version.filter(|version| *version != migration.plan_version)
}

fn parent_difference(migration: &Migration, recorded: &Recorded) -> String {
    if recorded.state == State::Pending || recorded.parent.as_deref() == migration.parent {
        return String::new();
    }
    let after = |id: Option<&str>| id.map(|id| format!("after {id}")).unwrap_or_default();
    diff(&after(recorded.parent.as_deref()), &after(migration.parent))
}

/// Returns how many of a phase's steps are as they are for good; none where all of them are, and
/// there can be no others.
pub(crate) fn fixed_steps(recorded: &Recorded, phase: Phase) -> Option<usize> {
    let complete = recorded.is_complete(phase);
    (!complete).then(|| recorded.last_effect(phase))
}

fn phase_difference(
    migration: &Migration,
    recorded: &Recorded,
    phase: Phase,
    asked: impl Fn(&(Phase, usize)) -> bool,
) -> String {
    let planned: Vec<_> = migration.steps(phase).collect();
    let all = planned.len().max(recorded.phase(phase).count());
    let fixed = fixed_steps(recorded, phase).unwrap_or(all);
    let asked = (1..=fixed).filter(|ordinal| asked(&(phase, *ordinal)));
    let differences = asked.filter_map(|ordinal| {
        let step = planned.get(ordinal - 1);
        let was = recorded.step(phase, ordinal);
        let before = was.map_or("", |step| step.sql.as_str());
        let after = step.map(|step| plan_text(&step.work)).unwrap_or_default();
        let same = before.split_whitespace().eq(after.split_whitespace());
        let why = step.map(|step| format!(", {}", step.why)).unwrap_or_default();
        let state = was.map_or("not recorded", |step| step.state.name());
        (!same)
            .then(|| format!("{phase}, step {ordinal} ({state}){why}:\n{}", diff(before, &after)))
    });
    differences.collect()
}
