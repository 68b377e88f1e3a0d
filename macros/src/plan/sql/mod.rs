//! Statements on tables as text.

pub(crate) mod constraint;
pub(crate) mod ddl;
pub(crate) mod format;
pub(crate) mod index;
pub(crate) mod partition;
pub(crate) mod sea;
pub(crate) mod version;
