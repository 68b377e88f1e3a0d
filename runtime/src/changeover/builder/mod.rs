//! How a run is set up.

mod answer;
mod leases;
mod preflight;
mod throttle;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio_postgres::tls::{MakeTlsConnect, TlsConnect};
use tokio_postgres::{Config, Socket};

use crate::changeover::Changeover;
use crate::migration::Migrations;
use crate::outcome::error::Error;
use crate::outcome::report::Progress;
use crate::session::connect::{Connect, Postgres, url};
use crate::session::executor::Executor;
use crate::settings::Settings;
use crate::settings::interrupt::Interrupt;
use crate::settings::setting::MOST_WORKERS;
use crate::settings::told::event::Event;

/// How a history is to be run; made by [`Changeover::builder`].
///
/// ```no_run
/// use std::time::Duration;
///
/// use changeover::{Changeover, Gate, Limit};
/// # mod m0001_users { changeover::migration! { create_table!(users { id: bigint primary_key }); } }
/// # changeover::migrations! { static MIGRATIONS = [m0001_users]; }
/// # async fn example(url: &str) -> Result<(), changeover::Error> {
/// let changeover = Changeover::builder(&MIGRATIONS)
///     .app("accounts")
///     .lock_timeout(Duration::from_millis(200))
///     .deadline(Duration::from_secs(600))
///     .gate(Gate::Leases { soak: Duration::from_secs(3600) })
///     .max_load(Limit::ActiveSessions(60))
///     .connect(url)
///     .await?;
/// # Ok(())
/// # }
/// # fn main() {}
/// ```
pub struct Builder {
    history: Migrations,
    settings: Settings,
}

impl Changeover {
    /// Sets up a run of this history.
    pub fn builder(history: &Migrations) -> Builder {
        Builder { history: *history, settings: Settings::default() }
    }
}

/// One that has every setting by default.
impl From<&Migrations> for Builder {
    fn from(history: &Migrations) -> Builder {
        Changeover::builder(history)
    }
}

impl Builder {
    /// The history that is to be run.
    #[cfg(feature = "testing")]
    pub(crate) fn history(&self) -> &Migrations {
        &self.history
    }

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

    /// Sets how long one step, or the wait for another runner, may go on trying before the run
    /// stops with an error that names who is in the way; by default 10 minutes.
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

    /// How many sessions a backfill may use at the same time, at most 32; by default 1. Each fills other
    /// pages of the table. Where the load comes near a limit of
    /// [`max_load`](Builder::max_load), it is one again. The function of a `backfill!` is called by one
    /// at a time, and so is a run through a pooler, or on an [`Executor`](crate::Executor) of the
    /// caller's, one session.
    #[must_use]
    pub fn workers(mut self, workers: u32) -> Builder {
        self.settings.workers = workers.clamp(1, MOST_WORKERS);
        self
    }

    /// Called when a step starts, after each window of a backfill, and while something holds it.
    #[must_use]
    pub fn on_progress(mut self, call: impl Fn(&Progress<'_>) + Send + Sync + 'static) -> Builder {
        self.settings.on_progress = Some(Box::new(call));
        self
    }

    /// Called for each [`Event`] of a run, in the order in which they happen. The run waits until
    /// it returns.
    #[must_use]
    pub fn on_event(mut self, call: impl Fn(&Event<'_>) + Send + Sync + 'static) -> Builder {
        self.settings.on_event = Some(Box::new(call));
        self
    }

    /// Sets what stops the run from elsewhere in the process.
    #[must_use]
    pub fn interrupt(mut self, interrupt: &Interrupt) -> Builder {
        self.settings.interrupt = interrupt.clone();
        self
    }

    /// Connects by a connection string or URL.
    ///
    /// With the feature `tls` it speaks TLS as `sslmode` says, as libpq does: `prefer`, which is
    /// the default, takes a session in the clear where the server has no TLS, and the trace warns
    /// of it; `require` refuses that, and takes any certificate; `verify-ca` and `verify-full` want
    /// one from a root that the system trusts or that is in the file `sslrootcert`, and the latter
    /// the host's name in it. Without that feature it speaks no TLS, and what asks for it is
    /// refused: [`connect_with`](Builder::connect_with) takes a connector of yours.
    ///
    /// It may lead through a pooler in transaction mode, which is noticed. A run then takes two of
    /// the pool's sessions, one of them for a transaction that does nothing but keep the lock, and
    /// changes no setting of a session. What cannot be in a transaction, as a concurrent index
    /// build, runs under the settings of the role: a `statement_timeout` of its own would end it.
    ///
    /// It must be called within a Tokio runtime: a task drives the connection.
    pub async fn connect(self, database: &str) -> Result<Changeover, Error> {
        let connector = url::at(database).map_err(|error| Error::connect(&error))?;
        self.connector(connector).await
    }

    /// Connects with the caller's TLS, straight to the server.
    ///
    /// The connector alone does not make TLS certain: by `SslMode::Prefer`, which is the config's
    /// default, the session is in the clear where the server, or whoever answers in its place, says
    /// that it has no TLS. The trace warns of it; `SslMode::Require` refuses it.
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
        self.settings.check()?;
        let executor = connector.connect().await.map_err(|error| Error::connect(&error))?;
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
