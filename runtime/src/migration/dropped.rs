//! An object that a step takes away.

/// An object that a step takes away for good, or puts another in the place of.
///
/// Before a switch or a contract begins, the runner asks the server for whatever depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dropped {
    /// What it is.
    pub kind: ObjectKind,
    /// Its own name or, of a part of a table, the table's, quoted and schema-qualified; a
    /// function's with the types of its arguments.
    pub name: &'static str,
    /// The name of a part of a table as the catalogs have it; empty where it is none.
    pub part: &'static str,
    /// The names of the indexes, constraints and triggers that the history knows to go along.
    pub with: &'static [&'static str],
}

/// What kind of object a name is to be looked up as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectKind {
    /// A table, with its rows.
    Table,
    /// A view, an index or a sequence.
    Relation,
    /// A column of a table.
    Column,
    /// The default of a column, which another may take the place of.
    Default,
    /// That a column is never null.
    NotNull,
    /// A primary key, in whose place the same statement puts another.
    ReplacedKey,
    /// A column that another takes the place of, in the lists of `update of` triggers too.
    ReplacedColumn,
    /// A constraint of a table.
    Constraint,
    /// A trigger on a table.
    Trigger,
    /// A policy on a table.
    Policy,
    /// A function.
    Function,
    /// An enum or a domain.
    Type,
    /// A schema.
    Schema,
    /// An extension.
    Extension,
}

impl ObjectKind {
    /// Tells whether something may name it, or depend on it in the catalogs.
    pub(crate) fn is_object(self) -> bool {
        !matches!(self, ObjectKind::Default | ObjectKind::NotNull | ObjectKind::ReplacedKey)
    }
}
