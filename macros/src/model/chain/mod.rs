//! The schema as tokens, which a migration hands to its children.

pub(crate) mod entities;
pub(crate) mod entry;
pub(crate) mod lines;
pub(crate) mod past;
pub(crate) mod settled;
pub(crate) mod state;
pub(crate) mod table_shape;
pub(crate) mod table_text;
pub(crate) mod tables;
pub(crate) mod text;
