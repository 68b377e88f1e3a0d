//! What the server says, as the macros take it.

pub(super) mod array;
pub(super) mod expression;
pub(super) mod raw;
pub(super) mod type_text;
