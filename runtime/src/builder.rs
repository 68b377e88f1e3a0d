//! How a run is set up.

use std::fmt;
use std::time::Duration;

use tokio_postgres::NoTls;
use tracing::Instrument as _;

use crate::error::{Error, Kind};
use crate::executor::{Executor, SqlError};
use crate::migration::Migrations;
use crate::report::Progress;
use crate::runner::Changeover;
use crate::settings::Settings;

/// How a history is to be run; made by [`Changeover::new`].
pub struct Builder {
    history: Migrations,
    settings: Settings,
}

impl Changeover {
    /// Sets up a run of this history.
    #[expect(clippy::new_ret_no_self, reason = "a connection is still to be made")]
    pub fn new(history: &Migrations) -> Builder {
        Builder { history: *history, settings: Settings::default() }
    }
}

impl Builder {
    /// The name of the service whose history this is, by default `default`.
    ///
    /// The state in the schema `changeover` and the advisory lock are kept under it, so services
    /// that share a database need names that differ, and a name must never change.
    #[must_use]
    pub fn app(mut self, name: impl Into<String>) -> Builder {
        self.settings.app = name.into();
        self
    }

    /// The longest time for which a statement waits for a lock that clients queue behind it for;
    /// by default 300 ms.
    ///
    /// Locks that clients do not notice are waited for somewhat longer than the server's
    /// `deadlock_timeout`, because that is when an autovacuum gives way.
    ///
    /// PostgreSQL manual, section "Client Connection Defaults", `lock_timeout`.
    #[must_use]
    pub fn lock_timeout(mut self, timeout: Duration) -> Builder {
        self.settings.lock_timeout = timeout;
        self
    }

    /// How long one step, or the wait for another runner, may go on trying before the run stops
    /// with an error that names who is in the way; by default 10 minutes.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Builder {
        self.settings.deadline = deadline;
        self
    }

    /// The longest time for which a concurrent index build waits for older transactions to end,
    /// by default 5 minutes. It blocks nobody while it waits.
    ///
    /// PostgreSQL manual, `CREATE INDEX`, section "Building Indexes Concurrently".
    #[must_use]
    pub fn index_timeout(mut self, timeout: Duration) -> Builder {
        self.settings.index_timeout = timeout;
        self
    }

    /// The time that one transaction of a backfill should take, and so the longest time for which
    /// a client waits for a row; by default 10 ms.
    #[must_use]
    pub fn batch_time(mut self, time: Duration) -> Builder {
        self.settings.batch_time = time;
        self
    }

    /// Called when a step starts and after each window of a backfill.
    #[must_use]
    pub fn on_progress(mut self, call: impl Fn(&Progress<'_>) + Send + Sync + 'static) -> Builder {
        self.settings.on_progress = Some(Box::new(call));
        self
    }

    /// Connects without TLS by a connection string or URL, straight to the server.
    ///
    /// It must be called within a Tokio runtime: a task drives the connection. For TLS, connect
    /// with tokio-postgres yourself and hand the client to [`executor`](Builder::executor).
    pub async fn connect(self, database: &str) -> Result<Changeover, Error> {
        let (client, connection) = tokio_postgres::connect(database, NoTls)
            .await
            .map_err(|error| Error::new(Kind::Connect).caused_by(SqlError::from(error)))?;
        let drive = async move {
            if let Err(error) = connection.await {
                tracing::warn!(%error, "the connection to the database ended");
            }
        };
        tokio::spawn(drive.in_current_span());
        Ok(self.executor(client))
    }

    /// Uses a session that is connected already; see [`Executor`] for what it must be.
    pub fn executor(self, executor: impl Executor + 'static) -> Changeover {
        Changeover::start(self.history, self.settings, Box::new(executor))
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").field("app", &self.settings.app).finish_non_exhaustive()
    }
}
