//! The number of a run: who gets the lock takes a new one, and every write makes sure that none
//! has been taken since.
//!
//! A session can lose its lock without a word: a pooler's reset query gives it back, or the session
//! is ended while its process stands still. Another runner has then taken over.

use crate::error::{Error, Kind};
use crate::executor::Rows;
use crate::lock::Held;
use crate::retry::Ladder;
use crate::settings::Settings;
use crate::sql::quote_literal;

/// A number that was taken.
#[derive(Debug, Clone)]
pub(crate) struct Fence {
    history: String,
    number: String,
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
            None => number_is_last,
        };
        Fence { history, number, own }
    }

    /// Who has the number now, and which process serves the session.
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

/// Takes a number of its own for a run that has the lock.
pub(crate) async fn take(held: &mut Held<'_>, settings: &Settings) -> Result<(), Error> {
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
        match held.query(&sql).await {
            Ok(rows) => break rows,
            Err(error) => ladder.climb(held, error).await?,
        }
    };
    let number = rows.value().ok_or_else(|| Error::corrupt("no number was given for the run"))?;
    held.fence = Some(Fence::new(history, number.to_owned(), held.pid()));
    Ok(())
}

impl Held<'_> {
    /// The condition on which the run may write: that it is still the last that took a number, and
    /// that the session is still the one with the lock. Whoever asks keeps it so until the
    /// transaction ends.
    pub(crate) fn own(&self) -> &str {
        self.fence.as_ref().map_or("false", |fence| &fence.own)
    }

    /// Makes sure that the run may write, in a transaction until it ends.
    pub(crate) async fn hold(&mut self) -> Result<(), Error> {
        let sql = format!("select where {}", self.own());
        self.fenced(&sql).await
    }

    /// Runs statements in a transaction of the run's; what the last one returned.
    pub(crate) async fn in_transaction(&mut self, statements: &[&str]) -> Result<Rows, Error> {
        let outcome = self.inside_transaction(statements).await;
        if outcome.is_err() {
            self.rollback().await;
        }
        outcome
    }

    async fn inside_transaction(&mut self, statements: &[&str]) -> Result<Rows, Error> {
        self.query("begin").await?;
        self.hold().await?;
        let mut rows = Rows::default();
        for statement in statements {
            rows = self.query(statement).await?;
        }
        self.query("commit").await?;
        Ok(rows)
    }

    /// Runs a statement on one row of our own, which asks for [`own`](Held::own).
    pub(crate) async fn fenced(&mut self, sql: &str) -> Result<(), Error> {
        match self.query(sql).await?.affected() {
            1 => Ok(()),
            _ => Err(self.why_not().await),
        }
    }

    /// Runs a statement that cannot be in a transaction: it can only be asked before whether the
    /// run may write.
    pub(crate) async fn query_alone(&mut self, sql: &str) -> Result<Rows, Error> {
        self.hold().await?;
        self.query_bare(sql).await
    }

    /// Why a write that asks for [`own`](Held::own) found nothing to write.
    pub(crate) async fn why_not(&mut self) -> Error {
        let Some(fence) = self.fence.clone() else {
            return Error::corrupt("a run without a number was about to write");
        };
        let rows = match self.query(&fence.question()).await {
            Ok(rows) => rows,
            Err(error) => return error,
        };
        let text = |column| rows.iter().next()?.get(column);
        match (text(0), text(1)) {
            (now, _) if fence.is_taken_over(now) => Error::new(Kind::Superseded),
            (None, _) => Error::corrupt("the row of this history in `runners` is gone"),
            (_, pid) if self.pid().is_some() && pid != self.pid() => Error::new(Kind::Pooled),
            _ => Error::corrupt("a row that this run is about to write is gone"),
        }
    }

    /// Looks whether a run that failed did so because another had taken over: what that does makes
    /// statements fail in many ways, and its session may have been ended.
    pub(crate) async fn explain(&mut self, error: Error) -> Error {
        let Some(fence) = self.fence.clone().filter(|_| !error.is_superseded()) else {
            return error;
        };
        let question = fence.question();
        let mut answer = self.query(&question).await;
        if answer.is_err() && self.reopen().await.is_ok() {
            answer = self.query(&question).await;
        }
        match answer {
            Ok(rows) if fence.is_taken_over(rows.value()) => error.superseded(),
            _ => error,
        }
    }
}

#[cfg(test)]
mod tests;
