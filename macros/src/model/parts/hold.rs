//! Who holds what, and until when.

/// The phases of a migration that wait for a later one to declare them.
#[derive(Clone)]
pub(crate) struct Waiting {
    pub(crate) migration: Author,
    /// Whether it has a switch, and who declared that.
    pub(crate) switch: Release,
    pub(crate) contract: Release,
}

/// Whether a phase that waits for a later migration's word is there, and has that word.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Release {
    Absent,
    Pending,
    By(Author),
}

/// Who did something: a migration before the present one, or the present one.
///
/// A migration does not know its own name (it is its module's); its children do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Author {
    Earlier(String),
    Present,
}

#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Role {
    /// It goes; this takes its place.
    Retiring { successor: Option<String> },
    /// A trigger keeps it filled, or equal to what it replaces.
    Synced,
    /// A trigger gives it another value in the place of one, or of none, and looks at nothing else.
    Filled,
    /// It is read by what goes in the contract.
    Read { by: String },
    /// At the switch another takes its place, with what is built on it by then known to the plan:
    /// what came or went later would be lost.
    Replaced,
}
