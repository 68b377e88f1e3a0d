//! Who needs whom: what stands in the way of a change, and in which order all can be made.

pub(crate) mod build_order;
pub(crate) mod enum_columns;
pub(crate) mod found;
pub(crate) mod item;
pub(crate) mod pointing;
pub(crate) mod rename;
pub(crate) mod replaced;
mod spoken;
pub(crate) mod usage;
