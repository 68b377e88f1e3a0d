//! What reads a database and changes nothing of it.

mod check;
mod declared;
mod diagnose;
mod forecast;
pub(crate) mod glance;
pub(crate) mod partitions;
mod preflight;
mod statistics;
mod timeline;
mod verify;
