//! The story of a run: lock, store, history, steps, record, report.

mod pause;
mod preflight;
mod repair;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tracing::{Instrument as _, info_span};

use crate::connect::Connect;
use crate::error::{Error, Kind};
use crate::executor::Executor;
use crate::jitter::jittered;
use crate::ledger::Ledger;
use crate::line::Line;
use crate::lock::{Held, Session};
use crate::migration::{Migration, Migrations};
use crate::phase::Run;
use crate::release::Key;
use crate::report::Report;
use crate::settings::{Gate, Settings};
use crate::status::{State, Status};
use crate::throttle::Brake;
use crate::{denied, fence, gate, presence, store};

/// How often a service that waits looks again.
const POLL: Duration = Duration::from_millis(500);

/// A history and the database that it is carried out in.
///
/// Every run may be killed at any moment; the next one goes on from there.
pub struct Changeover {
    history: Migrations,
    settings: Arc<Settings>,
    session: Session,
    connector: Option<Arc<dyn Connect>>,
}

/// How far a run goes.
enum Goal {
    Expand,
    Migrate,
    Contract,
    /// The same, whoever lives, for this reason.
    Force(String),
    /// What has been begun, and what its gate lets through.
    Finish,
    /// The newest first.
    Undo(Vec<&'static Migration>),
}

impl Goal {
    fn name(&self) -> &'static str {
        match self {
            Goal::Expand => "expand",
            Goal::Migrate => "migrate",
            Goal::Contract => "contract",
            Goal::Force(_) => "forced contract",
            Goal::Finish => "finish",
            Goal::Undo(_) => "undo",
        }
    }

    fn key(&self, gate: Gate) -> Option<Key<'_>> {
        match self {
            Goal::Expand | Goal::Undo(_) => None,
            Goal::Migrate | Goal::Finish => Key::of(gate, false),
            Goal::Contract => Key::of(gate, true),
            Goal::Force(reason) => Some(Key { forced: Some(reason), ..Key::FRESH }),
        }
    }
}

impl Changeover {
    pub(crate) fn start(
        history: Migrations,
        settings: Arc<Settings>,
        executor: Box<dyn Executor>,
        connector: Option<Arc<dyn Connect>>,
    ) -> Changeover {
        let line = Line::new(executor, connector.clone(), settings.answer.patience);
        let session = Session::new(line);
        Changeover { history, settings, session, connector }
    }

    /// Runs the `Expand` phase of every pending migration and no more.
    pub async fn expand(&mut self) -> Result<Report, Error> {
        self.run(Goal::Expand).await
    }

    /// Runs `Expand` and `Migrate` of every pending migration, in order, and the switches and
    /// contracts whose [gate](crate::Gate) is open; which are not is in the report. Old builds go
    /// on working; new ones may serve once it is done.
    ///
    /// A migration that needs a contract to have run stops it with
    /// [`is_contract_pending`](Error::is_contract_pending) while that is held, except in a
    /// database in which nothing of the history had run, so that there are no old builds.
    pub async fn migrate(&mut self) -> Result<Report, Error> {
        self.run(Goal::Migrate).await
    }

    /// Runs what [`migrate`](Changeover::migrate) runs, and wants every switch and every contract
    /// that the history declares to run: one whose gate is not open makes it fail at the end with
    /// [`is_gate_held`](Error::is_gate_held). Under [`Gate::Manual`] to call it is to say that no
    /// build lives any more that uses what they replace or remove.
    pub async fn contract(&mut self) -> Result<Report, Error> {
        self.run(Goal::Contract).await
    }

    /// Runs what [`contract`](Changeover::contract) runs, whatever holds its gates: on the caller's
    /// word that what still lives and was built without them does not matter. The reason is
    /// recorded in `changeover.events`; without one it is [refused](Error::is_reason_missing).
    pub async fn force_contract(&mut self, reason: &str) -> Result<Report, Error> {
        store::events::reasoned("a forced contract", reason)?;
        self.run(Goal::Force(reason.to_owned())).await
    }

    /// Takes back a migration, the newest step first: the switches that it declares, then its
    /// own `Switch`, `Migrate` and `Expand`.
    ///
    /// It is [refused](Error::is_undo_refused), before anything is changed, once the contract has
    /// begun, of the migration or of one that it switches or whose contract it declares; where a
    /// later migration has run, one of a newer build too; and while an instance lives that was
    /// built with it. So it is where [rows](Error::is_violation) have no room in the old shape. An
    /// undo that was interrupted goes on with another, and `migrate` turns it round.
    pub async fn undo(&mut self, id: &str) -> Result<Report, Error> {
        let migration = self.place(id)?;
        let migrations = self.history.migrations.get(migration..=migration).unwrap_or_default();
        self.run(Goal::Undo(migrations.to_vec())).await
    }

