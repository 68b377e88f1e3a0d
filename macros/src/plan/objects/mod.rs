//! Statements on what is no table.

pub(crate) mod compat_view;
pub(crate) mod domain;
pub(crate) mod function;
pub(crate) mod grant;
pub(crate) mod materialized;
pub(crate) mod policy;
pub(crate) mod rights;
pub(crate) mod sequence;
pub(crate) mod trigger;
pub(crate) mod types;
pub(crate) mod view;
