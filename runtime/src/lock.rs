//! One runner at a time: the advisory lock, which is the only way to the session.

use std::time::{Duration, Instant};

use crate::error::{Error, Kind};
use crate::executor::{Executor, Rows, SqlError};
use crate::fence::Fence;
use crate::jitter::jittered;
use crate::line::{Line, SAFE};
use crate::pooled::{self, Guard, Pooled};
use crate::settings::Settings;
use crate::sql::{Scope, milliseconds, quote_literal, set};

/// The first half of the advisory lock's key; the second is the history's name.
pub(crate) const LOCK_CLASS: i32 = 0x6368_6f76;

/// For what we ask ourselves: whatever path the role was given, and whatever others have put into
/// `public`, a name without a schema is PostgreSQL's own.
pub(crate) const OWN_PATH: (&str, &str) = ("search_path", "pg_catalog, pg_temp");

/// For the plan's statements: in a query or an expression of the user's a name without a schema is
/// one of `public`.
pub(crate) const PLANS_PATH: (&str, &str) = ("search_path", "public, pg_temp");

pub(crate) const POLL: Duration = Duration::from_millis(500);

/// A session that nothing can be run on without the lock, except to read.
pub(crate) struct Session {
    executor: Line,
    /// How it is used while a run goes through a pooler.
    pooled: Option<Pooled>,
    /// A run on this session was dropped half-way, or could not clean up after itself.
    dirty: bool,
}

/// The lock, and with it the session.
pub(crate) struct Held<'a> {
    session: &'a mut Session,
    lock: Lock,
    base: String,
    /// The process that serves the session; none where it changes.
    pid: Option<String>,
    /// None until the run has taken one.
    pub(crate) fence: Option<Fence>,
    pub(crate) server: Server,
}

/// How the lock is held.
enum Lock {
    /// On the session itself, until this statement.
    Session { unlock: String },
    /// By the transaction of a second connection.
    Transaction(Guard),
}

/// What the ladder needs to know of the server.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Server {
    pub(crate) version: u32,
    pub(crate) deadlock_timeout: Duration,
}

impl Session {
    pub(crate) fn new(executor: Line) -> Session {
        Session { executor, pooled: None, dirty: false }
    }

    /// The session without the lock, to read from.
    pub(crate) async fn unlocked(&mut self) -> Result<&mut dyn Executor, Error> {
        self.tidy().await?;
        self.make_safe().await?;
        Ok(&mut self.executor)
    }

