//! What a statement does that has to be known before it runs.

use super::dropped::Dropped;

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
