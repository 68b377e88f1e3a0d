//! The session under the lock of its history.

use super::session::{Server, Session};
use crate::outcome::error::{Error, ReadsRows};
use crate::session::executor::{Executor, Rows, SqlError};
use crate::session::sql::{ON_PLANS_PATH, OWN_PATH, PLANS_PATH, Scope, quote_literal, set};
use crate::session::watched::WatchedSession;

/// A session that has the lock.
pub(crate) struct Locked<'a> {
    session: &'a mut Session,
    /// What gives the session its settings back.
    base: String,
    /// The process that serves the session; none where it changes.
    pid: Option<String>,
    pub(crate) server: Server,
    /// What the role's commits wait for.
    commit: String,
}

impl<'a> Locked<'a> {
    pub(super) fn new(
        session: &'a mut Session,
        base: String,
        pid: Option<String>,
        server: Server,
        commit: String,
    ) -> Locked<'a> {
        Locked { session, base, pid, server, commit }
    }
}

impl<'a> AsMut<Locked<'a>> for Locked<'a> {
    fn as_mut(&mut self) -> &mut Locked<'a> {
        self
    }
}

impl Locked<'_> {
    pub(crate) async fn query(&mut self, sql: &str) -> Result<Rows, Error> {
        self.session.query(sql).await
    }

    /// A plan's statement, or one with an expression of a plan's.
    pub(crate) async fn query_of_plan(
        &mut self,
        sql: &str,
        reads: ReadsRows,
    ) -> Result<Rows, Error> {
        let answer = self.session.answer(sql).await;
        answer.map_err(|error| Error::of_plan(sql, &error, reads))
    }

    /// A statement outside a transaction of ours that holds an expression of the user's. It alone sees
    /// the path that such an expression is promised: whatever else is asked meanwhile finds no function
    /// that somebody has made in `public`.
    pub(crate) async fn query_expression(
        &mut self,
        sql: &str,
        reads: ReadsRows,
    ) -> Result<Rows, Error> {
        let answer = self.session.answer(&format!("select {ON_PLANS_PATH}; {sql}")).await;
        answer.map(Rows::without_first).map_err(|error| Error::of_plan(sql, &error, reads))
    }

    /// A statement on our own state, in which nothing is the user's: that something is missing
    /// says that the state is not whole.
    pub(crate) async fn query_state(&mut self, sql: &str) -> Result<Rows, Error> {
        self.session.answer(sql).await.map_err(|error| Error::state(sql, error))
    }

    /// A statement that holds rows of the user's; in an error another text stands for it.
    pub(crate) async fn query_with_rows(&mut self, sql: &str, shown: &str) -> Result<Rows, Error> {
        let answer = self.session.answer(sql).await;
        answer.map_err(|error| Error::of_plan(shown, &error, ReadsRows::Yes))
    }

    /// Opens another session with the settings of this one; none where there is none to be had.
    pub(super) async fn another(&mut self) -> Result<Option<WatchedSession>, Error> {
        let opened = self.session.executor.another().await;
        let Some(mut another) = opened.map_err(|error| Error::connect(&error))? else {
            return Ok(None);
        };
        let set = another.query(&self.base).await;
        set.map_err(|error| Error::sql(&self.base, &error))?;
        Ok(Some(another))
    }

    /// The process that serves this session, where it stays the same.
    pub(crate) fn pid(&self) -> Option<&str> {
        self.pid.as_deref()
    }

    /// Returns what `synchronous_commit` is for the role, whatever a step sets it to.
    pub(crate) fn commit(&self) -> &str {
        &self.commit
    }

    /// Runs a statement that must be alone in its text, and may compute an expression of the user's: it
    /// alone sees the path that such an expression is promised. Through a pooler it has the settings that
    /// the role has.
    pub(crate) async fn query_bare(&mut self, sql: &str, reads: ReadsRows) -> Result<Rows, Error> {
        let on_session = self.session.pooled.is_none();
        if on_session {
            self.query(&set(Scope::Session, &[PLANS_PATH])).await?;
        }
        let answer = self.session.executor.query(sql).await;
        if on_session && let Err(error) = self.query(&set(Scope::Session, &[OWN_PATH])).await {
            tracing::warn!(%error, "cannot restore the session's path");
        }
        answer.map_err(|error| Error::of_plan(sql, &error, reads))
    }

    /// Opens another session in place of one that broke, to read from: the lock is gone with it.
    pub(crate) async fn reopen(&mut self) -> Result<(), Error> {
        let renewed = self.session.executor.renew().await;
        renewed.map(drop).map_err(|error| Error::connect(&error))
    }

    pub(crate) fn reader(&mut self) -> &mut dyn Executor {
        self.session.reader()
    }

    /// Whatever fails, the transaction is rolled back.
    pub(super) async fn send_begin(&mut self, first: &str) -> Result<(), SqlError> {
        let begun = self.session.begin(first).await;
        if begun.is_err() {
            self.send_rollback().await;
        }
        begun
    }

    pub(super) async fn send_commit(&mut self, last: &str) -> Result<(), SqlError> {
        self.session.commit(last).await
    }

    /// Runs statements as one text, which is one transaction where none is open.
    pub(super) async fn send_at_once(&mut self, text: &str) -> Result<Rows, SqlError> {
        self.session.answer(text).await
    }

    pub(super) async fn send_rollback(&mut self) {
        if let Err(error) = self.session.roll_back().await {
            tracing::warn!(%error, "cannot roll back");
        }
    }

    /// Changes settings of the session for what cannot run in a transaction of ours, until
    /// [`restore`](RunSession::restore).
    pub(crate) async fn set(&mut self, settings: &[(&str, &str)]) -> Result<(), Error> {
        if let Some(pooled) = &mut self.session.pooled {
            pooled.set(settings);
            return Ok(());
        }
        self.query(&set(Scope::Session, settings)).await.map(drop)
    }

    /// Gives a setting the value that the role has.
    pub(crate) async fn reset(&mut self, setting: &str) {
        if let Some(pooled) = &mut self.session.pooled {
            return pooled.set(&[]);
        }
        if let Err(error) = self.query(&format!("reset {setting}")).await {
            tracing::warn!(%error, "cannot restore the session's settings");
        }
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

    /// Shows operators who we are, without a round trip: by a condition, always true, that goes with a statement of
    /// ours on one row.
    pub(crate) fn announcing(&mut self, what: &str) -> String {
        let name = application_name(what);
        if let Some(pooled) = &mut self.session.pooled {
            pooled.announce(&name);
            return "true".to_owned();
        }
        let name = quote_literal(&name);
        format!("pg_catalog.set_config('application_name', {name}, false) is not null")
    }
}

/// The most bytes that the server shows of a name.
///
/// PostgreSQL manual, section "Error Reporting and Logging", `application_name`.
const LONGEST_NAME: usize = 63;

/// Returns who we are and what is done, by its end where there is no room for all: that is the
/// step.
fn application_name(what: &str) -> String {
    const WHO: &str = "changeover ";
    let room = LONGEST_NAME - WHO.len();
    if what.len() <= room {
        return format!("{WHO}{what}");
    }
    let cut = "…";
    let start = what.ceil_char_boundary(what.len() - (room - cut.len()));
    format!("{WHO}{cut}{}", what.get(start..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_too_long_keeps_its_end() {
        assert_eq!(application_name("m0002 expand 3/7"), "changeover m0002 expand 3/7");
        let long = application_name(&format!("{} expand 3/7", "é".repeat(60)));
        assert!(long.starts_with("changeover …é") && long.ends_with("é expand 3/7"), "{long}");
        assert!((62..=63).contains(&long.len()), "{long}");
    }
}
