//! PostgreSQL schema changes without downtime.
//!
//! A service declares its schema changes with [`migration!`] and [`migrations!`]; the compiler
//! turns each into phases of steps that old and new builds of the service live through.
//! [`Changeover`] carries them out.
#![deny(missing_docs)]

mod alone;
mod backfill;
mod blockers;
mod bound;
mod builder;
mod convert;
mod error;
mod executor;
mod function;
mod gate;
mod heap;
mod index;
mod jitter;
mod ledger;
mod lock;
pub mod migration;
mod phase;
mod plan_text;
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
mod transaction;
mod walk;

pub use async_trait::async_trait;
pub use changeover_macros::*;

pub use crate::builder::Builder;
pub use crate::error::Error;
pub use crate::executor::{Executor, Row, Rows, SqlError};
pub use crate::function::{ConvertError, ConvertFn, Converting, converting};
pub use crate::migration::*;
pub use crate::report::{PhaseReport, Progress, Report};
pub use crate::row::{FromRow, FromText, IntoRow, IntoText, Parsed};
pub use crate::runner::Changeover;
pub use crate::status::{MigrationStatus, State, Status};

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
