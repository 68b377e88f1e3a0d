//! What here would hurt before long?

use super::partitions;
use crate::changeover::Changeover;
use crate::migration::Migrations;
use crate::outcome::diagnosis::Diagnosis;
use crate::outcome::error::Error;
use crate::preflight::doctor;
use crate::record::ledger::Ledger;
use crate::record::store::trust;
use crate::session::executor::Executor;
use crate::session::sql::{may_read, milliseconds};

impl Changeover {
    /// Looks through the whole database for what would hurt before it hurts: rights, indexes that are
    /// not valid, constraints that are not proved, what interrupted work has left, numbers that run
    /// out, slots, old transactions, settings.
    ///
    /// It reads in a transaction that the server keeps from writing. Whatever the role may not see is
    /// in [`Diagnosis::unseen`].
    pub async fn diagnose(&mut self) -> Result<Diagnosis, Error> {
        let begin = format!(
            "begin read only; set local lock_timeout = {}; \
             set local search_path = pg_catalog, pg_temp",
            milliseconds(self.settings.lock_timeout)
        );
        let Changeover { history, settings, session, .. } = self;
        let executor = session.begin_aside().await?;
        executor.query(&begin).await.map_err(|error| Error::sql(&begin, &error))?;
        let outcome = in_transaction(executor, history, &settings.app).await;
        let ended = executor.query("rollback").await;
        let diagnosis = outcome?;
        ended.map_err(|error| Error::sql("rollback", &error))?;
        session.end_aside();
        Ok(diagnosis)
    }
}

async fn in_transaction(
    executor: &mut dyn Executor,
    history: &Migrations,
    app: &str,
) -> Result<Diagnosis, Error> {
    trust::before_reading(executor).await?;
    let mut diagnosis = doctor::look(executor).await?;
    let readable = executor.query(&may_read("steps")).await;
    if partitions::keeps(history) && readable.is_ok_and(|rows| rows.is_true()) {
        let ledger = Ledger::read(executor, app).await?;
        diagnosis.looked += 1;
        diagnosis.symptoms.extend(partitions::symptoms(executor, history, &ledger).await?);
    }
    Ok(diagnosis)
}
