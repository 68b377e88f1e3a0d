//! Indexes and their keys.

pub(crate) mod index;
pub(crate) mod key;
pub(crate) mod method;
pub(crate) mod storage;
