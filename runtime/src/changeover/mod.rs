//! The story of a run: lock, store, history, steps, record, report.

mod attempt;
pub(crate) mod builder;
pub(crate) mod looks;
mod partitions;
mod pause;
mod reconnect;
mod repair;
pub(crate) mod squash;
mod story;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tracing::{Instrument as _, info_span};

use self::attempt::{once, tell_of_end};
use self::reconnect::{Reconnect, is_of_standby};
use self::story::Goal;
use crate::lock::Session;
use crate::migration::{Migration, Migrations};
use crate::outcome::error::{Detail, Error};
use crate::outcome::report::Report;
use crate::outcome::status::Status;
use crate::record::ledger::Ledger;
use crate::record::rules;
use crate::record::{presence, store};
use crate::session::connect::Connect;
use crate::session::executor::Executor;
use crate::session::jitter::jittered;
use crate::session::watched::WatchedSession;
use crate::settings::Settings;
use crate::settings::told::event::Event;

/// How often a service that waits looks again.
const POLL: Duration = Duration::from_millis(500);

/// A history and the database that it is carried out in.
///
/// Every run may be killed at any moment; the next one goes on from there.
///
/// ```no_run
/// use changeover::Changeover;
/// # mod m0001_users { changeover::migration! { create_table!(users { id: bigint primary_key }); } }
/// # changeover::migrations! { static MIGRATIONS = [m0001_users]; }
/// # async fn example(url: &str) -> Result<(), changeover::Error> {
/// let builder = Changeover::builder(&MIGRATIONS).app("accounts");
/// let mut changeover = builder.connect(url).await?;
/// let report = changeover.migrate().await?;
/// println!("{report}\n{}", changeover.status().await?);
/// # Ok(())
/// # }
/// # fn main() {}
/// ```
pub struct Changeover {
    history: Migrations,
    settings: Arc<Settings>,
    session: Session,
    connector: Option<Arc<dyn Connect>>,
}

impl Changeover {
    pub(crate) fn start(
        history: Migrations,
        settings: Arc<Settings>,
        executor: Box<dyn Executor>,
        connector: Option<Arc<dyn Connect>>,
    ) -> Changeover {
        let session = WatchedSession::new(executor, connector.clone(), settings.answer.patience);
        let session = Session::new(session);
        Changeover { history, settings, session, connector }
    }

    /// Runs the `Expand` phase of every pending migration and no more, except what that may need of the
    /// background of earlier ones.
    pub async fn expand(&mut self) -> Result<Report, Error> {
        self.run(Goal::Expand).await
    }

    /// Runs `Expand` and `Migrate` of every pending migration, in order, and the switches and
    /// contracts whose [gate](crate::Gate) is open; which are not is in the report. Old builds go
    /// on working; new ones may serve once it is done.
    ///
    /// What changes leave to the background it leaves to the instances that hold
    /// [leases](Changeover::hold_lease), to [`run_background`](Changeover::run_background) and to
    /// its own next call, which does at its end what earlier ones left; the ids are in
    /// [`Report::background`]. What a pending migration may need of it comes before that, and in a
    /// database in which nothing had run, so that there are no rows, it is done at once.
    ///
    /// A migration that needs a contract to have run stops it with
    /// [`ErrorKind::ContractPending`](crate::ErrorKind::ContractPending) while that is held, except in a
    /// database in which nothing of the history had run, so that there are no old builds.
    pub async fn migrate(&mut self) -> Result<Report, Error> {
        self.run(Goal::Migrate).await
    }

