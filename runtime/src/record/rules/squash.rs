//! Is a database past what a baseline has squashed?

use crate::migration::{Migration, Migrations, Squashed};
use crate::outcome::error::{Detail, Error};
use crate::outcome::status::State;
use crate::record::ledger::Ledger;

/// What a database has still to remember of squashes.
#[derive(Debug, Default)]
pub(crate) struct Unrecorded {
    /// Baselines that are done, because all has run that they squashed.
    pub(crate) past: Vec<&'static Migration>,
    /// Migrations that are remembered with such a baseline as their parent, which builds from before
    /// the squash do not know.
    pub(crate) misnamed: Vec<&'static Migration>,
}

/// Takes baselines for the parents that what they squashed was.
pub(crate) fn name_parents(history: &Migrations, ledger: &mut Ledger) {
    for baseline in history.migrations.iter().copied() {
        let squashes = baseline.squashes();
        ledger.put_in_place(baseline, |id| squashes.iter().any(|one| one.names(id)));
    }
}

/// Takes a baseline for done where all that it squashed has run, and for the parent that what it
/// squashed was. A database that has run a part of them is told what comes first.
pub(crate) fn take_squashed(
    history: &Migrations,
    ledger: &mut Ledger,
) -> Result<Unrecorded, Error> {
    // As a rule nothing was, and a history may be long.
    if history.migrations.iter().all(|one| one.squashes().is_empty()) {
        return Ok(Unrecorded::default());
    }
    let is_misnamed = |migration: &&Migration| {
        let remembered = ledger.get(migration.id).and_then(|known| known.parent.as_deref());
        remembered == migration.parent && history.remembered_parent(migration) != migration.parent
    };
    let misnamed = history.migrations.iter().copied().filter(is_misnamed).collect();
    name_parents(history, ledger);
    let mut past = Vec::new();
    for baseline in history.migrations.iter().copied() {
        let squashes = baseline.squashes();
        let is_squashed = |id: &str| squashes.iter().any(|one| one.names(id));
        let mut begun = ledger.migrations.iter().filter(|one| is_squashed(&one.id));
        if begun.all(|one| one.state == State::Pending) {
            continue;
        }
        ledger.note_squash(baseline);
        if ledger.state(baseline.id) != State::Pending {
            continue;
        }
        let missing: Vec<&Squashed> =
            squashes.iter().filter(|one| !is_done(one, &|id| ledger.state(id))).collect();
        let Some(last) = missing.last() else {
            ledger.take_for_done(baseline);
            past.push(baseline);
            continue;
        };
        return Err(Error::new(Detail::BeforeSquash {
            migration: baseline.id.to_owned(),
            last: last.id.to_owned(),
            missing: missing.iter().map(|one| how_far(one, ledger)).collect(),
        }));
    }
    Ok(Unrecorded { past, misnamed })
}

/// Tells whether a migration is done, or all that it has taken the place of.
pub(super) fn is_there(migration: &Migration, state: &dyn Fn(&str) -> State) -> bool {
    let squashes = migration.squashes();
    (State::Migrated..=State::Contracted).contains(&state(migration.id))
        || (!squashes.is_empty() && squashes.iter().all(|one| is_done(one, state)))
}

/// Tells whether all phases of a squashed migration have run, or of those that it had squashed.
fn is_done(one: &Squashed, state: &dyn Fn(&str) -> State) -> bool {
    (one.last.done()..=State::Contracted).contains(&state(one.id))
        || (!one.squashes.is_empty() && one.squashes.iter().all(|it| is_done(it, state)))
}

fn how_far(one: &Squashed, ledger: &Ledger) -> String {
    format!("`{}` is {}, and has to be {}", one.id, ledger.state(one.id), one.last.done())
}
