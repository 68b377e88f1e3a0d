//! An object of the database, as the server is asked for it.

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Dropped {
    pub(crate) kind: ObjectKind,
    /// Quoted, and schema-qualified where it can be.
    pub(crate) name: String,
    /// The name of a part of a table, else empty.
    pub(crate) part: String,
    pub(crate) with: Vec<String>,
}

/// What the name is looked up as.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ObjectKind {
    Table,
    Relation,
    Column,
    /// A column's default, which another may take the place of.
    Default,
    /// That a column is never null.
    NotNull,
    /// A primary key, in whose place the same statement puts another.
    ReplacedKey,
    /// Triggers that list it list what takes its place by then.
    ReplacedColumn,
    Constraint,
    Trigger,
    Policy,
    Function,
    Type,
    Schema,
    Extension,
}
