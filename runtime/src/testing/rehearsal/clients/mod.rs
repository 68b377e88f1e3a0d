//! Clients that are derived from the schema: what a build of the service reads and writes, and how it is
//! done while migrations run.

pub(crate) mod build;
mod connection;
pub(crate) mod fleet;
pub(crate) mod rows;
pub(crate) mod seen;
mod statement;
pub(crate) mod table;
mod value;
