//! PostgreSQL schema changes without downtime.
#![deny(missing_docs)]

pub mod migration;
#[cfg(feature = "testing")]
pub mod testing;
