//! Names, texts and words of which all else is made. They import `diag` and `grammar`.

pub(crate) mod lexer;
pub(crate) mod list;
pub(crate) mod lock;
pub(crate) mod name;
pub(crate) mod phase;
pub(crate) mod qualified;
pub(crate) mod raw;
pub(crate) mod setting;
pub(crate) mod sql;
pub(crate) mod target;
