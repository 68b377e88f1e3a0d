//! What is found before a phase, and what holds it back while it runs.

mod drift;
mod drifted;
mod lock_table;
mod preflight;
mod preflight_shapes;
mod replica;
mod replica_identity;
mod signals;
mod throttle;
mod throttle_query;
mod under_way;
