//! What a statement does that others have to know of, and what a step takes away.

/// What a statement does that has to be known before it runs. Names are quoted and schema-qualified;
/// those of parts of a table are as the catalogs have them.
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
    /// It makes what stands in no schema, which takes CREATE on the database.
    MakesInDatabase,
    /// Another index becomes the one by which logical replication knows the rows.
    Identifies,
    /// Something goes for good, or another comes in its place. The server removes its files once it
    /// has let the locks go.
    Removes {
        /// What goes.
        object: Dropped,
        /// Whether nothing happens where it is gone.
        if_there: bool,
    },
    /// Something comes under a name that somebody may have given away.
    Takes(Dropped),
    /// A column, constraint, index, trigger or policy changes, comes or goes.
    ChangesPart {
        /// Its table.
        table: &'static str,
        /// Its name.
        part: &'static str,
    },
    /// What has no name of its own changes: the parameters, rights, comment or security of an object.
    ChangesSettings(&'static str),
    /// An object as a whole changes.
    Changes(&'static str),
}

impl Effect {
    /// Returns what goes with it.
    pub(crate) fn removed(&self) -> Option<&Dropped> {
        match self {
            Effect::Removes { object, .. } => Some(object),
            _ => None,
        }
    }
}

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
