//! Commands that only read the database.

pub(crate) mod check;
pub(crate) mod status;