    /// Runs what [`migrate`](Changeover::migrate) left to the background: index builds, backfills and
    /// validations that no new build waits for. A run that waits for it meanwhile makes it stop
    /// between two batches with [`ErrorKind::Interrupted`](crate::ErrorKind::Interrupted), other than
    /// behind a pooler; an index build that has begun is ended first. It may be killed at any moment, and
    /// the next goes on.
    ///
    /// ```no_run
    /// use changeover::Changeover;
    /// # mod m0001_users { changeover::migration! { create_table!(users { id: bigint primary_key }); } }
    /// # changeover::migrations! { static MIGRATIONS = [m0001_users]; }
    /// # async fn example(url: &str) -> Result<(), changeover::Error> {
    /// let mut changeover = Changeover::builder(&MIGRATIONS).connect(url).await?;
    /// if !changeover.migrate().await?.background.is_empty() {
    ///     // New builds may be deployed by now.
    ///     changeover.run_background().await?;
    /// }
    /// # Ok(())
    /// # }
    /// # fn main() {}
    /// ```
    pub async fn run_background(&mut self) -> Result<Report, Error> {
        self.run(Goal::Background).await
    }

    /// Runs what [`migrate`](Changeover::migrate) runs, and wants every switch and every contract
    /// that the history declares to run: one whose gate is not open makes it fail at the end with
    /// [`is_gate_held`](Error::is_gate_held). Under [`Gate::Manual`](crate::Gate::Manual) to call it
    /// is to say that no build lives any more that uses what they replace or remove.
    pub async fn contract(&mut self) -> Result<Report, Error> {
        self.run(Goal::Contract).await
    }

    /// Runs what [`contract`](Changeover::contract) runs, whatever holds its gates: on the caller's
    /// word that what still lives and was built without them does not matter. What the server
    /// would not drop, since a view or a foreign key outside the history needs it, is refused all
    /// the same, before anything is changed. The reason is recorded in `changeover.events`; without
    /// one it is [refused](crate::ErrorKind::ReasonMissing).
    pub async fn force_contract(&mut self, reason: &str) -> Result<Report, Error> {
        store::events::reasoned("a forced contract", reason)?;
        self.run(Goal::Force(reason.to_owned())).await
    }

    /// Takes back a migration, the newest step first: the switches that it declares, then its
    /// own `Switch`, `Migrate` and `Expand`.
    ///
    /// It is [refused](crate::ErrorKind::UndoRefused), before anything is changed, once the contract has
    /// begun, of the migration or of one that it switches or whose contract it declares; where a
    /// later migration has run, one of a newer build too; while an instance lives that was built
    /// with it; where something that no migration made needs what it takes away; and where a table
    /// would be dropped that has rows, for which there is
    /// [`undo_with_rows`](Changeover::undo_with_rows). So it is where [rows](crate::ErrorKind::Violation)
    /// have no room in the old shape. Columns that go with the only values of their kind are in
    /// the report's findings. An undo that was interrupted goes on with another, and `migrate`
    /// turns it round.
    pub async fn undo(&mut self, id: &str) -> Result<Report, Error> {
        let migrations = self.one(id)?;
        self.run(Goal::Undo { migrations, with_rows: false }).await
    }

    /// Takes back a migration as [`undo`](Changeover::undo) does, and drops the tables that it made
    /// although they have rows, which are lost.
    pub async fn undo_with_rows(&mut self, id: &str) -> Result<Report, Error> {
        let migrations = self.one(id)?;
        self.run(Goal::Undo { migrations, with_rows: true }).await
    }

    /// Takes back every migration after this one, the newest first, as [`undo`](Changeover::undo)
    /// does each: builds whose head is this one can serve alone again.
    ///
    /// If any of them cannot be taken back, it is [refused](crate::ErrorKind::UndoRefused) before anything
    /// is changed. One that was interrupted goes on with another, and `migrate` turns it round.
    pub async fn undo_to(&mut self, id: &str) -> Result<Report, Error> {
        let migrations = self.after(id)?;
        self.run(Goal::Undo { migrations, with_rows: false }).await
    }

    /// Takes back every migration after this one as [`undo_to`](Changeover::undo_to) does, and drops
    /// the tables that they made although they have rows, which are lost.
    pub async fn undo_to_with_rows(&mut self, id: &str) -> Result<Report, Error> {
        let migrations = self.after(id)?;
        self.run(Goal::Undo { migrations, with_rows: true }).await
    }

