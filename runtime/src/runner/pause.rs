//! Pause and resume, from any process.

use super::Changeover;
use crate::error::Error;
use crate::executor::{Executor, Rows};
use crate::lock::is_runner;
use crate::sql::quote_literal;
use crate::status::Status;
use crate::store;

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
        let exists = "select pg_catalog.to_regclass('changeover.controls') is not null";
        if query(self.session.unlocked().await?, exists).await?.value() != Some("t") {
            let mut held = self.session.lock(&self.settings, self.settings.deadline).await?;
            let prepared = store::prepare(&mut held, &self.settings).await;
            held.release().await;
            prepared?;
        }
        let history = quote_literal(&self.settings.app);
        let sql = format!(
            "insert into changeover.controls (history, paused, reason) \
             values ({history}, {paused}, {reason}) on conflict (history) do update \
             set paused = excluded.paused, reason = excluded.reason, who = session_user, \
             at = clock_timestamp()"
        );
        query(self.session.unlocked().await?, &sql).await.map(drop)
    }
}

/// Adds who paused the history, and what holds its run while there is one.
pub(super) async fn add_to(
    status: &mut Status,
    executor: &mut dyn Executor,
    app: &str,
) -> Result<(), Error> {
    let exists = "select pg_catalog.to_regclass('changeover.holds') is not null";
    if query(executor, exists).await?.value() != Some("t") {
        return Ok(());
    }
    let (history, running) = (quote_literal(app), is_runner(app, "h.pid"));
    let sql = format!(
        "select c.who, c.reason, h.migration, h.reason from (select) one \
         left join changeover.controls c on c.history = {history} and c.paused \
         left join changeover.holds h on h.history = {history} and {running}"
    );
    let rows = query(executor, &sql).await?;
    let text = |column| rows.iter().next()?.get(column).map(str::to_owned);
    status.paused_by = text(0);
    status.pause_reason = text(1);
    for migration in &mut status.migrations {
        if Some(&migration.id) == text(2).as_ref() {
            migration.held_by = text(3);
        }
    }
    Ok(())
}

async fn query(executor: &mut dyn Executor, sql: &str) -> Result<Rows, Error> {
    executor.query(sql).await.map_err(|error| Error::sql(sql, error))
}
