//! A session of the server: a statement in, rows of text out. It imports nothing of ours.

pub(crate) mod connect;
pub(crate) mod executor;
pub(crate) mod jitter;

pub(crate) mod shown;
pub(crate) mod sql;
pub(crate) mod sqlstate;
pub(crate) mod watched;
