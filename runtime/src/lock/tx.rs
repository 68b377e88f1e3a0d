//! A transaction, which ends by what came of the work in it.

use std::ops::{Deref, DerefMut};

use super::locked::Locked;
use super::run_session::RunSession;
use crate::outcome::error::{Error, ReadsRows};
use crate::session::executor::Rows;

/// An open transaction on a session; who begins one ends it.
pub(crate) struct Tx<'t, S> {
    session: &'t mut S,
}

impl<'a> Locked<'a> {
    /// Begins a transaction that writes nothing for a run, or is going to be taken back.
    pub(crate) async fn begin(&mut self) -> Result<Tx<'_, Locked<'a>>, Error> {
        self.send_begin().await?;
        Ok(Tx { session: self })
    }
}

impl<'a> RunSession<'a> {
    /// Begins a transaction in which the run may write until it ends.
    pub(crate) async fn begin(&mut self) -> Result<Tx<'_, RunSession<'a>>, Error> {
        self.send_begin().await?;
        let mut tx = Tx { session: self };
        match tx.check_fence().await {
            Ok(()) => Ok(tx),
            Err(error) => {
                tx.roll_back().await;
                Err(error)
            }
        }
    }

    /// Runs statements on our own state in a transaction; what the last one returned.
    pub(crate) async fn in_transaction(&mut self, statements: &[&str]) -> Result<Rows, Error> {
        let mut tx = self.begin().await?;
        let outcome = in_turn(&mut tx, statements).await;
        tx.end(outcome).await
    }
}

async fn in_turn(session: &mut RunSession<'_>, statements: &[&str]) -> Result<Rows, Error> {
    let mut rows = Rows::default();
    for statement in statements {
        rows = session.query_state(statement).await?;
    }
    Ok(rows)
}

impl<'a, S: AsMut<Locked<'a>>> Tx<'_, S> {
    /// Commits, unless the work in it failed.
    pub(crate) async fn end<T>(self, outcome: Result<T, Error>) -> Result<T, Error> {
        self.end_of_plan(outcome, ReadsRows::No).await
    }

    /// The same where a plan's deferred constraints and triggers may look at rows.
    pub(crate) async fn end_of_plan<T>(
        self,
        outcome: Result<T, Error>,
        reads: ReadsRows,
    ) -> Result<T, Error> {
        let outcome = match outcome {
            Ok(done) => self.session.as_mut().send_commit(reads).await.map(|()| done),
            failed => failed,
        };
        if outcome.is_err() {
            self.roll_back().await;
        }
        outcome
    }

    /// Takes back what was done in it. Where this fails, the connection is gone and the server has
    /// done it.
    pub(crate) async fn roll_back(self) {
        self.session.as_mut().send_rollback().await;
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
