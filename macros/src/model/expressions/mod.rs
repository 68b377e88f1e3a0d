//! What the user's expressions and statements may name.

pub(crate) mod clause;
pub(crate) mod expression;
pub(crate) mod query;
pub(crate) mod statement;
