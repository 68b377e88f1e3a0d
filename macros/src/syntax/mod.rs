//! The grammar that the operations share.

pub(crate) mod indexes;
pub(crate) mod objects;
pub(crate) mod tables;
pub(crate) mod values;
pub(crate) mod words;
