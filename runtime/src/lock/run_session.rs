//! The session of a run. Who gets the lock takes a new number, and every write makes sure that none
//! has been taken since.
//!
//! A session can lose its lock without a word: a pooler's reset query gives it back, or the session
//! is ended while its process stands still. Another runner has then taken over.

use std::ops::{Deref, DerefMut};

use super::ladder::Ladder;
use super::locked::Locked;
use crate::outcome::error::{Detail, Error, ErrorKind, ReadsRows};
use crate::session::executor::{Executor as _, Rows};
use crate::session::sql::{Scope, or_refused, quote_literal, set};
use crate::session::watched::WatchedSession;
use crate::settings::Settings;

/// A session that has the lock and a number.
pub(crate) struct RunSession<'a> {
    session: Locked<'a>,
    fence: Fence,
}

/// Another session that works for a run. It has no lock: a takeover waits for what it is at, and finds
/// what comes later refused, by the number alone.
pub(crate) struct Worker {
    session: WatchedSession,
    own: String,
}

impl Worker {
    /// The condition on which it may write; see [`RunSession::write_condition`].
    pub(crate) fn write_condition(&self) -> &str {
        &self.own
    }

    /// A statement that holds rows of the user's; in an error another text stands for it.
    pub(crate) async fn query_with_rows(&mut self, sql: &str, shown: &str) -> Result<Rows, Error> {
        let answer = self.session.query(sql).await;
        answer.map_err(|error| Error::of_plan(shown, &error, ReadsRows::Yes))
    }

    /// Tells whether its session is gone.
    pub(crate) fn is_lost(&self) -> bool {
        self.session.is_dead()
    }
}

/// A number that was taken.
#[derive(Debug, Clone)]
pub(crate) struct Fence {
    history: String,
    number: String,
    number_is_last: String,
    own: String,
}

impl Fence {
    fn new(history: String, number: String, pid: Option<&str>) -> Fence {
        // The lock of the row lasts until the write commits, and a takeover writes the row: it
        // cannot slip in between. `for key share` would let it.
        let number_is_last = format!(
            "exists (select from changeover.runners \
             where history = {history} and fence = {number} for share)"
        );
        let own = match pid {
            Some(pid) => format!("pg_catalog.pg_backend_pid() = {pid} and {number_is_last}"),
            None => number_is_last.clone(),
        };
        Fence { history, number, number_is_last, own }
    }

    /// Asks who has the number now, and which process serves the session.
    fn question(&self) -> String {
        let history = &self.history;
        format!(
            "select (select fence from changeover.runners where history = {history}), \
             pg_catalog.pg_backend_pid()"
        )
    }

    fn is_taken_over(&self, now: Option<&str>) -> bool {
        now.is_some_and(|now| now != self.number)
    }
}

impl<'a> Locked<'a> {
    /// Takes a number of its own for the run.
    pub(crate) async fn take_number(
        mut self,
        settings: &Settings,
    ) -> Result<RunSession<'a>, Error> {
        let history = quote_literal(&settings.app);
        // Numbers of transactions never come back, even if somebody empties the table.
        let sql = format!(
            "insert into changeover.runners (history, fence) \
         values ({history}, pg_catalog.pg_current_xact_id()::text::bigint) \
         on conflict (history) do update set fence = excluded.fence, taken_at = default \
         returning fence"
        );
        // A write of the runner before us may still be on its way.
        let mut ladder = Ladder::new(settings, settings.lock_timeout, Vec::new());
        let rows = loop {
            match self.query_state(&sql).await {
                Ok(rows) => break rows,
                Err(error) => ladder.climb(&mut self, error).await?,
            }
        };
        let number =
            rows.value().ok_or_else(|| Error::corrupt("no number was given for the run"))?;
        let fence = Fence::new(history, number.to_owned(), self.pid());
        Ok(RunSession { session: self, fence })
    }
}

impl<'a> Deref for RunSession<'a> {
    type Target = Locked<'a>;

    fn deref(&self) -> &Locked<'a> {
        &self.session
    }
}

impl<'a> DerefMut for RunSession<'a> {
    fn deref_mut(&mut self) -> &mut Locked<'a> {
        &mut self.session
    }
}

impl<'a> AsMut<Locked<'a>> for RunSession<'a> {
    fn as_mut(&mut self) -> &mut Locked<'a> {
        &mut self.session
    }
}

impl RunSession<'_> {
    /// The condition on which the run may write: that it is still the last that took a number, and
    /// that the session is still the one with the lock. Whoever asks keeps it so until the
    /// transaction ends.
    pub(crate) fn write_condition(&self) -> &str {
        &self.fence.own
    }

    /// Opens a session that works beside this one, with these settings; none behind a pooler, and
    /// without a way to open one.
    pub(crate) async fn worker(
        &mut self,
        settings: &[(&str, &str)],
    ) -> Result<Option<Worker>, Error> {
        let Some(mut session) = self.session.another().await? else { return Ok(None) };
        let sql = set(Scope::Session, settings);
        session.query(&sql).await.map_err(|error| Error::sql(&sql, &error))?;
        Ok(Some(Worker { session, own: self.fence.number_is_last.clone() }))
    }

    /// The statement that fails where the run may not write, and keeps it so until the transaction ends.
    pub(super) fn check(&self) -> String {
        format!("select {}", or_refused(self.write_condition(), "''"))
    }

    /// Makes sure that the run may write, in a transaction until it ends.
    pub(crate) async fn check_fence(&mut self) -> Result<(), Error> {
        let sql = format!("select where {}", self.write_condition());
        self.fenced(&sql).await
    }

    /// Runs a statement on one row of our own, which asks for [`write_condition`](RunSession::write_condition).
    pub(crate) async fn fenced(&mut self, sql: &str) -> Result<(), Error> {
        match self.query_state(sql).await?.affected() {
            1 => Ok(()),
            _ => Err(self.explain_refused_write().await),
        }
    }

    /// Runs a statement that cannot be in a transaction: it can only be asked before whether the
    /// run may write.
    pub(crate) async fn query_outside_transaction(
        &mut self,
        sql: &str,
        reads: ReadsRows,
    ) -> Result<Rows, Error> {
        self.check_fence().await?;
        self.query_bare(sql, reads).await
    }

    /// Returns why a write that asks for [`write_condition`](RunSession::write_condition) found
    /// nothing to write.
    pub(crate) async fn explain_refused_write(&mut self) -> Error {
        let question = self.fence.question();
        let rows = match self.query_state(&question).await {
            Ok(rows) => rows,
            Err(error) => return error,
        };
        let text = |column| rows.iter().next()?.get(column);
        match (text(0), text(1)) {
            (now, _) if self.fence.is_taken_over(now) => Error::new(Detail::Superseded),
            (None, _) => Error::corrupt("the row of this history in `runners` is gone"),
            (_, pid) if self.pid().is_some() && pid != self.pid() => Error::new(Detail::Pooled),
            _ => Error::corrupt("a row that this run is about to write is gone"),
        }
    }

    /// Looks whether a run that failed did so because another had taken over: what that does makes
    /// statements fail in many ways, and its session may have been ended.
    pub(crate) async fn explain(&mut self, error: Error) -> Error {
        if error.kind() == ErrorKind::Superseded {
            return error;
        }
        let question = self.fence.question();
        let mut answer = self.query(&question).await;
        if answer.is_err() && self.reopen().await.is_ok() {
            answer = self.query(&question).await;
        }
        match answer {
            Ok(rows) if self.fence.is_taken_over(rows.value()) => error.superseded(),
            _ => error,
        }
    }
}