    /// Waits for the lock. It polls, because a session that waits in `pg_advisory_lock` holds a
    /// snapshot, which a concurrent index build in the other runner waits for in turn.
    pub(crate) async fn lock(
        &mut self,
        settings: &Settings,
        patience: Duration,
    ) -> Result<Held<'_>, Error> {
        self.tidy().await?;
        self.make_safe().await?;
        let (server, commit) = self.server().await?;
        self.executor.leave_as_it_is(false);
        let base = base_settings(settings, server, &commit);
        let key = format!("{LOCK_CLASS}, {}", name_hash(&settings.app));
        if self.executor.is_pooled() {
            return self.lock_pooled(base, &key, server, patience).await;
        }
        let base: Vec<(&str, &str)> =
            base.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let base = set(Scope::Session, &base);
        self.query(&base).await?;
        let pid =
            self.query("select pg_backend_pid()").await?.value().unwrap_or_default().to_owned();
        let started = Instant::now();
        let try_lock = format!("select pg_try_advisory_lock({key}), pg_backend_pid()");
        let unlock = format!(
            "select pg_advisory_unlock({key}), set_config('application_name', 'changeover', false), \
             set_config('search_path', 'public, pg_temp', false)"
        );
        loop {
            self.dirty = true;
            let rows = self.query(&try_lock).await?;
            let row = rows.iter().next();
            let taken = row.and_then(|row| row.get(0)) == Some("t");
            let same = row.and_then(|row| row.get(1)) == Some(pid.as_str());
            if taken && same {
                let (lock, pid) = (Lock::Session { unlock }, Some(pid));
                return Ok(Held { session: self, lock, base, pid, fence: None, server });
            }
            if !same {
                let _ = self.query(&unlock).await;
                return Err(Error::new(Kind::Pooled));
            }
            if started.elapsed() >= patience {
                return Err(Error::new(Kind::AlreadyRunning { waited: started.elapsed() }));
            }
            tokio::time::sleep(jittered(POLL)).await;
        }
    }

    async fn lock_pooled(
        &mut self,
        base: Vec<(&'static str, String)>,
        key: &str,
        server: Server,
        patience: Duration,
    ) -> Result<Held<'_>, Error> {
        let Some(connector) = self.executor.connector() else {
            return Err(Error::new(Kind::Pooled));
        };
        let guard = Guard::wait(connector.as_ref(), key, server.version, patience).await?;
        if let Err(error) = pooled::beside_the_lock(&mut self.executor).await {
            self.executor.abandon();
            guard.release().await;
            return Err(error);
        }
        self.pooled = Some(Pooled::new(base));
        self.dirty = true;
        let (lock, base) = (Lock::Transaction(guard), String::new());
        Ok(Held { session: self, lock, base, pid: None, fence: None, server })
    }

    /// What we ask is to mean what it says; a session that is a pooler's is left as it was.
    async fn make_safe(&mut self) -> Result<(), Error> {
        let is_pooled = self.executor.is_pooled();
        self.executor.leave_as_it_is(is_pooled);
        if is_pooled {
            return Ok(());
        }
        self.query(SAFE).await.map(drop)
    }

    async fn server(&mut self) -> Result<(Server, String), Error> {
        let setting = |column, name| {
            format!("(select {column} from pg_catalog.pg_settings where name = '{name}')")
        };
        let sql = format!(
            "select {}, {}, {}",
            setting("setting", "server_version_num"),
            setting("setting", "deadlock_timeout"),
            setting("reset_val", "synchronous_commit")
        );
        let rows = self.query(&sql).await?;
        let text = |column| rows.iter().next()?.get(column);
        let number = |column| text(column)?.parse::<u32>().ok();
        let server = Server {
            version: number(0).unwrap_or_default(),
            deadlock_timeout: Duration::from_millis(number(1).unwrap_or(1000).into()),
        };
        Ok((server, text(2).unwrap_or("on").to_owned()))
    }

    async fn tidy(&mut self) -> Result<(), Error> {
        let renewed = self.executor.renew().await;
        if renewed.map_err(|error| Error::new(Kind::Connect).caused_by(error))? {
            self.dirty = false;
        }
        self.pooled = None;
        if self.dirty {
            self.query("rollback").await?;
            // Behind a pooler it would be a lock of somebody else's.
            if !self.executor.is_pooled() {
                self.query("select pg_catalog.pg_advisory_unlock_all()").await?;
            }
            self.dirty = false;
        }
        Ok(())
    }

    async fn query(&mut self, sql: &str) -> Result<Rows, Error> {
        self.answer(sql).await.map_err(|error| Error::sql(sql, error))
    }

    async fn answer(&mut self, sql: &str) -> Result<Rows, SqlError> {
        match &mut self.pooled {
            Some(pooled) => pooled.query(&mut self.executor, sql).await,
            None => self.executor.query(sql).await,
        }
    }
}

