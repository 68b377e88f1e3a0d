//! What is no table: views, functions, triggers, policies, grants, sequences.

pub(crate) mod argument;
pub(crate) mod function;
pub(crate) mod grant;
pub(crate) mod policy;
pub(crate) mod query;
pub(crate) mod sequence;
pub(crate) mod trigger;
pub(crate) mod view;
