//! PostgreSQL schema changes without downtime.
//!
//! A service declares its schema changes one line each; the compiler expands a line into a plan of
//! phases that old and new builds of the service live through, or refuses it with an error on the
//! very token, and a small runtime carries the plan out while both go on reading and writing.
//!
//! ```no_run
//! use std::time::Duration;
//!
//! use changeover::Changeover;
//!
//! mod m0001_create_users {
//!     changeover::migration! {
//!         create_table!(users { id: bigint identity primary_key, username: text not_null });
//!     }
//! }
//!
//! mod m0002_rename_username {
//!     changeover::migration! {
//!         after super::m0001_create_users;
//!         rename_column!(users.username => display_name);
//!     }
//! }
//!
//! changeover::migrations! {
//!     /// Every schema change of the accounts service.
//!     pub static MIGRATIONS = [m0001_create_users, m0002_rename_username];
//! }
//!
//! // The job before the roll-out of a new build.
//! async fn migrate(url: &str) -> Result<(), changeover::Error> {
//!     let builder = Changeover::builder(&MIGRATIONS).app("accounts");
//!     let report = builder.connect(url).await?.migrate().await?;
//!     println!("{report}");
//!     Ok(())
//! }
//!
//! // Each process of the service.
//! async fn serve(url: &str) -> Result<(), changeover::Error> {
//!     let builder = Changeover::builder(&MIGRATIONS).app("accounts");
//!     let lease = builder.connect(url).await?.hold_lease().await?;
//!     lease.ready(Duration::from_secs(60)).await?;
//!     lease.until(async { /* serves requests */ }).await;
//!     Ok(())
//! }
//! # fn main() {}
//! ```
//!
//! In a service each migration is a file of its own; [`migration!`] and [`migrations!`] say how they
//! are written, and the page of each operation, such as [`rename_column!`], what it takes, what it
//! refuses and which locks its plan has.
//!
//! # Phases
//!
//! [`Changeover::migrate`] runs *expand*, additive DDL under locks of milliseconds, and *migrate*, the
//! backfills, concurrent index builds and validations that block nobody. From then on both shapes
//! hold the same, whoever writes which, and [`Changeover::undo`] leads back without a loss. *Switch*
//! and *contract* swap and remove what the old shape needs. They run once a later migration declares
//! them with `switch!(m0002_…)` and `contract!(m0002_…)`, and their gate opens.
//!
//! # Gates and leases
//!
//! A contract must not run while a build lives that still uses what it drops. Each process of the
//! service holds a [`Lease`] that says which build it is; the gate opens by itself when the last
//! lease of an older build has ended. [`Gate`] has what there is for services without leases.
//!
//! # When something is wrong
//!
//! Before each phase the runner looks for what would make it fail or hurt, and says who and what in
//! [`Findings`]; [`Check`] has the list. A run that failed, or was killed, is gone on with by the
//! next one. [`Error::kind`] tells what stopped it and its message how to mend it.
//! [`Changeover::status`] says how far each migration is and what waits for whom, and
//! [`Repair`] corrects the record where the database was changed by hand.
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
//!
//! # Features
//!
//! | feature | what it adds |
//! | --- | --- |
//! | `tls` | [`Builder::connect`] speaks TLS, as `sslmode` in the URL asks for |
//! | `metrics` | numbers of each run for the recorder of the `metrics` crate that the service has; `docs/events.md` has their names |
//! | `cli` | [`cli`]: a command line for the service's own binary, and the binary `changeover`, whose `adopt` writes a database as the beginning of a history; [`review::proposal`], what a pull request says of a branch |
//! | `sea-query` | `TableIden`: the names of `pub mod schema;` ([`migrations!`]) where sea-query 1 takes a table or a column |
//! | `testing` | [`testing`]: a PostgreSQL for tests, the comparison of reviewed plans, and of a database with its history, and the rehearsal of a history with clients; `cli` has it too |
#![deny(missing_docs)]

mod catalog;
mod changeover;
#[cfg(feature = "cli")]
pub mod cli;
mod lease;
mod lock;
pub mod migration;
mod outcome;
mod preflight;
mod record;
pub mod review;
mod run;
mod session;
mod settings;
#[cfg(feature = "testing")]
pub mod testing;
mod work;

#[doc(no_inline)]
pub use async_trait::async_trait;
pub use changeover_macros::*;

pub use crate::catalog::adopted::Adopted;
pub use crate::catalog::adopted::scope::Scope;
pub use crate::catalog::code::schema::{
    DeclaredColumn, DeclaredEnum, DeclaredForeignKey, DeclaredSchema, DeclaredTable, DeclaredType,
};
pub use crate::changeover::Changeover;
pub use crate::changeover::builder::Builder;
pub use crate::changeover::looks::glance::seen::{Glance, RunningStep};
pub use crate::changeover::squash::{Edits, Squash};
pub use crate::lease::{Lease, PhaseWatch};
pub use crate::migration::function::ConvertError;
pub use crate::migration::function::row::{FromRow, FromText, IntoRow, IntoText, Parsed};
#[cfg(feature = "sea-query")]
pub use crate::migration::iden::TableIden;
pub use crate::migration::{Migrations, Phase};
pub use crate::outcome::comparison::{Comparison, Difference, Unbuilt};
pub use crate::outcome::diagnosis::{Diagnosis, Symptom};
pub use crate::outcome::error::{Error, ErrorKind};
pub use crate::outcome::finding::{Check, Finding, Findings, Severity, Threshold};
pub use crate::outcome::forecast::{
    Forecast, MigrationForecast, PhaseForecast, StepForecast, TableForecast, Takes,
};
pub use crate::outcome::grants;
pub use crate::outcome::report::{HeldGate, PhaseReport, Progress, Report};
pub use crate::outcome::status::{
    InstanceStatus, MigrationStatus, PartitionsStatus, SettingStatus, State, Status,
};
pub use crate::outcome::timeline::{HeadTime, Mark, MigrationTime, StepTime, Timeline};
pub use crate::outcome::verification::{DifferingRow, Unverified, Verification, Verified};
pub use crate::session::connect::Connect;
pub use crate::session::executor::{Executor, Row, Rows, SqlError};
pub use crate::settings::Gate;
pub use crate::settings::interrupt::Interrupt;
pub use crate::settings::load::{Limit, Load, Verdict};
pub use crate::settings::repair::Repair;
pub use crate::settings::setting::Setting;
pub use crate::settings::told::event::{Event, StepPlace};
pub use crate::settings::verify::{Verify, Verifying};

// What a macro emits cannot ask which features this crate has.
#[cfg(feature = "sea-query")]
#[doc(hidden)]
#[macro_export]
macro_rules! __if_sea_query {
    ($($item:tt)*) => { $($item)* };
}

#[cfg(not(feature = "sea-query"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __if_sea_query {
    ($($item:tt)*) => {};
}

#[doc(hidden)]
pub mod __private {
    pub use changeover_macros::*;

    pub use crate::__if_sea_query as if_sea_query;
    pub use crate::migration::function::{ConvertFn, converting};
    pub use crate::migration::packed::{Packed, alone};
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
