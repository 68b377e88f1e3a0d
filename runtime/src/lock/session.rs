//! The session of a runner, which may only be read from without the lock.

use std::time::Duration;

use super::pooled::Pooled;
use crate::outcome::error::Error;
use crate::session::executor::{Executor, Rows, SqlError};
use crate::session::sql::in_one_text;
use crate::session::watched::{SAFE, WatchedSession};

/// A session that nothing can be run on without the lock, except to read.
pub(crate) struct Session {
    pub(super) executor: WatchedSession,
    /// How it is used while a run goes through a pooler.
    pub(super) pooled: Option<Pooled>,
    /// A run on this session was dropped half-way, or could not clean up after itself.
    pub(super) dirty: bool,
}

/// What the ladder needs to know of the server.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Server {
    pub(crate) version: u32,
    pub(crate) deadlock_timeout: Duration,
}

impl Session {
    pub(crate) fn new(executor: WatchedSession) -> Session {
        Session { executor, pooled: None, dirty: false }
    }

    /// Takes the session for dead, so that the next use of it opens another.
    pub(crate) fn abandon(&mut self) {
        self.executor.abandon();
    }

    /// The session without the lock, to read from.
    pub(crate) async fn unlocked(&mut self) -> Result<&mut dyn Executor, Error> {
        self.tidy().await?;
        self.make_safe().await?;
        Ok(&mut self.executor)
    }

    /// Asks what changes nothing, in one round trip; see [`WatchedSession::ask_at_once`]. A session that a
    /// run left half-way is tidied up first, by whoever needs it.
    pub(crate) async fn ask_at_once(&mut self, sql: &str) -> Option<Rows> {
        if self.dirty { None } else { self.executor.ask_at_once(sql).await }
    }

    /// The session without the lock, for a transaction that is going to be rolled back. Until
    /// [`end_aside`](Session::end_aside) it is taken for one that was dropped half-way.
    pub(crate) async fn begin_aside(&mut self) -> Result<&mut dyn Executor, Error> {
        self.tidy().await?;
        self.make_safe().await?;
        // What it sets is gone with the transaction, also where the session is a pooler's.
        self.executor.leave_as_it_is(false);
        self.dirty = true;
        Ok(&mut self.executor)
    }

    /// That transaction is over.
    pub(crate) fn end_aside(&mut self) {
        self.dirty = false;
    }

    /// The same within a run.
    pub(crate) fn reader(&mut self) -> &mut dyn Executor {
        &mut self.executor
    }

    /// What we ask is to mean what it says; a session that is a pooler's is left as it was.
    pub(super) async fn make_safe(&mut self) -> Result<(), Error> {
        let is_pooled = self.executor.is_pooled();
        self.executor.leave_as_it_is(is_pooled);
        if is_pooled {
            return Ok(());
        }
        self.query(SAFE).await.map(drop)
    }

    pub(super) async fn server(&mut self) -> Result<(Server, String), Error> {
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

    pub(super) async fn tidy(&mut self) -> Result<(), Error> {
        let renewed = self.executor.renew().await;
        if renewed.map_err(|error| Error::connect(&error))? {
            self.dirty = false;
        }
        self.pooled = None;
        if self.dirty {
            // What a session of ours is tidied up with is no text of its own transaction.
            self.executor.leave_as_it_is(false);
            self.query("rollback").await?;
            // Behind a pooler it would be a lock of somebody else's.
            if !self.executor.is_pooled() {
                self.query("select pg_catalog.pg_advisory_unlock_all()").await?;
                // What only reads may have been dropped before it gave the setting back.
                self.query("reset default_transaction_read_only").await?;
            }
            self.dirty = false;
        }
        Ok(())
    }

    /// Begins a transaction, and in the same text a statement in it, if any.
    pub(super) async fn begin(&mut self, first: &str) -> Result<(), SqlError> {
        match &mut self.pooled {
            Some(pooled) => pooled.begin(&mut self.executor, first).await,
            None => self.executor.query(&in_one_text(["begin", first])).await.map(drop),
        }
    }

    /// Commits, in the same text as the last statement of the transaction, if any.
    pub(super) async fn commit(&mut self, last: &str) -> Result<(), SqlError> {
        self.end(&in_one_text([last, "commit"])).await
    }

    /// Fine where no transaction is open.
    pub(super) async fn roll_back(&mut self) -> Result<(), SqlError> {
        self.end("rollback").await
    }

    async fn end(&mut self, how: &str) -> Result<(), SqlError> {
        match &mut self.pooled {
            Some(pooled) => pooled.end(&mut self.executor, how).await,
            None => self.executor.query(how).await.map(drop),
        }
    }

    pub(super) async fn query(&mut self, sql: &str) -> Result<Rows, Error> {
        self.answer(sql).await.map_err(|error| Error::sql(sql, &error))
    }

    pub(super) async fn answer(&mut self, sql: &str) -> Result<Rows, SqlError> {
        match &mut self.pooled {
            Some(pooled) => pooled.query(&mut self.executor, sql).await,
            None => self.executor.query(sql).await,
        }
    }
}
