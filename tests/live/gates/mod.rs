//! What a switch or a contract waits for: leases, dependents, statements of clients.

mod background;
mod contract;
mod lease_race;
mod lease_room;
mod leases;
mod outside;
mod outside_objects;
pub(crate) mod statements;
mod switch;
