//! What a baseline has taken the place of, and what stays as it was for builds from before.

use super::phase::Phase;

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

/// Returns how many places in a history they have: what squashed others has those of theirs.
pub(super) fn squashed_places(squashed: &[Squashed]) -> usize {
    squashed.iter().map(|one| squashed_places(one.squashes).max(1)).sum()
}

/// The last of those that were no such baselines themselves.
pub(super) fn last_squashed(squashes: &[Squashed]) -> Option<&'static str> {
    let last = squashes.last()?;
    Some(last_squashed(last.squashes).unwrap_or(last.id))
}
