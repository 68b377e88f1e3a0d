//! The triggers that we write, and what they need.

pub(crate) mod definer;
pub(crate) mod enum_value;
pub(crate) mod fill;
pub(crate) mod generated;
pub(crate) mod interim_sequence;
pub(crate) mod parent_probe;
pub(crate) mod sequence_catch_up;
pub(crate) mod sync;
pub(crate) mod writers_queue;
pub(crate) mod your_triggers;
