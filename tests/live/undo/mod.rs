//! The way back.

mod at_once;
mod filling;
mod refusals;
mod refused;
mod several;
