//! Steps by which a rule comes to hold without a lock that lasts.

pub(crate) mod attach;
pub(crate) mod not_null;
pub(crate) mod one_step;
pub(crate) mod repair;
pub(crate) mod unproved;
pub(crate) mod violation;
