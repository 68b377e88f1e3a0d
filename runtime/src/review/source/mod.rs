//! The source files of migrations: which of a file is code, the list that names them, and how one is
//! added to it or takes the place of several.

#[cfg(feature = "cli")]
mod added;
#[cfg_attr(not(feature = "cli"), expect(dead_code, reason = "`new` needs more of it"))]
mod list;
mod mask;
mod squashed;

#[cfg(feature = "cli")]
pub(crate) use self::list::List;
pub(crate) use self::squashed::{with_baseline, with_parent};
