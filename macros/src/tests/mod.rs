//! Tests of all stages together: without a server, and on one.

mod chain;
mod footprint;
pub(crate) mod forms;
pub(crate) mod on_server;
pub(crate) mod typos;
