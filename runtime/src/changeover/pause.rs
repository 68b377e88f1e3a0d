//! What steers a run that is under way, from any process: a pause, and what is set of it.

use super::Changeover;
use crate::outcome::error::Error;
use crate::record::store;
use crate::session::executor::{Executor, Rows};
use crate::session::sql::quote_literal;
use crate::settings::setting::Setting;

const SETTINGS: &str = "changeover.settings";

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

impl Changeover {
    /// Sets how much load the runs of this history bear, and how long their batches take, in place
    /// of what their builder was told: of one that is under way, too, which hears of it within a
    /// second while it fills rows. It outlives this process, until
    /// [`reset`](Changeover::reset); [`status`](Changeover::status) shows it.
    ///
    /// Like a pause it is for roles that may write the schema `changeover`. Plain SQL does the same:
    ///
    /// ```sql
    /// insert into changeover.settings (history, name, value)
    /// values ('accounts', 'batch_time', '5ms'), ('accounts', 'max_load.active_sessions', '50')
    /// on conflict (history, name) do update
    /// set value = excluded.value, who = session_user, at = clock_timestamp();
    /// ```
    pub async fn set(&mut self, settings: &[Setting]) -> Result<(), Error> {
        let history = quote_literal(&self.settings.app);
        let mut rows: Vec<(String, String)> = Vec::new();
        for setting in settings {
            let name = setting.name();
            rows.retain(|(known, _)| *known != name);
            rows.push((name, setting.value()));
        }
        if rows.is_empty() {
            return Ok(());
        }
        let rows = rows.iter().map(|(name, value)| {
            format!("({history}, {}, {})", quote_literal(name), quote_literal(value))
        });
        let rows: Vec<String> = rows.collect();
        let rows = rows.join(", ");
        self.write_setting(&format!(
            "insert into {SETTINGS} (history, name, value) values {rows} \
             on conflict (history, name) do update \
             set value = excluded.value, who = session_user, at = clock_timestamp()"
        ))
        .await
    }

    /// Takes back all that was [set](Changeover::set): what the builders were told holds again.
    pub async fn reset(&mut self) -> Result<(), Error> {
        let history = quote_literal(&self.settings.app);
        self.write_setting(&format!("delete from {SETTINGS} where history = {history}")).await
    }

    async fn write_setting(&mut self, sql: &str) -> Result<(), Error> {
        prepare_for(self, SETTINGS).await?;
        let executor = self.session.unlocked().await?;
        store::trust::before_writing_alone(executor).await?;
        query(executor, sql).await.map(drop)
    }
}

/// Brings the schema `changeover` up to date where it lacks this table.
async fn prepare_for(changeover: &mut Changeover, table: &str) -> Result<(), Error> {
    let exists = format!("select pg_catalog.to_regclass('{table}') is not null");
    let Changeover { settings, session, .. } = changeover;
    if query(session.unlocked().await?, &exists).await?.is_true() {
        return Ok(());
    }
    let (mut locked, lock) = session.lock(settings, settings.deadline).await?;
    let outcome = store::prepare(&mut locked, settings).await;
    lock.release(session, outcome).await
}

async fn query(executor: &mut dyn Executor, sql: &str) -> Result<Rows, Error> {
    executor.query(sql).await.map_err(|error| Error::state(sql, error))
}
