//! The harness that takes each operation through its life under traffic, and the operations'
//! scenarios.
//!
//! An operation is one folder in `ops/`; nothing else in this crate names it. See
//! [`Scenario`] and [`Client`] for what its `live.rs` says.

pub mod accounts;
pub mod catalog;
mod client;
pub mod counted;
pub mod cuts;
mod database;
mod failure;
pub mod fixture;
mod hand;
pub mod kills;
pub mod layout;
mod ledger;
mod locks;
pub mod logins;
pub mod measured;
pub mod pooler;
pub mod proxy;
pub mod roles;
pub mod roll_out;
pub mod run;
pub mod sample;
mod scenario;
pub mod scene;
pub mod small_disk;
mod stage;
pub mod traffic;

pub use crate::client::{Client, Value};
pub use crate::database::{connect, forbid_rewrites};
pub use crate::failure::{Failure, chain};
pub use crate::hand::Command;
pub use crate::ledger::Ledger;
pub use crate::scenario::Scenario;
pub use crate::traffic::Slowest;

/// The folders of `ops/`, a module each, found by `build.rs`.
pub mod ops {
    include!(concat!(env!("OUT_DIR"), "/ops.rs"));
}

/// Runs a test on a runtime of its own with two workers, so that clients and the runner truly run
/// at the same time.
pub fn block_on<T>(test: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.map_err(|error| Failure::new(error.to_string()))?.block_on(test)
}
