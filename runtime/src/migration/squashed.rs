//! What a baseline has taken the place of, and what stays as it was for builds from before.

use super::{Migration, Migrations, Phase};

/// A migration that a baseline has taken the place of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Squashed {
    /// Its id.
    pub id: &'static str,
    /// The last phase that it had.
    pub last: Phase,
    /// Where it was such a baseline itself, what that took the place of.
    pub squashes: &'static [Squashed],
}

impl Squashed {
    /// Tells whether this is its id, or that of one that it had squashed.
    pub(crate) fn names(&self, id: &str) -> bool {
        self.id == id || self.squashes.iter().any(|one| one.names(id))
    }
}

impl Migrations {
    /// Where a migration stands in the history, counted from 0. Each that was squashed keeps its place,
    /// so that a place means the same to builds from before and after.
    pub(crate) fn place(&self, id: &str) -> Option<usize> {
        let mut places = 0;
        for migration in self.migrations {
            places += squashed_places(migration.squashes()).max(1);
            if migration.id == id {
                return Some(places - 1);
            }
        }
        None
    }

    /// The migration that has taken the place of this one, which was squashed.
    pub(crate) fn squashed_into(&self, id: &str) -> Option<&'static Migration> {
        let has = |migration: &&&Migration| migration.squashes().iter().any(|one| one.names(id));
        self.migrations.iter().find(has).copied()
    }

    /// The parent of a migration as databases remember it: what a baseline has squashed is called there
    /// as builds from before call it.
    pub(crate) fn remembered_parent(&self, migration: &Migration) -> Option<&'static str> {
        let parent = migration.parent?;
        let squashes = self.get(parent).map_or(&[][..], Migration::squashes);
        Some(last_squashed(squashes).unwrap_or(parent))
    }
}

/// How many places in a history they have: what squashed others has those of theirs.
fn squashed_places(squashed: &[Squashed]) -> usize {
    squashed.iter().map(|one| squashed_places(one.squashes).max(1)).sum()
}

/// The last of those that were no such baselines themselves.
fn last_squashed(squashes: &[Squashed]) -> Option<&'static str> {
    let last = squashes.last()?;
    Some(last_squashed(last.squashes).unwrap_or(last.id))
}
