//! The command line of a service as a process: under clients, killed, interrupted, steered.

mod files;
mod looks;
pub(crate) mod process;
mod runs;
mod schema;
mod sessions;
mod steering;
mod terminal;
