//! A column that takes another's place, with all that is built on it.

pub(crate) mod casts;
pub(crate) mod column;
pub(crate) mod column_sequence;
pub(crate) mod conversion;
pub(crate) mod copies;
pub(crate) mod dependents;
pub(crate) mod exchange;
pub(crate) mod key;
pub(crate) mod retype;
pub(crate) mod sequence_owner;
pub(crate) mod shadow;
