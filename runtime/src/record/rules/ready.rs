//! Has what comes before run?

use super::squash::is_there;
use crate::migration::{Migration, Migrations};
use crate::outcome::error::{Detail, Error, LeaseError};
use crate::outcome::status::State;
use crate::record::ledger::Ledger;

/// Tells whether the contracts that a migration needs have run.
pub(crate) fn may_expand(
    history: &Migrations,
    ledger: &Ledger,
    migration: &Migration,
) -> Result<(), Error> {
    let pending = |id: &&&str| ledger.state(id) != State::Contracted;
    let Some(needs) = migration.requires.iter().find(pending) else { return Ok(()) };
    let by = history.migrations.iter().find(|declaring| declaring.contracts.contains(needs));
    Err(Error::new(Detail::ContractPending {
        migration: migration.id.to_owned(),
        needs: (*needs).to_owned(),
        by: by.map_or("", |by| by.id).to_owned(),
    }))
}

/// Tells whether all that this build was written for is there.
pub(crate) fn ready(history: &Migrations, state: impl Fn(&str) -> State) -> Result<(), Error> {
    match history.migrations.iter().find(|migration| !is_there(migration, &state)) {
        Some(migration) => {
            let state = state(migration.id);
            Err(Error::lease(LeaseError::NotReady { migration: migration.id.to_owned(), state }))
        }
        None => Ok(()),
    }
}
