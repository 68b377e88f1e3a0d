//! Commands that only read the database.

pub(crate) mod check;
pub(crate) mod doctor;
pub(crate) mod plan;
pub(crate) mod runbook;
pub(crate) mod stats;
pub(crate) mod status;
pub(crate) mod timeline;
pub(crate) mod verify;
pub(crate) mod watch;
