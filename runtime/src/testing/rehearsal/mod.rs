//! A rehearsal of what is pending on a copy of a database: with clients of old and new builds, the way
//! back, and figures of all of it.

mod builder;
mod clients;
mod found;
mod guard;
mod locks;
mod queries;
mod setup;
mod stage;
mod story;

pub use self::builder::{Rehearse, rehearse};
pub use self::found::outcome::{
    Extrapolated, Latency, Problem, ProblemKind, Rehearsal, RehearsedPhase, RehearsedStep,
};
pub use self::locks::declared::{DeclaredLocks, declared_locks, undeclared_lock};
pub use self::locks::sample::{LockSample, LockSampler};
