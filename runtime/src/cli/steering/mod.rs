//! Commands that steer what is under way elsewhere.

pub(crate) mod gates;
pub(crate) mod pause;
pub(crate) mod set;
