//! May this run? Pure rules over the history and what the database remembers of it.

use crate::error::{Error, Kind, LeaseError};
use crate::ledger::{Ledger, Recorded};
use crate::migration::{Migration, Migrations, Phase};
use crate::plan_text::{diff, plan_text};
use crate::status::State;

/// Whether this build may touch the database at all.
pub(crate) fn admit(history: &Migrations, ledger: &Ledger) -> Result<(), Error> {
    not_too_old(history, ledger)?;
    not_diverged(history, ledger)?;
    history.migrations.iter().try_for_each(|migration| match ledger.get(migration.id) {
        Some(recorded) => not_edited(migration, recorded),
        None => Ok(()),
    })
}

/// A switch or a contract that has at least begun has to be declared here too, or our code still
/// uses what it replaces or removes.
pub(crate) fn not_too_old(history: &Migrations, ledger: &Ledger) -> Result<(), Error> {
    let undeclared = |recorded: &Recorded| {
        let phase = match recorded.state {
            State::Switching | State::Switched => Phase::Switch,
            State::Contracting | State::Contracted => Phase::Contract,
            _ => return None,
        };
        (!declares(history, phase, &recorded.id)).then(|| (recorded.id.clone(), phase))
    };
    match ledger.migrations.iter().find_map(undeclared) {
        Some((migration, phase)) => Err(Error::new(Kind::TooOld { migration, phase })),
        None => Ok(()),
    }
}

/// A contract comes after the switch, so that who declares it can live with both.
fn declares(history: &Migrations, phase: Phase, id: &str) -> bool {
    history.migrations.iter().any(|migration| {
        let (switches, contracts): (&[&str], &[&str]) = (migration.switches, migration.contracts);
        contracts.contains(&id) || (phase == Phase::Switch && switches.contains(&id))
    })
}

/// A database that is ahead of us has all that is ours; one that has not is another history's.
fn not_diverged(history: &Migrations, ledger: &Ledger) -> Result<(), Error> {
    let pending = history.migrations.iter().find(|ours| ledger.state(ours.id) == State::Pending);
    match (ledger.unknown(history).next(), pending) {
        (Some(unknown), Some(pending)) => Err(Error::new(Kind::Diverged {
            unknown: unknown.id.clone(),
            pending: pending.id.to_owned(),
        })),
        _ => Ok(()),
    }
}

/// What has run must be what is written; what has not may change.
fn not_edited(migration: &Migration, recorded: &Recorded) -> Result<(), Error> {
    let mut difference = String::new();
    if recorded.state != State::Pending && recorded.parent.as_deref() != migration.parent {
        let after = |id: Option<&str>| id.map(|id| format!("after {id}")).unwrap_or_default();
        difference += &diff(&after(recorded.parent.as_deref()), &after(migration.parent));
    }
    let fixed = |phase: &Phase| is_complete(*phase, recorded.state) || recorded.has_effect(*phase);
    for phase in Phase::ALL.into_iter().filter(fixed) {
        difference += &phase_difference(migration, recorded, phase);
    }
    if difference.is_empty() {
        return Ok(());
    }
    Err(Error::new(Kind::Edited { migration: migration.id.to_owned(), diff: difference }))
}

fn is_complete(phase: Phase, state: State) -> bool {
    let end = match phase {
        Phase::Expand | Phase::Migrate => State::Migrated,
        Phase::Switch => State::Switched,
        Phase::Contract => State::Contracted,
    };
    (end..=State::Contracted).contains(&state)
}

fn phase_difference(migration: &Migration, recorded: &Recorded, phase: Phase) -> String {
    let planned: Vec<String> = migration.steps(phase).map(|step| plan_text(&step.work)).collect();
    let steps = planned.len().max(recorded.phase(phase).count());
    let differences = (1..=steps).filter_map(|ordinal| {
        let before = recorded.step(phase, ordinal).map_or("", |step| step.sql.as_str());
        let after = planned.get(ordinal - 1).map_or("", String::as_str);
        let same = before.split_whitespace().eq(after.split_whitespace());
        (!same).then(|| format!("{phase}, step {ordinal}:\n{}", diff(before, after)))
    });
    differences.collect()
}

/// The first contract that a migration needs and that has not run.
pub(crate) fn pending_contract(migration: &Migration, ledger: &Ledger) -> Option<&'static str> {
    migration.requires.iter().copied().find(|id| ledger.state(id) != State::Contracted)
}

/// Whether all that this build was written for is there.
pub(crate) fn ready(history: &Migrations, state: impl Fn(&str) -> State) -> Result<(), Error> {
    let is_there = |state| (State::Migrated..=State::Contracted).contains(&state);
    let states = history.migrations.iter().map(|migration| (migration.id, state(migration.id)));
    match states.into_iter().find(|(_, state)| !is_there(*state)) {
        Some((id, state)) => {
            Err(Error::lease(LeaseError::NotReady { migration: id.to_owned(), state }))
        }
        None => Ok(()),
    }
}

/// Whether a migration can still be taken back.
pub(crate) fn may_undo(
    history: &Migrations,
    ledger: &Ledger,
    migration: &Migration,
) -> Result<(), Error> {
    let refuse = |why: String| {
        let migration = migration.id.to_owned();
        Err(Error::new(Kind::UndoRefused { migration, why }))
    };
    let contracted = |id: &&str| matches!(ledger.state(id), State::Contracting | State::Contracted);
    if contracted(&migration.id) {
        return refuse("its contract has run, and what that dropped is gone".to_owned());
    }
    if let Some(id) = migration.switches.iter().copied().find(contracted) {
        return refuse(format!("it switches `{id}`, whose contract has run"));
    }
    let later = history.migrations.iter().skip_while(|other| other.id != migration.id).skip(1);
    let applied = later.map(|other| other.id).find(|id| ledger.state(id) != State::Pending);
    let unknown = ledger.unknown(history).next().map(|recorded| recorded.id.as_str());
    match applied.or(unknown) {
        Some(id) => refuse(format!("`{id}` builds on it\nhelp: undo `{id}` first")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
