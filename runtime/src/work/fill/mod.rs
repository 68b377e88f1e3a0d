//! Work that goes over the rows of a table, batch by batch.

pub(crate) mod backfill;
pub(crate) mod convert;
pub(crate) mod culprit;
pub(crate) mod heap;
mod removal;
pub(crate) mod walk;
mod way;
