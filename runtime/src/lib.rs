//! PostgreSQL schema changes without downtime.
#![deny(missing_docs)]

pub mod migration;
