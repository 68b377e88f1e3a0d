//! What people read of a plan: as SQL in a pull request, held against a database, as the page for the
//! night in which it runs, as a picture of how it went, and as the comment of a pull request (`proposal`); why a form is refused
//! (`explain`); and the source files that declare it (`source`), with the `next` of them.

mod deploys;
mod explain;
#[cfg(any(feature = "cli", feature = "testing"))]
pub(crate) mod files;
pub(crate) mod forecast;
mod next;
#[cfg(feature = "cli")]
mod proposal;
mod runbook;
pub(crate) mod source;
mod sql;
mod timeline;

pub use self::deploys::Deploy;
pub use self::explain::{Explanation, explain, explanations};
pub use self::forecast::forecast;
pub use self::forecast::statistics::{Statistics, TableStatistics};
#[cfg(feature = "cli")]
pub use self::forecast::stats_file::StatisticsError;
pub use self::next::{NewMigration, new_migration};
#[cfg(feature = "cli")]
pub use self::proposal::{
    Concern, Gone, Grounds, Level, Place, Proposal, ProposalError, ProposedChange,
    ProposedMigration, SizesFrom, Undo, Waits, proposal,
};
pub use self::runbook::runbook;
pub use self::sql::render;
pub use self::timeline::timeline;
