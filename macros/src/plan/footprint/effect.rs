//! What a statement does that others have to know of before it runs.

/// What a statement does that others have to know of before it runs. Names are quoted and have their
/// schema.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Effect {
    /// A relation has this name from then on.
    Makes(String),
    /// It passes over a relation that is not there.
    IfThere(String),
    /// It may make anything: only the server knows.
    Unknown,
    /// The columns or constraints of a table change, and those of its children with them.
    Alters(String),
    /// A table gets a column.
    AddsColumn { table: String, has_default: bool },
    /// A table gets another name.
    Renames(String),
    /// Another index becomes the one by which logical replication knows the rows.
    Identifies,
    /// Something goes, as its drops say.
    Removes,
}
