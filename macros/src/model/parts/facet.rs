//! The parts of an object that changes are about, and which of them meet.

use crate::model::parts::hold::Role;

/// What of an object a change is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Facet {
    Whole,
    /// The rows alone, so that another change of the same migration may be about the same.
    Rows,
    /// Rows as a whole, which go: what keeps their columns in step sees them go.
    Removal,
    Default,
    NotNull,
    Type,
    /// The column itself, whose place another takes.
    Place,
    /// One of its values, which gives way to another.
    Value,
    Comment,
    Statistics,
    Storage,
    Compression,
    /// The column that a sequence belongs to.
    Owner,
}

impl Facet {
    /// Tells whether two changes of one object would each have to know of the other.
    pub(crate) fn meets(self, other: Facet) -> bool {
        match (self, other) {
            (Facet::Rows | Facet::Removal, _) | (_, Facet::Rows | Facet::Removal) => false,
            (Facet::Whole, facet) | (facet, Facet::Whole) => !facet.is_apart(),
            (one, other) => one == other,
        }
    }

    /// Tells whether no trigger and no copy of the object looks at it.
    pub(crate) fn is_apart(self) -> bool {
        use Facet::{Comment, Compression, Owner, Statistics, Storage};
        matches!(self, Comment | Compression | Owner | Statistics | Storage)
    }

    /// Tells whether PostgreSQL gives partitions nothing of it.
    pub(crate) fn is_of_parent(self) -> bool {
        matches!(self, Facet::Comment | Facet::Compression | Facet::Owner)
    }

    /// Tells whether a change of it may stand beside a hold of this role.
    pub(crate) fn passes(self, role: &Role) -> bool {
        match role {
            // Whatever else holds a column holds the whole of it.
            _ if self == Facet::Place => !matches!(role, Role::Read { .. }),
            Role::Synced => self.is_apart(),
            Role::Filled => self.is_apart() || matches!(self, Facet::Default | Facet::Value),
            Role::Read { .. } => true,
            Role::Retiring { .. } | Role::Replaced => false,
        }
    }
}
