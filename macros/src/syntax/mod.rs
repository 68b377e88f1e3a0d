//! The grammar that the operations share.

pub(crate) mod column;
pub(crate) mod constraint;
pub(crate) mod default;
pub(crate) mod index;
pub(crate) mod lexer;
pub(crate) mod list;
pub(crate) mod name;
pub(crate) mod raw;
pub(crate) mod sql;
pub(crate) mod table;
pub(crate) mod target;
pub(crate) mod types;
