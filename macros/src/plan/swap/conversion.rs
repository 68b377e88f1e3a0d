//! What becomes of a value when its column changes its type, there and back.

use crate::syntax::tables::column::Column;

/// How a value gets from one type to the other, and back.
#[derive(Clone)]
pub(crate) enum Conversion {
    /// By a cast that loses nothing.
    Cast,
    /// By the user's expressions over the row, which name the column as it is called.
    Stated { up: String, down: String },
}

impl Conversion {
    /// Returns what becomes of the old value, in SQL over the row.
    pub(crate) fn up(&self, new: &Column) -> String {
        match self {
            Conversion::Cast => format!("cast({} as {})", new.name.quoted(), new.ty.sql),
            Conversion::Stated { up, .. } => up.clone(),
        }
    }

    /// Returns what becomes of the new value on the way back.
    pub(crate) fn down(&self, old: &Column) -> String {
        match self {
            Conversion::Cast => format!("cast({} as {})", old.name.quoted(), old.ty.sql),
            Conversion::Stated { down, .. } => down.clone(),
        }
    }
}
