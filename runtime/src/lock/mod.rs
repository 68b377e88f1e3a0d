//! One runner at a time: the advisory lock of a history, which is the only way to its session. It
//! imports `session` to `settings`.

mod acquire;
mod advisory;
pub(crate) mod holders;
mod ladder;
mod locked;
mod pooled;
mod run_session;
mod session;
#[cfg(test)]
mod tests;
mod tx;

pub(crate) use self::advisory::{AdvisoryLock, LOCK_CLASS, is_runner, is_wanted};
pub(crate) use self::ladder::Ladder;
pub(crate) use self::locked::Locked;
pub(crate) use self::run_session::{RunSession, Worker};
pub(crate) use self::session::Session;
