//! May migrations be taken back?

use super::edited::same_plan;
use crate::migration::{Migration, Migrations};
use crate::outcome::error::{Detail, Error};
use crate::outcome::status::State;
use crate::record::ledger::Ledger;

/// Tells whether these migrations, the newest first, can all be taken back.
pub(crate) fn may_undo(
    history: &Migrations,
    ledger: &Ledger,
    migrations: &[&'static Migration],
) -> Result<(), Error> {
    let Some(oldest) = migrations.last() else { return Ok(()) };
    not_built_on(history, ledger, oldest, migrations)?;
    for migration in migrations {
        not_a_baseline(migration)?;
        not_contracted(ledger, migration)?;
        for part in history.migrations.iter().copied() {
            let touched = part.id == migration.id || migration.switches.contains(&part.id);
            if let Some(recorded) = ledger.get(part.id).filter(|_| touched) {
                same_plan(part, recorded)?;
            }
        }
    }
    Ok(())
}

/// What a baseline declares was there before, as far as anybody knows.
fn not_a_baseline(migration: &Migration) -> Result<(), Error> {
    match migration.baseline {
        None => Ok(()),
        Some(_) => refuse(
            migration,
            "it is a baseline, which declares what was there before\n\
             help: drop what has to go with a migration of its own"
                .to_owned(),
        ),
    }
}

/// What comes after the oldest of them has to be among them.
fn not_built_on(
    history: &Migrations,
    ledger: &Ledger,
    oldest: &Migration,
    migrations: &[&'static Migration],
) -> Result<(), Error> {
    if let Some(unknown) = ledger.unknown(history).last() {
        let id = &unknown.id;
        return refuse(
            oldest,
            format!(
                "`{id}`, of a newer build, builds on it\n\
                 help: undo with a build whose history has `{id}`"
            ),
        );
    }
    let taken = |id: &str| migrations.iter().any(|migration| migration.id == id);
    let later = history.migrations.iter().skip_while(|other| other.id != oldest.id);
    let kept = later.map(|other| other.id).filter(|id| !taken(id));
    let applied: Vec<&str> = kept.filter(|id| ledger.state(id) != State::Pending).collect();
    match applied.last() {
        Some(id) => refuse(
            oldest,
            format!("`{id}` builds on it\nhelp: undo `{id}` first, or `undo_to` what is to stay"),
        ),
        None => Ok(()),
    }
}

/// What a contract dropped is gone, its own or that of what it declares.
fn not_contracted(ledger: &Ledger, migration: &Migration) -> Result<(), Error> {
    let contracted = |id: &&str| matches!(ledger.state(id), State::Contracting | State::Contracted);
    if contracted(&migration.id) {
        return refuse(
            migration,
            "its contract has begun, and what that drops is gone\n\
             help: mend it with a migration of its own"
                .to_owned(),
        );
    }
    if let Some(id) = migration.switches.iter().copied().find(contracted) {
        return refuse(
            migration,
            format!(
                "it switches `{id}`, whose contract has begun\n\
                 help: mend it with a migration of its own"
            ),
        );
    }
    if let Some(id) = migration.contracts.iter().copied().find(contracted) {
        return refuse(
            migration,
            format!(
                "it declares the contract of `{id}`, which has begun, and builds without it \
                 cannot run any more\nhelp: mend it with a migration of its own"
            ),
        );
    }
    Ok(())
}

fn refuse(migration: &Migration, why: String) -> Result<(), Error> {
    let migration = migration.id.to_owned();
    Err(Error::new(Detail::UndoRefused { migration, why }))
}
