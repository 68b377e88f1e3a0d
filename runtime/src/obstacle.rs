//! What stands in the way of a switch or a contract.

use std::fmt;

/// Something outside the history that needs what a switch or a contract takes away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Obstacle {
    /// What needs it, as PostgreSQL identifies it: `index public.orders_hand_made_idx`.
    pub(crate) object: String,
    /// What goes: `table column public.users.username`.
    pub(crate) on: String,
    pub(crate) effect: Effect,
}

/// What would become of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// PostgreSQL would drop it without a word.
    Dropped,
    /// PostgreSQL would refuse to drop what it needs.
    Refused,
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Obstacle { object, on, effect } = self;
        match effect {
            Effect::Dropped => write!(f, "{object} on {on} would be dropped unseen"),
            Effect::Refused => write!(f, "{object} needs {on}"),
        }?;
        f.write_str(" (drop it, or put it under a migration)")
    }
}
