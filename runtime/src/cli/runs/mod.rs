//! Commands that run migrations, or take them back, or correct what is remembered of them.

mod consent;
pub(crate) mod contract;
mod end;
mod interrupt;
mod progress;
pub(crate) mod rehearse;
pub(crate) mod repair;
pub(super) mod setup;
pub(crate) mod undo;
pub(crate) mod up;
