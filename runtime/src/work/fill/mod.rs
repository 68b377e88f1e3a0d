//! Work that goes over the rows of a table, batch by batch.

pub(crate) mod backfill;
mod compact;
pub(crate) mod convert;
mod crew;
pub(crate) mod culprit;
pub(crate) mod heap;
mod pace;
mod removal;
pub(crate) mod walk;
mod way;
