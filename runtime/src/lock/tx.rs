//! A transaction, which ends by what came of the work in it.

use std::ops::{Deref, DerefMut};

use super::locked::Locked;
use super::run_session::RunSession;
use crate::outcome::error::{Error, ReadsRows};
use crate::session::executor::Rows;
use crate::session::sql::{in_one_text, is_refused};

/// An open transaction on a session; who begins one ends it.
pub(crate) struct Tx<'t, S> {
    session: &'t mut S,
}

impl<'a> Locked<'a> {
    /// Begins a transaction that writes nothing for a run, or is going to be taken back.
    pub(crate) async fn begin(&mut self) -> Result<Tx<'_, Locked<'a>>, Error> {
        let begun = self.send_begin("").await;
        begun.map_err(|error| Error::of_plan("begin", &error, ReadsRows::No))?;
        Ok(Tx { session: self })
    }
}

impl<'a> RunSession<'a> {
    /// Begins a transaction in which the run may write until it ends.
    pub(crate) async fn begin(&mut self) -> Result<Tx<'_, RunSession<'a>>, Error> {
        let check = self.check();
        match self.send_begin(&check).await {
            Ok(()) => Ok(Tx { session: self }),
            Err(error) if is_refused(&error) => Err(self.explain_refused_write().await),
            Err(error) => Err(Error::of_plan("begin", &error, ReadsRows::No)),
        }
    }

    /// Runs statements on our own state in a transaction, all of them or none, in one text; returns the
    /// rows of all of them.
    pub(crate) async fn in_transaction(&mut self, statements: &[&str]) -> Result<Rows, Error> {
        let shown = in_one_text(statements.iter().copied());
        let text = in_one_text([self.check().as_str(), shown.as_str()]);
        match self.send_at_once(&text).await {
            Ok(rows) => Ok(rows.without_first()),
            Err(error) if is_refused(&error) => Err(self.explain_refused_write().await),
            Err(error) => Err(Error::state(&shown, error)),
        }
    }

    /// Runs a plan's statement and the record of it in a transaction, with settings that last as long,
    /// all in one text.
    pub(crate) async fn in_transaction_of_plan(
        &mut self,
        settings: &str,
        (statement, reads): (&str, ReadsRows),
        record: &str,
    ) -> Result<(), Error> {
        let check = self.check();
        let text = in_one_text([check.as_str(), settings, statement, record]);
        match self.send_at_once(&text).await {
            Ok(_) => Ok(()),
            Err(error) if is_refused(&error) => Err(self.explain_refused_write().await),
            Err(error) => Err(Error::of_plan(statement, &error, reads)),
        }
    }
}

impl Tx<'_, RunSession<'_>> {
    /// Commits with the record of what a plan did, unless the work failed, or the record finds that it
    /// may not be written. A plan's deferred constraints and triggers may look at rows.
    pub(crate) async fn end_of_plan(
        self,
        outcome: Result<(), Error>,
        record: Option<&str>,
        reads: ReadsRows,
    ) -> Result<(), Error> {
        if let Err(error) = outcome {
            self.roll_back().await;
            return Err(error);
        }
        let Err(error) = self.session.send_commit(record.unwrap_or_default()).await else {
            return Ok(());
        };
        let session = self.roll_back().await;
        if is_refused(&error) {
            return Err(session.explain_refused_write().await);
        }
        Err(Error::of_plan("commit", &error, reads))
    }
}

impl<'t, 'a, S: AsMut<Locked<'a>>> Tx<'t, S> {
    /// Commits, unless the work in it failed.
    pub(crate) async fn end<T>(self, outcome: Result<T, Error>) -> Result<T, Error> {
        let outcome = match outcome {
            Ok(done) => match self.session.as_mut().send_commit("").await {
                Ok(()) => return Ok(done),
                Err(error) => Err(Error::of_plan("commit", &error, ReadsRows::No)),
            },
            failed => failed,
        };
        self.roll_back().await;
        outcome
    }

    /// Takes back what was done in it. Where this fails, the connection is gone and the server has
    /// done it.
    pub(crate) async fn roll_back(self) -> &'t mut S {
        self.session.as_mut().send_rollback().await;
        self.session
    }
}

impl<S> Deref for Tx<'_, S> {
    type Target = S;

    fn deref(&self) -> &S {
        self.session
    }
}

impl<S> DerefMut for Tx<'_, S> {
    fn deref_mut(&mut self) -> &mut S {
        self.session
    }
}
