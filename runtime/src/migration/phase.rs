//! The parts of a migration.

use std::fmt;

/// The part of a migration that a step belongs to.
///
/// ```
/// use changeover::Phase;
///
/// assert!(Phase::Expand < Phase::Contract);
/// assert_eq!(Phase::Migrate.to_string(), "migrate");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Additive DDL under brief locks.
    Expand,
    /// Backfills, concurrent index builds, validation: long, and blocking nobody.
    Migrate,
    /// What a change says is to be done in the background: long as well, and no new build waits for
    /// it. It runs when `Migrate` is done, and before any switch or contract.
    Background,
    /// A brief atomic swap, where the name that the application sees must stay the same.
    Switch,
    /// Removal of the old shape; what it drops cannot be undone.
    Contract,
}

impl Phase {
    /// Every phase, in the order in which a migration passes through them.
    pub const ALL: [Phase; 5] =
        [Phase::Expand, Phase::Migrate, Phase::Background, Phase::Switch, Phase::Contract];
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Phase::Expand => "expand",
            Phase::Migrate => "migrate",
            Phase::Background => "background",
            Phase::Switch => "switch",
            Phase::Contract => "contract",
        })
    }
}
