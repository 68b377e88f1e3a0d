//! Types and what values of them are.

pub(crate) mod assignment;
mod bare_default;
pub(crate) mod builtin;
pub(crate) mod comparison;
pub(crate) mod default;
pub(crate) mod extension;
pub(crate) mod family;
pub(crate) mod identity;
mod literal;
pub(crate) mod types;
