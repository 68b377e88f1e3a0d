//! May this build touch the database at all?

use super::edited::not_edited;
use crate::migration::{Migration, Migrations, Phase};
use crate::outcome::error::{Detail, Error};
use crate::outcome::status::State;
use crate::record::ledger::{Ledger, Recorded};

/// Tells whether this build may touch the database at all.
pub(crate) fn admit(history: &Migrations, ledger: &Ledger) -> Result<(), Error> {
    not_too_old(history, ledger)?;
    not_diverged(history, ledger)?;
    not_gapped(history, ledger)?;
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
        // Before it was squashed, its contract was declared.
        let is_ours = declares(history, phase, &recorded.id);
        let is_known = is_ours || history.squashed_into(&recorded.id).is_some();
        (!is_known).then(|| (recorded.id.clone(), phase))
    };
    match ledger.migrations.iter().find_map(undeclared) {
        Some((migration, phase)) => Err(Error::new(Detail::TooOld { migration, phase })),
        None => Ok(()),
    }
}

/// A contract comes after the switch, so that who declares it can live with both.
pub(super) fn declares(history: &Migrations, phase: Phase, id: &str) -> bool {
    history.migrations.iter().any(|migration| {
        let (switches, contracts): (&[&str], &[&str]) = (migration.switches, migration.contracts);
        contracts.contains(&id) || (phase == Phase::Switch && switches.contains(&id))
    })
}

/// A database that is ahead of us has all that is ours; one that has not is another history's.
fn not_diverged(history: &Migrations, ledger: &Ledger) -> Result<(), Error> {
    let pending = history.migrations.iter().find(|ours| ledger.state(ours.id) == State::Pending);
    match (ledger.unknown(history).next(), pending) {
        (Some(unknown), Some(pending)) => Err(Error::new(Detail::Diverged {
            unknown: unknown.id.clone(),
            pending: pending.id.to_owned(),
        })),
        _ => Ok(()),
    }
}

/// Migrations run and are undone in order, so only a hand can have made a gap.
fn not_gapped(history: &Migrations, ledger: &Ledger) -> Result<(), Error> {
    let run = |migration: &&&'static Migration| ledger.state(migration.id) != State::Pending;
    let mut after_pending = history.migrations.iter().skip_while(run);
    let Some(pending) = after_pending.next() else { return Ok(()) };
    match after_pending.find(run) {
        Some(later) => Err(Error::corrupt(format!(
            "`{}` is recorded as run, and `{}`, which comes before it, is not\n\
             help: if the database has it, `repair(Repair::mark_done(…), reason)` for each of its \
             steps; if it was restored from a copy without either, `Repair::forget(\"{}\")`",
            later.id, pending.id, later.id
        ))),
        None => Ok(()),
    }
}
