//! What the server and its other sessions are at.

pub(super) mod blocker;
pub(super) mod disk;
pub(super) mod lock_table;
pub(super) mod old_horizon;
pub(super) mod old_transaction;
pub(super) mod replication;
pub(super) mod rights;
pub(super) mod wraparound;