    fn one(&self, id: &str) -> Result<Vec<&'static Migration>, Error> {
        let place = self.place(id)?;
        Ok(self.history.migrations.get(place..=place).unwrap_or_default().to_vec())
    }

    /// Those that come after it, the newest first.
    fn after(&self, id: &str) -> Result<Vec<&'static Migration>, Error> {
        let last = self.place(id)?;
        Ok(self.history.migrations.iter().skip(last + 1).rev().copied().collect())
    }

    fn place(&self, id: &str) -> Result<usize, Error> {
        let place = self.history.migrations.iter().position(|migration| migration.id == id);
        place.ok_or_else(|| Error::new(Detail::UnknownMigration { id: id.to_owned() }))
    }

    /// Reads how far each migration is. It waits for no lock and changes nothing.
    pub async fn status(&mut self) -> Result<Status, Error> {
        let executor = self.session.unlocked().await?;
        store::trust::before_reading(executor).await?;
        let mut ledger = match Ledger::read(executor, &self.settings.app).await {
            Ok(ledger) => ledger,
            Err(error) => {
                return Err(presence::explain(executor, &self.settings.app, error).await);
            }
        };
        // Of what is half-way, the states say more than an error.
        let _ = rules::take_squashed(&self.history, &mut ledger);
        let mut status = ledger.status(&self.history);
        match presence::read(executor, &self.history, &self.settings, &mut status).await {
            Ok(()) => {
                status.partitions =
                    looks::partitions::status(executor, &self.history, &ledger).await?;
                Ok(status)
            }
            Err(error) => Err(presence::explain(executor, &self.settings.app, error).await),
        }
    }

    /// Waits until all migrations of this build are done, for so long, and fails with
    /// [`is_not_ready`](Error::is_not_ready) then, or at once with
    /// [`is_too_old`](Error::is_too_old) where nothing is to be waited for. It changes nothing.
    pub async fn ready(&mut self, within: Duration) -> Result<(), Error> {
        let started = Instant::now();
        loop {
            let executor = self.session.unlocked().await?;
            store::trust::before_reading(executor).await?;
            let ledger = match Ledger::read(executor, &self.settings.app).await {
                Ok(ledger) => ledger,
                Err(error) => {
                    return Err(presence::explain(executor, &self.settings.app, error).await);
                }
            };
            rules::not_too_old(&self.history, &ledger)?;
            let outcome = rules::ready(&self.history, |id| ledger.state(id));
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
        self.settings.check()?;
        let (started, name, is_told) = (Instant::now(), goal.name(), !goal.is_of_background());
        let mut report = Report::default();
        let is_settled = self.has_nothing_to_do(&goal, &mut report).await;
        let Changeover { history, settings, session, connector } = self;
        let span = info_span!("changeover", app = %settings.app, goal = goal.name());
        // In the background somebody else may do it.
        let mut patience = if is_told { settings.deadline } else { Duration::ZERO };
        let mut is_to_start = is_told;
        let mut reconnect = Reconnect::new(match (&goal, connector) {
            (Goal::Undo { .. }, _) | (_, None) => Duration::ZERO,
            _ => settings.reconnect_within,
        });
        let run = async {
            if is_settled {
                if is_told {
                    settings.tell(&Event::RunStarted { goal: name });
                }
                return Ok(());
            }
            loop {
                let told = (&mut report, &mut is_to_start);
                // On the heap, or whoever awaits a run would have all of it in a future of his own.
                let tried = Box::pin(once(history, settings, session, told, &goal, patience)).await;
                let Err(error) = tried else { return Ok(()) };
                if !reconnect.after(settings, name, (&error, &report)).await {
                    return Err(error);
                }
                patience = reconnect.left().unwrap_or_default();
                if is_of_standby(&error) {
                    // Another may have taken over by now.
                    session.abandon();
                }
                // They are asked again.
                report.waiting.clear();
                report.background.clear();
            }
        };
        let outcome = match run.instrument(span.clone()).await {
            Ok(()) => Ok(report),
            Err(error) => Err(error.with_report(report)),
        };
        span.in_scope(|| tell_of_end(settings, name, is_told, &outcome, started.elapsed()));
        outcome
    }
}

impl fmt::Debug for Changeover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Changeover").field("app", &self.settings.app).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
