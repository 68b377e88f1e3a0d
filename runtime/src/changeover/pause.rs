//! Pause and resume, from any process.

use super::Changeover;
use crate::outcome::error::Error;
use crate::record::store;
use crate::session::executor::{Executor, Rows};
use crate::session::sql::quote_literal;

impl Changeover {
    /// Pauses every run of this history: one that is under way stops between two batches of its
    /// backfill, or before its next step, within a second, and a new one waits before its first
    /// step. An undo is not held. It returns at once; the pause outlives this process, until
    /// [`resume`](Changeover::resume).
    ///
    /// Plain SQL does the same:
    ///
    /// ```sql
    /// insert into changeover.controls (history, paused, reason)
    /// values ('accounts', true, 'the sale is on')
    /// on conflict (history) do update
    /// set paused = true, reason = excluded.reason, who = session_user, at = now();
    /// ```
    pub async fn pause(&mut self, reason: &str) -> Result<(), Error> {
        self.control(true, &quote_literal(reason)).await
    }

    /// Lets the runs of this history go on; see [`pause`](Changeover::pause).
    pub async fn resume(&mut self) -> Result<(), Error> {
        self.control(false, "null").await
    }

    async fn control(&mut self, paused: bool, reason: &str) -> Result<(), Error> {
        prepare_for(self, "changeover.controls").await?;
        let history = quote_literal(&self.settings.app);
        let sql = format!(
            "insert into changeover.controls (history, paused, reason) \
             values ({history}, {paused}, {reason}) on conflict (history) do update \
             set paused = excluded.paused, reason = excluded.reason, who = session_user, \
             at = clock_timestamp()"
        );
        let executor = self.session.unlocked().await?;
        store::trust::before_writing_alone(executor).await?;
        query(executor, &sql).await.map(drop)
    }
}

/// Brings the schema `changeover` up to date where it lacks this table.
pub(super) async fn prepare_for(changeover: &mut Changeover, table: &str) -> Result<(), Error> {
    let exists = format!("select pg_catalog.to_regclass('{table}') is not null");
    let Changeover { settings, session, .. } = changeover;
    if query(session.unlocked().await?, &exists).await?.is_true() {
        return Ok(());
    }
    let (mut locked, lock) = session.lock(settings, settings.deadline).await?;
    let outcome = store::prepare(&mut locked, settings).await;
    lock.release(session, outcome).await
}

pub(super) async fn query(executor: &mut dyn Executor, sql: &str) -> Result<Rows, Error> {
    executor.query(sql).await.map_err(|error| Error::state(sql, error))
}
