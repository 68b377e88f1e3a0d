//! What a schema knows of each kind of object.

pub(crate) mod constraint;
pub(crate) mod entities;
pub(crate) mod function;
pub(crate) mod grant;
pub(crate) mod grant_text;
pub(crate) mod index;
pub(crate) mod partition;
pub(crate) mod policy;
pub(crate) mod replica;
pub(crate) mod trigger;
pub(crate) mod types;
