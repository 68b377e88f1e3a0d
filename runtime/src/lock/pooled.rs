//! A run through a pooler in transaction mode, which gives each transaction a session of the server
//! that others use before and after.
//!
//! So nothing is left on a session: settings come with each transaction and end with it. The lock
//! is that of a transaction, which a second connection keeps open for as long as the run. It reads
//! and writes nothing, so that neither a vacuum nor a concurrent index build waits for it, and when
//! the process dies the pooler ends it. Where it is lost, the run's number still is (see `run_session`).

use std::time::{Duration, Instant};

use tokio::time::timeout;

use super::advisory::AdvisoryLock;
use super::holders::already_running;
use crate::outcome::error::{Detail, Error};
use crate::session::connect::Connect;
use crate::session::executor::{Executor, Rows, SqlError};
use crate::session::jitter::jittered;
use crate::session::sql::{Scope, in_one_text, set};
use crate::session::sqlstate::ends_session;
use crate::settings::Settings;

/// Between two tries to get the lock.
pub(super) const POLL: Duration = Duration::from_millis(500);

/// How long the pooler may take to find a session beside the one with the lock.
pub(crate) const SECOND: Duration = Duration::from_secs(15);

/// How statements are sent.
pub(crate) struct Pooled {
    base: Vec<(&'static str, String)>,
    settings: String,
    /// A transaction of ours is open, so that the session is ours until it ends.
    open: bool,
}

impl Pooled {
    pub(crate) fn new(base: Vec<(&'static str, String)>) -> Pooled {
        let mut pooled = Pooled { base, settings: String::new(), open: false };
        pooled.set(&[]);
        pooled
    }

    /// Changes settings from the next transaction on.
    pub(crate) fn set(&mut self, settings: &[(&str, &str)]) {
        let base = self.base.iter().map(|(name, value)| (*name, value.as_str()));
        let all: Vec<(&str, &str)> = base.chain(settings.iter().copied()).collect();
        self.settings = set(Scope::Transaction, &all);
    }

    /// Shows operators who we are.
    pub(super) fn announce(&mut self, what: &str) {
        self.base.retain(|(name, _)| *name != "application_name");
        self.base.push(("application_name", what.to_owned()));
        self.set(&[]);
    }

    /// Begins a transaction, with which the session is ours, by a statement.
    pub(super) async fn begin(
        &mut self,
        session: &mut dyn Executor,
        first: &str,
    ) -> Result<(), SqlError> {
        self.open = true;
        session.query(&in_one_text(["begin", &self.settings, first])).await.map(drop)
    }

    /// Ends the transaction by a text that commits or rolls back; none may be open.
    pub(super) async fn end(
        &mut self,
        session: &mut dyn Executor,
        how: &str,
    ) -> Result<(), SqlError> {
        if !std::mem::take(&mut self.open) {
            return Ok(());
        }
        session.query(how).await.map(drop)
    }

    /// Runs a statement; outside a transaction of ours its text is one, with our settings.
    pub(super) async fn query(
        &mut self,
        session: &mut dyn Executor,
        sql: &str,
    ) -> Result<Rows, SqlError> {
        if self.open {
            return session.query(sql).await;
        }
        let rows = session.query(&format!("{}; {sql}", self.settings)).await?;
        Ok(rows.without_first())
    }
}

/// Makes sure, under the lock, that the pooler has another session for the run itself.
pub(crate) async fn beside_the_lock(session: &mut dyn Executor) -> Result<(), Error> {
    let outcome = timeout(SECOND, session.query("select")).await;
    let outcome = outcome.map_err(|_| Error::new(Detail::PoolTooSmall { waited: SECOND }))?;
    outcome.map(drop).map_err(|error| Error::sql("select", &error))
}

/// The connection whose open transaction has the lock.
pub(crate) struct Guard(Box<dyn Executor>);

impl Guard {
    /// Waits for the lock.
    pub(crate) async fn wait(
        connector: &dyn Connect,
        settings: &Settings,
        version: u32,
        patience: Duration,
    ) -> Result<Guard, Error> {
        let (started, lock) = (Instant::now(), AdvisoryLock::of_history(&settings.app));
        let key = lock.arguments();
        let mut open = None;
        loop {
            match Guard::attempt(connector, open.take(), &key, version).await {
                Ok((guard, true)) => return Ok(guard),
                Ok((guard, false)) => open = Some(guard),
                // A pooler may tire of a client that waits for a session.
                Err(error) if ends_session(error.code()) && started.elapsed() < patience => {
                    tracing::debug!(%error, "will connect to the pooler again");
                }
                Err(error) => return Err(Error::connect(&error)),
            }
            if started.elapsed() >= patience {
                let holders = match &mut open {
                    Some(Guard(session)) => {
                        let sql = lock.holders();
                        session.query(&sql).await.map_err(|error| Error::sql(&sql, &error))?
                    }
                    None => Rows::default(),
                };
                return Err(already_running(started.elapsed(), &holders));
            }
            settings.interrupt.sleep(jittered(POLL)).await?;
        }
    }

    async fn attempt(
        connector: &dyn Connect,
        open: Option<Guard>,
        key: &str,
        version: u32,
    ) -> Result<(Guard, bool), SqlError> {
        let mut session = match open {
            Some(Guard(session)) => session,
            None => connector.connect().await?,
        };
        // Nothing may end the transaction but us.
        let mut settings = vec![
            ("application_name", "changeover lock"),
            ("default_transaction_isolation", "read committed"),
            ("statement_timeout", "0"),
            ("idle_in_transaction_session_timeout", "0"),
        ];
        if version >= 17_00_00 {
            settings.push(("transaction_timeout", "0"));
        }
        let settings = set(Scope::Transaction, &settings);
        let sql = format!(
            "begin isolation level read committed; {settings}; \
             select pg_catalog.pg_try_advisory_xact_lock({key})"
        );
        let rows = session.query(&sql).await?.without_first();
        let taken = rows.is_true();
        if !taken {
            session.query("rollback").await?;
        }
        Ok((Guard(session), taken))
    }

    pub(crate) async fn release(mut self) {
        if let Err(error) = self.0.query("rollback").await {
            tracing::warn!(%error, "the lock was lost before the end");
        }
    }
}
