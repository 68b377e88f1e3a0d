//! What a statement does that has to be known before it runs.

/// What a statement does that has to be known before it runs. Names are quoted and schema-qualified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// A relation has this name from then on.
    Makes(&'static str),
    /// It passes over a relation that is not there.
    IfThere(&'static str),
    /// It may make anything: only the server knows.
    Unknown,
    /// The columns or constraints of a table change, and those of its children with them.
    Alters(&'static str),
    /// A table gets a column.
    AddsColumn {
        /// The table.
        table: &'static str,
        /// Whether the server gives it a value in the rows that are there.
        has_default: bool,
    },
    /// A table gets another name.
    Renames(&'static str),
    /// Another index becomes the one by which logical replication knows the rows.
    Identifies,
    /// Something goes, whose files the server removes once it has let the locks go.
    Removes,
}
