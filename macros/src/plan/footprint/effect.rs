//! What a statement does that others have to know of before it runs.

use crate::plan::footprint::object::Dropped;

/// What a statement does that others have to know of before it runs. Names are quoted and have their
/// schema; those of parts of a table are as the catalogs have them.
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
    /// It makes what stands in no schema, which takes CREATE on the database.
    MakesInDatabase,
    /// Another index becomes the one by which logical replication knows the rows.
    Identifies,
    /// An object goes for good, or another comes in its place.
    Removes {
        object: Dropped,
        /// Whether nothing happens where it is gone.
        if_there: bool,
    },
    /// An object comes under a name that somebody may have given away; asked of an undo.
    Takes(Dropped),
    /// The column, constraint, index, trigger or policy of this name changes, comes or goes.
    ChangesPart { table: String, part: String },
    /// What has no name of its own changes: the parameters, rights, comment or security of an object.
    ChangesSettings(String),
    /// An object as a whole changes.
    Changes(String),
}

impl Effect {
    pub(crate) fn removed_mut(&mut self) -> Option<&mut Dropped> {
        match self {
            Effect::Removes { object, .. } => Some(object),
            _ => None,
        }
    }
}
