//! What people read of a plan: as SQL in a pull request, held against a database, as the page for the
//! night in which it runs, and as a picture of how it went; why a form is refused (`explain`); and the
//! source files that declare it (`source`), with the `next` of them.

mod explain;
#[cfg(any(feature = "cli", feature = "testing"))]
pub(crate) mod files;
pub(crate) mod forecast;
mod next;
mod runbook;
pub(crate) mod source;
mod sql;
mod timeline;

pub use self::explain::{Explanation, explain, explanations};
pub use self::next::{NewMigration, new_migration};
pub use self::runbook::runbook;
pub use self::sql::render;
pub use self::timeline::timeline;
