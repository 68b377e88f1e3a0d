//! What a schema is made of, and what changes say of it.

pub(crate) mod definition;
pub(crate) mod entity;
pub(crate) mod facet;
pub(crate) mod hold;
pub(crate) mod kind;
pub(crate) mod object;
