//! What is in step as of now.

use crate::migration::{Agreement, Migration};
use crate::outcome::status::State;

/// What the rows of a table are to agree on.
#[derive(Clone, Copy)]
pub(crate) struct Item {
    pub(crate) migration: &'static str,
    pub(crate) agreement: &'static Agreement,
}

/// What a migration in this state keeps in step.
pub(crate) fn in_step(migration: &'static Migration, state: State) -> impl Iterator<Item = Item> {
    let all = migration.changes().iter().flat_map(|change| change.agrees);
    let now = all.filter(move |one| state >= one.since.done() && state < one.until.begun());
    now.map(|agreement| Item { migration: migration.id, agreement })
}
