//! PostgreSQL schema changes without downtime.
//!
//! A service declares its schema changes with [`migration!`] and [`migrations!`]; the compiler
//! turns each into phases of steps that old and new builds of the service live through.
//! [`Changeover`] carries them out.
//!
//! # Values that SQL cannot compute
//!
//! A backfill can call an asynchronous function of the service on batches of rows:
//!
//! ```
//! /// Rows of `orders(priority, note)` in, a `label` for each of them out, in the same order.
//! pub async fn label(rows: Vec<(i32, Option<String>)>) -> Result<Vec<String>, std::fmt::Error> {
//!     let label = |(priority, note): (i32, Option<String>)| {
//!         format!("{priority}: {}", note.unwrap_or_default())
//!     };
//!     Ok(rows.into_iter().map(label).collect())
//! }
//! ```
//!
//! Its rows are tuples, single values or types of the service's own ([`FromRow`], [`IntoRow`]).
//! No row is locked while it runs; its value is written only while the columns that it was made of
//! are as they were, and the row is still to be filled. A row that a client has changed meanwhile
//! is read again. So the function may be called more than once for a row, and old builds that write
//! rows without the value keep the migration from ending: deploy a build that writes it first.
//! An error is tried again twice; then the migration stops at the row that it names, with the
//! error's text in its record, and the next run goes on there.
#![deny(missing_docs)]

mod alone;
mod backfill;
mod blockers;
mod bound;
mod builder;
mod connect;
mod convert;
mod denied;
mod error;
mod executor;
mod fence;
mod finding;
mod function;
mod gate;
pub mod grants;
mod heap;
mod hold;
mod index;
mod jitter;
mod lease;
mod ledger;
mod line;
mod load;
mod lock;
pub mod migration;
mod outside;
mod phase;
mod plan_text;
mod pooled;
mod preflight;
mod presence;
mod release;
mod repair;
mod report;
mod require;
mod retry;
pub mod review;
mod row;
mod runner;
mod settings;
mod sql;
mod stage;
mod status;
mod step;
mod store;
#[cfg(feature = "testing")]
pub mod testing;
mod throttle;
mod transaction;
mod walk;

pub use async_trait::async_trait;
pub use changeover_macros::*;

pub use crate::builder::Builder;
pub use crate::connect::Connect;
pub use crate::error::Error;
pub use crate::executor::{Executor, Row, Rows, SqlError};
pub use crate::finding::{Check, Finding, Findings, Severity, Threshold};
pub use crate::function::{ConvertError, ConvertFn, Converting, converting};
pub use crate::lease::{Lease, PhaseWatch};
pub use crate::load::{Limit, Load, Verdict};
pub use crate::migration::*;
pub use crate::repair::Repair;
pub use crate::report::{HeldGate, PhaseReport, Progress, Report};
pub use crate::row::{FromRow, FromText, IntoRow, IntoText, Parsed};
pub use crate::runner::Changeover;
pub use crate::settings::Gate;
pub use crate::status::{InstanceStatus, MigrationStatus, State, Status};

#[doc(hidden)]
pub mod __private {
    pub use changeover_macros::*;

    pub use crate::function::{ConvertFn, converting};
    pub use crate::migration::*;

    /// The last segment of what `module_path!()` gives.
    pub const fn module_name(module_path: &'static str) -> &'static str {
        let bytes = module_path.as_bytes();
        let mut start = bytes.len();
        while start > 0 && bytes[start - 1] != b':' {
            start -= 1;
        }
        module_path.split_at(start).1
    }
}
