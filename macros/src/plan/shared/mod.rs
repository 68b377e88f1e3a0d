//! Plans that several operations share whole.

pub(crate) mod carry_over;
pub(crate) mod logged;
pub(crate) mod removal;
pub(crate) mod reshape;
pub(crate) mod setting;
