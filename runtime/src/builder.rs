//! How a run is set up.

mod answer;
mod leases;
mod preflight;
mod throttle;

use std::fmt;
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use tokio_postgres::tls::{MakeTlsConnect, TlsConnect};
use tokio_postgres::{Config, NoTls, Socket};

use crate::connect::{Connect, Postgres};
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

    /// Called when a step starts, after each window of a backfill, and while something holds it.
    #[must_use]
    pub fn on_progress(mut self, call: impl Fn(&Progress<'_>) + Send + Sync + 'static) -> Builder {
        self.settings.on_progress = Some(Box::new(call));
        self
    }

    /// Connects without TLS by a connection string or URL.
    ///
    /// It may lead through a pooler in transaction mode, which is noticed. A run then takes two of
    /// the pool's sessions, one of them for a transaction that does nothing but keep the lock, and
    /// changes no setting of a session. What cannot be in a transaction, as a concurrent index
    /// build, runs under the settings of the role: a `statement_timeout` of its own would end it.
    ///
    /// It must be called within a Tokio runtime: a task drives the connection.
    pub async fn connect(self, database: &str) -> Result<Changeover, Error> {
        // What the client says of a string that it cannot read may quote it, and so a password.
        let config = Config::from_str(database).map_err(|_| {
            Error::new(Kind::Connect)
                .caused_by(SqlError::new(None, "the connection string cannot be read"))
        })?;
        self.connect_with(config, NoTls).await
    }

    /// Connects with the caller's TLS, straight to the server.
    ///
    /// It must be called within a Tokio runtime: a task drives the connection.
    pub async fn connect_with<T>(self, config: Config, tls: T) -> Result<Changeover, Error>
    where
        T: MakeTlsConnect<Socket> + Clone + Send + Sync + 'static,
        T::Stream: Send + 'static,
        T::TlsConnect: Send,
        <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
    {
        self.connector(Postgres::new(config, tls)).await
    }

    /// Connects with another client than tokio-postgres.
    pub async fn connector(self, connector: impl Connect + 'static) -> Result<Changeover, Error> {
        let instance = self.settings.leases.instance.as_deref();
        for name in [Some(self.settings.app.as_str()), instance].into_iter().flatten() {
            if name.chars().any(char::is_control) {
                let name = name.escape_debug().to_string();
                return Err(Error::new(Kind::ControlCharacter { name }));
            }
        }
        let executor = connector
            .connect()
            .await
            .map_err(|error| Error::new(Kind::Connect).caused_by(error))?;
        let connector = Some(Arc::new(connector) as _);
        Ok(Changeover::start(self.history, Arc::new(self.settings), executor, connector))
    }

    /// Uses a session that is connected already; see [`Executor`] for what it must be. A lease
    /// opens sessions of its own, so it needs a [`connector`](Builder::connector).
    pub fn executor(self, executor: impl Executor + 'static) -> Changeover {
        Changeover::start(self.history, Arc::new(self.settings), Box::new(executor), None)
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").field("app", &self.settings.app).finish_non_exhaustive()
    }
}
