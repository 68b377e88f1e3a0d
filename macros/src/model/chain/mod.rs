//! The schema as text, which a migration hands to its children.

pub(crate) mod state;
pub(crate) mod table_shape;
pub(crate) mod table_text;
