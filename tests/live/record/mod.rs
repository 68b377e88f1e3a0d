//! What the database remembers, edited, repaired or altered by hand, and what is read of it.

mod by_hand;
mod clocks;
mod edited;
mod events;
mod quoting;
mod repair;
pub(crate) mod secrets;
mod settled;
mod state_schema;
mod status;
