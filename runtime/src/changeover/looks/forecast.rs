//! What would a run do here?

use std::time::Duration;

use super::preflight::look_at_all;
use crate::changeover::Changeover;
use crate::migration::{Migration, Migrations, Phase};
use crate::outcome::error::{Error, ErrorKind};
use crate::outcome::finding::Findings;
use crate::outcome::forecast::Forecast;
use crate::outcome::status::{State, Status};
use crate::record::ledger::Ledger;
use crate::record::rules;
use crate::record::{presence, store};
use crate::review::forecast;
use crate::session::executor::Executor;
use crate::session::sql::milliseconds;
use crate::settings::Settings;

impl Changeover {
    /// Reads what is pending and how much it is, in the database as it is: phases and what they wait
    /// for, steps with their locks, the rows and sizes of their tables, how long they take by these
    /// and by earlier runs, the rights that the role lacks, and what a
    /// [preflight](Changeover::preflight) finds.
    ///
    /// It reads in a transaction that the server keeps from writing, and waits for nobody. Sizes are
    /// the server's; rows are those of its statistics, scaled to the sizes. Times are for a server
    /// that does little else, and up to six times that.
    ///
    /// PostgreSQL manual, `SET TRANSACTION` ("read only") and section "Database Object Size
    /// Functions".
    pub async fn forecast(&mut self) -> Result<Forecast, Error> {
        let Changeover { history, settings, session, .. } = self;
        let executor = session.begin_aside().await?;
        let outcome = in_transaction(executor, history, settings).await;
        let ended = executor.query("rollback").await;
        ended.map_err(|error| Error::sql("rollback", &error))?;
        let mut forecast = match outcome {
            Ok(forecast) => forecast,
            Err(error) => return Err(presence::explain(executor, &settings.app, error).await),
        };
        session.end_aside();
        forecast.findings = self.obstacles().await?;
        Ok(forecast)
    }

    /// None while somebody else is at work.
    async fn obstacles(&mut self) -> Result<Option<Findings>, Error> {
        let Changeover { history, settings, session, .. } = self;
        let (mut locked, lock) = match session.lock(settings, Duration::ZERO).await {
            Err(error) if error.kind() == ErrorKind::AlreadyRunning => return Ok(None),
            outcome => outcome?,
        };
        locked.set(&[("default_transaction_read_only", "on")]).await?;
        let outcome = look_at_all(history, settings, &mut locked).await;
        locked.reset("default_transaction_read_only").await;
        lock.release(session, outcome).await.map(Some)
    }
}

async fn in_transaction(
    executor: &mut dyn Executor,
    history: &Migrations,
    settings: &Settings,
) -> Result<Forecast, Error> {
    begin_reading(executor, settings).await?;
    let mut ledger = Ledger::read(executor, &settings.app).await?;
    rules::take_squashed(history, &mut ledger)?;
    let mut status = ledger.status(history);
    presence::read(executor, history, settings, &mut status).await?;
    let held = |migration, phase| held(history, &status, migration, phase);
    forecast::read(executor, history, &ledger, held).await
}

/// Begins a transaction that the server keeps from writing, and looks whether what is read in it is ours.
pub(super) async fn begin_reading(
    executor: &mut dyn Executor,
    settings: &Settings,
) -> Result<(), Error> {
    let begin = format!(
        "begin isolation level repeatable read, read only; set local lock_timeout = {}; \
         set local search_path = pg_catalog, pg_temp",
        milliseconds(settings.lock_timeout)
    );
    executor.query(&begin).await.map_err(|error| Error::sql(&begin, &error))?;
    store::trust::before_reading(executor).await
}

/// Returns what holds a phase.
fn held(
    history: &Migrations,
    status: &Status,
    migration: &'static Migration,
    phase: Phase,
) -> Vec<String> {
    let state = |id: &str| {
        let known = status.migrations.iter().find(|known| known.id == id);
        known.map_or(State::Pending, |known| known.state)
    };
    if phase <= Phase::Background {
        let open = migration.requires.iter().filter(|id| state(id) != State::Contracted);
        return open.map(|id| format!("it needs the contract of `{id}` to have run")).collect();
    }
    let known = |one: &&crate::outcome::report::HeldGate| {
        one.migration == migration.id && one.phase == phase
    };
    if let Some(gate) = status.waiting.iter().find(known) {
        return gate.by.clone();
    }
    vec![match history.declaring(migration.id, phase) {
        Some(by) => format!("`{}`, which declares it, has to be migrated first", by.id),
        None => format!("no migration of this build declares it with `{phase}!({})`", migration.id),
    }]
}
