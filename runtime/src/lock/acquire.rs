//! Waiting for the lock of a history, and giving it back.

use std::time::{Duration, Instant};

use super::advisory::{AdvisoryLock, is_runner};
use super::holders::already_running;
use super::locked::Locked;
use super::pooled::{self, Guard, POLL, Pooled};
use super::session::{Server, Session};
use crate::outcome::denied::{self, MakesIn};
use crate::outcome::error::{Detail, Error};
use crate::session::executor::Executor;
use crate::session::jitter::jittered;
use crate::session::sql::{OWN_PATH, Scope, milliseconds, set};
use crate::settings::Settings;

/// The lock of a history, until it is released.
pub(crate) struct HistoryLock(How);

/// How the lock is held.
enum How {
    /// On the session itself, until this statement.
    Session { unlock: String },
    /// By the transaction of a second connection.
    Transaction(Guard),
}

impl Session {
    /// Waits for the lock. It polls, because a session that waits in `pg_advisory_lock` holds a
    /// snapshot, which a concurrent index build in the other runner waits for in turn.
    pub(crate) async fn lock(
        &mut self,
        settings: &Settings,
        patience: Duration,
    ) -> Result<(Locked<'_>, HistoryLock), Error> {
        self.tidy().await?;
        self.make_safe().await?;
        let (server, commit) = self.server().await?;
        self.executor.leave_as_it_is(false);
        let base = base_settings(settings, server, &commit);
        if self.executor.is_pooled() {
            let guard = self.lock_beside(base, settings, server, patience).await?;
            let locked = Locked::new(self, String::new(), None, server, commit);
            return Ok((locked, HistoryLock(How::Transaction(guard))));
        }
        let base: Vec<(&str, &str)> =
            base.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let base = set(Scope::Session, &base);
        self.query(&base).await?;
        let pid = self.query("select pg_backend_pid()").await?;
        let pid = pid.value().unwrap_or_default().to_owned();
        let unlock = self.lock_here(settings, &pid, patience).await?;
        let locked = Locked::new(self, base, Some(pid), server, commit);
        Ok((locked, HistoryLock(How::Session { unlock })))
    }

    /// Takes the lock on this session, which this process serves; gives what unlocks it. Whoever works
    /// in the background sees that it is wanted.
    async fn lock_here(
        &mut self,
        settings: &Settings,
        pid: &str,
        patience: Duration,
    ) -> Result<String, Error> {
        let mut wishes = false;
        let outcome = self.try_until(settings, (pid, &mut wishes), patience).await;
        if wishes {
            let wish = AdvisoryLock::of_wish(&settings.app).arguments();
            self.query(&format!("select pg_advisory_unlock_shared({wish})")).await?;
        }
        outcome
    }

    async fn try_until(
        &mut self,
        settings: &Settings,
        (pid, wishes): (&str, &mut bool),
        patience: Duration,
    ) -> Result<String, Error> {
        let (started, lock) = (Instant::now(), AdvisoryLock::of_history(&settings.app));
        let key = lock.arguments();
        let try_lock = format!("select pg_try_advisory_lock({key}), pg_backend_pid()");
        // A session that was opened again has nothing to unlock, and the server would say so.
        let held = is_runner(&settings.app, "pg_catalog.pg_backend_pid()");
        let unlock = format!(
            "select (select pg_advisory_unlock({key}) where {held}), set_config('application_name', 'changeover', false), \
             set_config('search_path', 'public, pg_temp', false)"
        );
        loop {
            self.dirty = true;
            let rows = self.query(&try_lock).await?;
            let row = rows.iter().next();
            let taken = row.and_then(|row| row.get(0)) == Some("t");
            let same = row.and_then(|row| row.get(1)) == Some(pid);
            if taken && same {
                return Ok(unlock);
            }
            if !same {
                let _ = self.query(&unlock).await;
                return Err(Error::new(Detail::Pooled));
            }
            if started.elapsed() >= patience {
                let holders = self.query(&lock.holders()).await?;
                return Err(already_running(started.elapsed(), &holders));
            }
            if !std::mem::replace(wishes, true) {
                let wish = AdvisoryLock::of_wish(&settings.app).arguments();
                self.query(&format!("select pg_try_advisory_lock_shared({wish})")).await?;
            }
            settings.interrupt.sleep(jittered(POLL)).await?;
        }
    }

    /// Takes the lock on a second connection, because a pooler changes the session.
    async fn lock_beside(
        &mut self,
        base: Vec<(&'static str, String)>,
        settings: &Settings,
        server: Server,
        patience: Duration,
    ) -> Result<Guard, Error> {
        let Some(connector) = self.executor.connector() else {
            return Err(Error::new(Detail::Pooled));
        };
        let guard = Guard::wait(connector.as_ref(), settings, server.version, patience).await?;
        if let Err(error) = pooled::beside_the_lock(&mut self.executor).await {
            self.executor.abandon();
            guard.release().await;
            return Err(error);
        }
        self.pooled = Some(Pooled::new(base));
        self.dirty = true;
        Ok(guard)
    }
}

impl HistoryLock {
    /// Gives the lock back, whatever came of the work under it. A failure leaves the session
    /// marked, and the next run on it starts by giving it back.
    pub(crate) async fn release<T>(
        self,
        session: &mut Session,
        outcome: Result<T, Error>,
    ) -> Result<T, Error> {
        let outcome = match outcome {
            Err(error) => Err(denied::explain(session.reader(), error, MakesIn::Schemas).await),
            done => done,
        };
        self.unlock(session).await;
        outcome
    }

    async fn unlock(self, session: &mut Session) {
        let unlock = match self.0 {
            How::Session { unlock } => unlock,
            How::Transaction(guard) => {
                let rolled_back = session.roll_back().await;
                session.dirty = rolled_back.is_err();
                session.pooled = None;
                return guard.release().await;
            }
        };
        let mut done = session.query(&unlock).await;
        if done.is_err() {
            // A transaction that could not be rolled back the first time refuses the unlock too.
            let _ = session.roll_back().await;
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
        ("jit", "off"),
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
