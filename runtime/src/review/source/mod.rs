//! The source files of migrations: which of a file is code, the list that names them, how one is
//! added to it or takes the place of several, and where in one a macro is called.

mod added;
#[cfg(feature = "cli")]
mod calls;
mod list;
mod mask;
mod squashed;

#[cfg(feature = "cli")]
pub(crate) use self::calls::{calls_migration, line_of};
pub(crate) use self::list::List;
pub(crate) use self::squashed::{with_baseline, with_parent};