    /// Takes back every migration after this one, the newest first, as [`undo`](Changeover::undo)
    /// does each: builds whose head is this one can serve alone again.
    ///
    /// If any of them cannot be taken back, it is [refused](Error::is_undo_refused) before anything
    /// is changed. One that was interrupted goes on with another, and `migrate` turns it round.
    pub async fn undo_to(&mut self, id: &str) -> Result<Report, Error> {
        let last = self.place(id)?;
        let after = self.history.migrations.iter().skip(last + 1);
        self.run(Goal::Undo(after.rev().copied().collect())).await
    }

    fn place(&self, id: &str) -> Result<usize, Error> {
        let place = self.history.migrations.iter().position(|migration| migration.id == id);
        place.ok_or_else(|| Error::new(Kind::UnknownMigration { id: id.to_owned() }))
    }

    /// Reads how far each migration is. It waits for no lock and changes nothing.
    pub async fn status(&mut self) -> Result<Status, Error> {
        let executor = self.session.unlocked().await?;
        let ledger = match Ledger::read(executor, &self.settings.app).await {
            Ok(ledger) => ledger,
            Err(error) => return Err(denied::explain(executor, error).await),
        };
        let mut status = ledger.status(&self.history);
        presence::read(executor, &self.settings.app, &mut status).await?;
        pause::add_to(&mut status, executor, &self.settings.app).await?;
        Ok(status)
    }

    /// Waits until all migrations of this build are done, for so long, and fails with
    /// [`is_not_ready`](Error::is_not_ready) then, or at once with
    /// [`is_too_old`](Error::is_too_old) where nothing is to be waited for. It changes nothing.
    pub async fn ready(&mut self, within: Duration) -> Result<(), Error> {
        let started = Instant::now();
        loop {
            let executor = self.session.unlocked().await?;
            let ledger = Ledger::read(executor, &self.settings.app).await?;
            gate::not_too_old(&self.history, &ledger)?;
            let outcome = gate::ready(&self.history, |id| ledger.state(id));
            if outcome.is_ok() || started.elapsed() >= within {
                return outcome;
            }
            tokio::time::sleep(jittered(POLL).min(within.saturating_sub(started.elapsed()))).await;
        }
    }

    /// One try to finish what is open, unless somebody else is at work.
    pub(crate) async fn finish(&mut self) -> Result<Report, Error> {
        self.run(Goal::Finish).await
    }

    pub(crate) fn into_parts(self) -> (Migrations, Arc<Settings>, Option<Arc<dyn Connect>>) {
        (self.history, self.settings, self.connector)
    }

    async fn run(&mut self, goal: Goal) -> Result<Report, Error> {
        let Changeover { history, settings, session, .. } = self;
        let mut report = Report::default();
        let span = info_span!("changeover", app = %settings.app, goal = goal.name());
        let run = async {
            // In the background somebody else may do it.
            let patience =
                if matches!(goal, Goal::Finish) { Duration::ZERO } else { settings.deadline };
            let mut held = session.lock(settings, patience).await?;
            let outcome = match story(history, settings, &mut held, &mut report, goal).await {
                Err(error) => {
                    let error = held.explain(error).await;
                    Err(denied::explain(held.reader(), error).await)
                }
                done => done,
            };
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
    let brake = Brake::default();
    let mut run = Run { history, settings, held, ledger, report, brake };
    if let Goal::Undo(migrations) = &goal {
        return run.undo(migrations).await;
    }
    let key = goal.key(settings.leases.gate);
    for migration in history.migrations {
        if matches!(goal, Goal::Finish) && !run.is_begun(migration) {
            break;
        }
        if fresh && !matches!(goal, Goal::Expand) {
            run.needed(migration).await?;
        }
        run.expand(migration).await?;
        if !matches!(goal, Goal::Expand) {
            run.migrate(migration).await?;
        }
        if let Some(key) = key {
            run.declared(migration, key).await?;
        }
    }
    match goal {
        Goal::Contract if !report.held.is_empty() => Err(Error::new(Kind::GateHeld)),
        _ => Ok(()),
    }
}

impl fmt::Debug for Changeover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Changeover").field("app", &self.settings.app).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
