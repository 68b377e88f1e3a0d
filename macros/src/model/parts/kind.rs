//! The kinds of what is no table.

use std::fmt;

/// The kinds, in the order in which they need each other where nothing else tells.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Kind {
    Schema,
    Extension,
    Enum,
    Domain,
    Sequence,
    Function,
    Partition,
    View,
    MaterializedView,
    /// Of a materialized view: those of a table stand with it.
    Index,
    Trigger,
    Policy,
    RowSecurity,
    ReplicaIdentity,
    PartitionRule,
    Grant,
    Other,
}

const KINDS: &[(Kind, &str)] = &[
    (Kind::Schema, "schema"),
    (Kind::Extension, "extension"),
    (Kind::Enum, "enum"),
    (Kind::Domain, "domain"),
    (Kind::Sequence, "sequence"),
    (Kind::Function, "function"),
    (Kind::Partition, "partition"),
    (Kind::View, "view"),
    (Kind::MaterializedView, "materialized view"),
    (Kind::Index, "index"),
    (Kind::Trigger, "trigger"),
    (Kind::Policy, "policy"),
    (Kind::RowSecurity, "row level security"),
    (Kind::ReplicaIdentity, "replica identity"),
    (Kind::PartitionRule, "partition rule"),
    (Kind::Grant, "grant"),
    (Kind::Other, "object"),
];

impl Kind {
    pub(crate) fn word(self) -> &'static str {
        KINDS.iter().find(|(kind, _)| *kind == self).map_or("", |(_, word)| word)
    }

    pub(crate) fn read(word: &str) -> Option<Self> {
        KINDS.iter().find(|(_, known)| *known == word).map(|(kind, _)| *kind)
    }

    /// Tells whether its name may not be a table's too (manual, `pg_class`).
    pub(crate) fn is_relation(self) -> bool {
        use Kind::{Index, MaterializedView, Partition, Sequence, View};
        matches!(self, Index | MaterializedView | Partition | Sequence | View)
    }

    /// Tells whether its name may not be another type's too (manual, `pg_type`).
    pub(in crate::model) fn is_type(self) -> bool {
        matches!(self, Kind::Enum | Kind::Domain)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
