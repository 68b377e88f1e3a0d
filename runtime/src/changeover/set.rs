//! Limits and paces that are set while a run is under way, from any process.

use super::Changeover;
use super::pause::{prepare_for, query};
use crate::outcome::error::Error;
use crate::record::store;
use crate::session::sql::quote_literal;
use crate::settings::setting::Setting;

const TABLE: &str = "changeover.settings";

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
            "insert into {TABLE} (history, name, value) values {rows} \
             on conflict (history, name) do update \
             set value = excluded.value, who = session_user, at = clock_timestamp()"
        ))
        .await
    }

    /// Takes back all that was [set](Changeover::set): what the builders were told holds again.
    pub async fn reset(&mut self) -> Result<(), Error> {
        let history = quote_literal(&self.settings.app);
        self.write_setting(&format!("delete from {TABLE} where history = {history}")).await
    }

    async fn write_setting(&mut self, sql: &str) -> Result<(), Error> {
        prepare_for(self, TABLE).await?;
        let executor = self.session.unlocked().await?;
        store::trust::before_writing_alone(executor).await?;
        query(executor, sql).await.map(drop)
    }
}
