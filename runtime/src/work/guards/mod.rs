//! Kinds of work that look and change nothing: they stop a migration before it would fail or hurt.

pub(crate) mod no_rows;
mod size_limit;
