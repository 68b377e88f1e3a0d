//! The grammar that the operations share.

pub(crate) mod assignment;
pub(crate) mod column;
pub(crate) mod constraint;
pub(crate) mod default;
pub(crate) mod exclusion;
pub(crate) mod identity;
pub(crate) mod index;
pub(crate) mod key;
pub(crate) mod lexer;
mod like;
pub(crate) mod list;
mod method;
pub(crate) mod name;
pub(crate) mod partition;
pub(crate) mod query;
pub(crate) mod raw;
pub(crate) mod reference;
pub(crate) mod sequence;
pub(crate) mod setting;
pub(crate) mod sql;
pub(crate) mod storage;
pub(crate) mod table;
pub(crate) mod target;
pub(crate) mod terms;
pub(crate) mod types;
pub(crate) mod view;