impl Held<'_> {
    pub(crate) async fn query(&mut self, sql: &str) -> Result<Rows, Error> {
        self.session.query(sql).await
    }

    /// A statement that holds rows of the user's; in an error another text stands for it.
    pub(crate) async fn query_with_rows(&mut self, sql: &str, shown: &str) -> Result<Rows, Error> {
        let answer = self.session.answer(sql).await;
        answer.map_err(|error| Error::sql(shown, error))
    }

    /// The process that serves this session, where it stays the same.
    pub(crate) fn pid(&self) -> Option<&str> {
        self.pid.as_deref()
    }

    /// Runs a statement that must be alone in its text. Through a pooler it has the settings that
    /// the role has.
    pub(crate) async fn query_bare(&mut self, sql: &str) -> Result<Rows, Error> {
        let answer = self.session.executor.query(sql).await;
        answer.map_err(|error| Error::sql(sql, error))
    }

    /// Opens another session in place of one that broke, to read from: the lock is gone with it.
    pub(crate) async fn reopen(&mut self) -> Result<(), Error> {
        let renewed = self.session.executor.renew().await;
        renewed.map(drop).map_err(|error| Error::new(Kind::Connect).caused_by(error))
    }

    pub(crate) fn reader(&mut self) -> &mut dyn Executor {
        &mut self.session.executor
    }

    /// Ends a transaction that failed. Where this fails too, the connection is gone and the
    /// server has done it.
    pub(crate) async fn rollback(&mut self) {
        if let Err(error) = self.query("rollback").await {
            tracing::warn!(%error, "cannot roll back");
        }
    }

    /// Changes settings of the session for what cannot run in a transaction of ours, until
    /// [`restore`](Held::restore).
    pub(crate) async fn set(&mut self, settings: &[(&str, &str)]) -> Result<(), Error> {
        if let Some(pooled) = &mut self.session.pooled {
            pooled.set(settings);
            return Ok(());
        }
        self.query(&set(Scope::Session, settings)).await.map(drop)
    }

    pub(crate) async fn restore(&mut self) {
        if let Some(pooled) = &mut self.session.pooled {
            return pooled.set(&[]);
        }
        let base = self.base.clone();
        if let Err(error) = self.query(&base).await {
            tracing::warn!(%error, "cannot restore the session's settings");
        }
    }

    /// Shows operators who we are.
    pub(crate) async fn announce(&mut self, what: &str) -> Result<(), Error> {
        if let Some(pooled) = &mut self.session.pooled {
            pooled.announce(what);
            return Ok(());
        }
        self.query(&format!("set application_name = {}", quote_literal(what))).await.map(drop)
    }

    /// Gives the lock back. A failure leaves the session marked, and the next run on it starts by
    /// giving it back.
    pub(crate) async fn release(self) {
        let Held { session, lock, .. } = self;
        let unlock = match lock {
            Lock::Session { unlock } => unlock,
            Lock::Transaction(guard) => {
                let rolled_back = session.query("rollback").await;
                session.dirty = rolled_back.is_err();
                session.pooled = None;
                return guard.release().await;
            }
        };
        let mut done = session.query(&unlock).await;
        if done.is_err() {
            // A transaction that could not be rolled back the first time refuses the unlock too.
            let _ = session.query("rollback").await;
            done = session.query(&unlock).await;
        }
        match done {
            Ok(_) => session.dirty = false,
            Err(error) => tracing::warn!(%error, "cannot release the lock"),
        }
    }
}

fn base_settings(settings: &Settings, server: Server, commit: &str) -> Vec<(&'static str, String)> {
    let lock_timeout = milliseconds(settings.lock_timeout);
    let mut base = vec![
        ("application_name", "changeover"),
        OWN_PATH,
        // A policy that hides rows from us would leave them out of a backfill: an error is better.
        ("row_security", "off"),
        ("standard_conforming_strings", "on"),
        ("client_min_messages", "warning"),
        ("default_transaction_isolation", "read committed"),
        ("default_transaction_read_only", "off"),
        ("synchronous_commit", commit),
        ("lock_timeout", lock_timeout.as_str()),
        ("statement_timeout", "0"),
        ("idle_in_transaction_session_timeout", "60000"),
        ("changeover.backfill", "off"),
        // A backfill goes by `ctid`, and gives values to functions of the service as text.
        ("enable_tidscan", "on"),
        ("extra_float_digits", "1"),
        ("bytea_output", "hex"),
        // The lock of a runner that was cut off without a word is given back within a minute; on
        // a Unix-domain socket these change nothing.
        ("tcp_keepalives_idle", "30"),
        ("tcp_keepalives_interval", "10"),
        ("tcp_keepalives_count", "3"),
        ("tcp_user_timeout", "60000"),
    ];
    if server.version >= 14_00_00 {
        // A runner that was killed would otherwise keep the lock until its index is built.
        base.push(("client_connection_check_interval", "2000"));
        // Between two batches a function of the service's may take its time.
        base.push(("idle_session_timeout", "0"));
    }
    if server.version >= 17_00_00 {
        base.push(("transaction_timeout", "0"));
    }
    base.into_iter().map(|(name, value)| (name, value.to_owned())).collect()
}

/// A condition of SQL, whether the server process of this number, an expression, has the lock.
pub(crate) fn is_runner(app: &str, pid: &str) -> String {
    let name = name_hash(app).cast_unsigned();
    format!(
        "exists (select from pg_catalog.pg_locks where locktype = 'advisory' \
         and pid = {pid} and classid = {LOCK_CLASS} and objid = {name} and objsubid = 2 and granted \
         and database = (select oid from pg_catalog.pg_database \
         where datname = current_database()))"
    )
}

/// FNV-1a: the same for every build, which the standard library's hashes do not promise.
fn name_hash(name: &str) -> i32 {
    let hash = name
        .bytes()
        .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    hash.cast_signed()
}
