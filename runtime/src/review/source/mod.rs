//! The source files of migrations: which of a file is code, the list that names them, and how one is
//! added to it or takes the place of several.

mod added;
mod list;
mod mask;
mod squashed;

pub(crate) use self::list::List;
pub(crate) use self::squashed::{with_baseline, with_parent};
