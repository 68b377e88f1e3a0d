//! The locks that a run takes of tables: sampled while it works, and held against what its plan declares.

pub(crate) mod declared;
pub(crate) mod sample;
pub(crate) mod watch;
