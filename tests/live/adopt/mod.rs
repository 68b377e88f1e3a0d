//! A database that exists is adopted as it is, and held against what the code says.

mod baseline;
mod check;
pub(crate) mod command_line;
mod dropped;
mod files;
mod names;
mod older;
mod once;
mod pooled;
mod rights;
mod squash;
mod strangers;
mod traffic;
