//! What roles without rights try, and do not get.

mod definers;
mod lease_bounds;
mod lease_model;
mod lease_texts;
mod leases;
mod locks;
mod mark;
mod old_leases;
mod operators;
mod public;
mod state_schema;
mod stranger;
mod unequal;
mod values;
