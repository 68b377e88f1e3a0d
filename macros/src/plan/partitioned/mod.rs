//! A plain table that becomes partitioned: another takes its name, and it becomes a partition of that.

pub(crate) mod belongings;
pub(crate) mod fit;
pub(crate) mod refused;
pub(crate) mod swap;
