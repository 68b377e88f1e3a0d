//! The phases of a migration.

/// The part of a migration that a step belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Phase {
    Expand,
    Migrate,
    Background,
    Switch,
    Contract,
}
