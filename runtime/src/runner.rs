//! The story of a run: lock, store, history, steps, record, report.

use std::fmt;
use std::sync::Arc;

use tracing::{Instrument as _, info_span};

use crate::connect::Connect;
use crate::error::{Error, Kind};
use crate::executor::Executor;
use crate::ledger::Ledger;
use crate::lock::{Held, Session};
use crate::migration::{Migration, Migrations};
use crate::phase::Run;
use crate::report::Report;
use crate::settings::Settings;
use crate::status::{State, Status};
use crate::{fence, gate, store};

/// A history and the database that it is carried out in.
///
/// Every run may be killed at any moment; the next one goes on from there.
pub struct Changeover {
    history: Migrations,
    settings: Arc<Settings>,
    session: Session,
    #[expect(dead_code, reason = "leases, which come next, open their own sessions")]
    connector: Option<Arc<dyn Connect>>,
}

/// How far a run goes.
#[derive(Clone, Copy)]
enum Goal {
    Expand,
    Migrate,
    Contract,
    Undo(&'static Migration),
}

impl Goal {
    fn name(self) -> &'static str {
        match self {
            Goal::Expand => "expand",
            Goal::Migrate => "migrate",
            Goal::Contract => "contract",
            Goal::Undo(_) => "undo",
        }
    }
}

impl Changeover {
    pub(crate) fn start(
        history: Migrations,
        settings: Settings,
        executor: Box<dyn Executor>,
        connector: Option<Arc<dyn Connect>>,
    ) -> Changeover {
        let session = Session::new(executor, connector.clone());
        Changeover { history, settings: Arc::new(settings), session, connector }
    }

    /// Runs the `Expand` phase of every pending migration and no more.
    pub async fn expand(&mut self) -> Result<Report, Error> {
        self.run(Goal::Expand).await
    }

    /// Runs `Expand` and `Migrate` of every pending migration, in order. Old builds go on
    /// working; new ones may serve once it is done.
    ///
    /// A migration that needs a contract stops it with
    /// [`is_contract_pending`](Error::is_contract_pending), except in a database in which nothing
    /// of the history had run, so that there are no old builds: there the contract runs too.
    pub async fn migrate(&mut self) -> Result<Report, Error> {
        self.run(Goal::Migrate).await
    }

    /// Runs what [`migrate`](Changeover::migrate) runs, and every switch and every contract that
    /// the history declares, each migration's switches before its contracts. Call it once no
    /// build is live that uses what they replace or remove.
    pub async fn contract(&mut self) -> Result<Report, Error> {
        self.run(Goal::Contract).await
    }

    /// Takes back a migration, the newest step first: the switches that it declares, then its
    /// own `Switch`, `Migrate` and `Expand`.
    ///
    /// It is [refused](Error::is_undo_refused) once the contract has begun, of the migration or
    /// of one that it switches, or a later migration has. An undo that was interrupted goes on with another, and `migrate` turns it round.
    pub async fn undo(&mut self, id: &str) -> Result<Report, Error> {
        match self.history.get(id) {
            Some(migration) => self.run(Goal::Undo(migration)).await,
            None => Err(Error::new(Kind::UnknownMigration { id: id.to_owned() })),
        }
    }

    /// Reads how far each migration is. It waits for no lock and changes nothing.
    pub async fn status(&mut self) -> Result<Status, Error> {
        let executor = self.session.unlocked().await?;
        let ledger = Ledger::read(executor, &self.settings.app).await?;
        Ok(ledger.status(&self.history))
    }

    async fn run(&mut self, goal: Goal) -> Result<Report, Error> {
        let Changeover { history, settings, session, .. } = self;
        let mut report = Report::default();
        let span = info_span!("changeover", app = %settings.app, goal = goal.name());
        let run = async {
            let mut held = session.lock(settings).await?;
            let mut outcome = story(history, settings, &mut held, &mut report, goal).await;
            if let Err(error) = outcome {
                outcome = Err(held.explain(error).await);
            }
            held.release().await;
            outcome
        };
        match run.instrument(span).await {
            Ok(()) => Ok(report),
            Err(error) => Err(error.with_report(report)),
        }
    }
}

async fn story(
    history: &Migrations,
    settings: &Settings,
    held: &mut Held<'_>,
    report: &mut Report,
    goal: Goal,
) -> Result<(), Error> {
    store::prepare(held, settings).await?;
    fence::take(held, settings).await?;
    let ledger = Ledger::read(held.reader(), &settings.app).await?;
    gate::admit(history, &ledger)?;
    let fresh = ledger.migrations.iter().all(|recorded| recorded.state == State::Pending);
    let mut run = Run { history, settings, held, ledger, report };
    if let Goal::Undo(migration) = goal {
        return run.undo(migration).await;
    }
    for migration in history.migrations {
        let needed = fresh && matches!(goal, Goal::Migrate);
        if needed || matches!(goal, Goal::Contract) {
            run.contracts(migration.requires).await?;
        }
        run.expand(migration).await?;
        if !matches!(goal, Goal::Expand) {
            run.migrate(migration).await?;
        }
        if matches!(goal, Goal::Contract) {
            run.switches(migration.switches).await?;
            run.contracts(migration.contracts).await?;
        }
    }
    Ok(())
}

impl fmt::Debug for Changeover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Changeover").field("app", &self.settings.app).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
