//! One phase of one migration, forward or back.

mod baseline;
pub(crate) mod gates;
mod instances;
mod partitions;
pub(crate) mod perform;
mod undo;
mod way_back;

use std::time::Instant;

use tracing::{Instrument as _, info_span};

use crate::lock::RunSession;
use crate::migration::{Migration, Migrations, Phase, Step};
use crate::outcome::error::Error;
use crate::outcome::report::{PhaseReport, Report};
use crate::outcome::status::State;
use crate::preflight::{self, Ahead};
use crate::record::ledger::{Direction, Ledger, RecordedStep};
use crate::record::rules;
use crate::record::store::Store;
use crate::run::perform::perform;
use crate::settings::Settings;
use crate::settings::told::event::Event;
use crate::work::Turn;
use crate::work::step::brake::Brake;
use crate::work::step::context::StepContext;

/// A run that has the lock and knows what the database remembers.
pub(crate) struct Run<'r, 's> {
    pub(crate) history: &'r Migrations,
    pub(crate) settings: &'r Settings,
    pub(crate) session: &'r mut RunSession<'s>,
    pub(crate) ledger: Ledger,
    pub(crate) report: &'r mut Report,
    pub(crate) brake: Brake,
    /// Whether it lets another run go first that waits for it.
    pub(crate) gives_way: bool,
    /// Whether an undo may drop tables with their rows.
    pub(crate) with_rows: bool,
}

type Steps = Vec<(&'static Step, RecordedStep)>;

/// What is written at the two ends of a phase, in the transactions of its first and its last step.
#[derive(Default)]
struct Ends {
    opening: Vec<String>,
    /// What the migration reaches with the last.
    reached: Option<State>,
}

impl<'r> Run<'r, '_> {
    pub(crate) async fn expand(&mut self, migration: &'static Migration) -> Result<(), Error> {
        self.expand_until(migration, State::Expanded).await
    }

    async fn expand_until(
        &mut self,
        migration: &'static Migration,
        done: State,
    ) -> Result<(), Error> {
        if self.ledger.state(migration.id) < State::Expanded || self.is_undoing(migration) {
            rules::may_expand(self.history, &self.ledger, migration)?;
            self.run_phase(migration, Phase::Expand, done).await?;
        }
        Ok(())
    }

    /// Runs `Expand` and `Migrate`. What has nothing to do in the second is past it with the first.
    pub(crate) async fn migrate(&mut self, migration: &'static Migration) -> Result<(), Error> {
        let expands_only = migration.steps(Phase::Migrate).next().is_none()
            && self
                .ledger
                .get(migration.id)
                .is_none_or(|it| it.phase(Phase::Migrate).next().is_none());
        let done = if expands_only { State::Migrated } else { State::Expanded };
        self.expand_until(migration, done).await?;
        if self.ledger.state(migration.id) < State::Migrated {
            self.run_phase(migration, Phase::Migrate, State::Migrated).await?;
        }
        Ok(())
    }

    /// Runs what is left to the background of a migration that new builds may serve with.
    pub(crate) async fn background(&mut self, migration: &'static Migration) -> Result<(), Error> {
        if migration.has_background() && self.ledger.state(migration.id) == State::Migrated {
            self.fits(migration)?;
            self.run_phase(migration, Phase::Background, Phase::Background.done()).await?;
        }
        Ok(())
    }

    /// Runs what a migration cannot begin without of what earlier ones left to the background.
    pub(crate) async fn needed_first(&mut self, migration: &Migration) -> Result<(), Error> {
        if self.ledger.state(migration.id) >= State::Migrated && !self.is_undoing(migration) {
            return Ok(());
        }
        for needed in rules::needed_first(self.history, &self.ledger, migration) {
            self.background(needed).await?;
        }
        Ok(())
    }

    /// Runs the switches of these migrations where they have not run.
    pub(crate) async fn switches(&mut self, ids: &[&str]) -> Result<(), Error> {
        for migration in self.chosen(ids) {
            self.background(migration).await?;
            if migration.has_switch() && self.ledger.state(migration.id) < State::Switched {
                self.fits(migration)?;
                self.run_phase(migration, Phase::Switch, Phase::Switch.done()).await?;
            }
        }
        Ok(())
    }

    /// Runs the contracts of these migrations where they have not run, each after its switch.
    pub(crate) async fn contracts(&mut self, ids: &[&str]) -> Result<(), Error> {
        self.switches(ids).await?;
        for migration in self.chosen(ids) {
            if self.ledger.state(migration.id) != State::Contracted {
                self.fits(migration)?;
                self.run_phase(migration, Phase::Contract, Phase::Contract.done()).await?;
            }
        }
        Ok(())
    }

    /// Checks whether what is still to come of a migration is made for what is there.
    fn fits(&self, migration: &Migration) -> Result<(), Error> {
        self.ledger.get(migration.id).map_or(Ok(()), |known| rules::same_plan(migration, known))
    }

    pub(crate) fn chosen(&self, ids: &[&str]) -> Vec<&'static Migration> {
        let all = self.history.migrations.iter().copied();
        all.filter(|migration| ids.contains(&migration.id)).collect()
    }

    /// Runs what is left of a phase, with which the migration is done as far as that.
    async fn run_phase(
        &mut self,
        migration: &'static Migration,
        phase: Phase,
        done: State,
    ) -> Result<(), Error> {
        let mut opening = self.plan(migration, phase).await?;
        let steps = self.left(migration, phase);
        // Before the state says that the phase has begun. What a gate holds was looked at before it
        // opened: behind it no older build starts.
        if matches!(phase, Phase::Expand | Phase::Migrate | Phase::Background) {
            self.preflight(migration, phase, &mut opening).await?;
        }
        // A migration that is migrated stays so while its background runs, and since the same moment; one
        // that has nothing to do in a phase is past it at once.
        let reached = if steps.is_empty() { done } else { phase.begun() };
        if phase != Phase::Background || steps.is_empty() {
            opening.push(self.store(migration).reaches(reached));
            self.ledger.become_state(migration, reached);
        }
        if steps.is_empty() {
            return self.write(&opening).await;
        }
        let ends = Ends { opening, reached: Some(done) };
        self.walk(migration, phase, Direction::Forward, steps, ends).await?;
        self.ledger.become_state(migration, done);
        Ok(())
    }

    /// Returns what writes down what a phase is going to do, where that has changed; it is remembered
    /// as written.
    async fn plan(
        &mut self,
        migration: &'static Migration,
        phase: Phase,
    ) -> Result<Vec<String>, Error> {
        // Each step leads back from where the next one's way back ended, and forth only from where
        // the one before it ended: of a way back that stopped half-way, the rest comes first.
        if self.ledger.get(migration.id).is_some_and(|known| known.is_half_undone(phase)) {
            self.lead_back(migration, phase).await?;
        }
        let Some(kept) = self.ledger.outdated(migration, phase) else { return Ok(Vec::new()) };
        self.ledger.plan(migration, phase, kept);
        Ok(self.store(migration).planned(phase, kept))
    }

    /// Writes our own state down, all of it or nothing.
    async fn write(&mut self, statements: &[String]) -> Result<(), Error> {
        if statements.is_empty() {
            return Ok(());
        }
        let statements: Vec<&str> = statements.iter().map(String::as_str).collect();
        self.session.in_transaction(&statements).await.map(drop)
    }

    fn left(&self, migration: &'static Migration, phase: Phase) -> Steps {
        let mut steps = self.steps(migration, phase);
        steps.retain(|(_, recorded)| !recorded.state.is_behind());
        steps
    }

    /// Asks what a phase looks at before its gate opens.
    pub(crate) async fn before_its_gate(
        &mut self,
        migration: &'static Migration,
        phase: Phase,
    ) -> Result<(), Error> {
        self.fits(migration)?;
        let planned = self.plan(migration, phase).await?;
        self.write(&planned).await?;
        self.preflight(migration, phase, &mut Vec::new()).await
    }

    /// Looks for what would make the rest of a phase fail or hurt. Where it does, what has still to be
    /// written of the phase is written before that.
    async fn preflight(
        &mut self,
        migration: &'static Migration,
        phase: Phase,
        opening: &mut Vec<String>,
    ) -> Result<(), Error> {
        let steps = self.left(migration, phase);
        let Some((first, recorded)) = steps.first() else { return Ok(()) };
        let store = self.store(migration);
        let mut tally = PhaseReport::new(migration.id, phase, false);
        let place = (recorded.ordinal, migration.steps(phase).count());
        let (session, brake) = (&mut *self.session, &mut self.brake);
        let mut context = StepContext::new(session, self.settings, &mut tally, brake, place);
        context.opening = std::mem::take(opening);
        let steps = steps.iter().map(|(step, _)| *step).collect();
        let later = match phase {
            Phase::Expand => migration.steps(Phase::Migrate).collect(),
            _ => Vec::new(),
        };
        let is_first = self.ledger.is_first(self.history, migration, phase);
        let (migration, changes) = (migration.id, migration.changes());
        let ahead = Ahead { migration, phase, steps, later, changes, is_first, is_due: true };
        let outcome = preflight::clear(&mut context, &ahead, &mut self.report.findings).await;
        if let Err(error) = outcome {
            let error = error.at(context.place());
            context.open().await?;
            store.step(phase, recorded.ordinal, first).fail(context.session, &error).await;
            return Err(error);
        }
        *opening = context.opening;
        Ok(())
    }

    async fn walk(
        &mut self,
        migration: &'static Migration,
        phase: Phase,
        direction: Direction,
        steps: Steps,
        ends: Ends,
    ) -> Result<(), Error> {
        if steps.is_empty() {
            return Ok(());
        }
        let span = info_span!("phase", migration = migration.id, %phase, ?direction);
        let undone = direction == Direction::Back;
        let mut tally = PhaseReport::new(migration.id, phase, undone);
        let started = Instant::now();
        let (id, left) = (migration.id, steps.len());
        self.settings.tell(&Event::PhaseStarted { migration: id, phase, undone, steps: left });
        let outcome =
            self.steps_of(migration, direction, (steps, ends), &mut tally).instrument(span).await;
        tally.duration = started.elapsed();
        if outcome.is_ok() {
            self.settings.tell(&Event::PhaseFinished { report: &tally });
        }
        self.report.phases.push(tally);
        outcome
    }

    async fn steps_of(
        &mut self,
        migration: &'static Migration,
        direction: Direction,
        (steps, mut ends): (Steps, Ends),
        tally: &mut PhaseReport,
    ) -> Result<(), Error> {
        let phase = tally.phase;
        let store = self.store(migration);
        let count = migration.steps(phase).count();
        let last = steps.len().saturating_sub(1);
        for (index, (step, recorded)) in steps.into_iter().enumerate() {
            let (session, settings) = (&mut *self.session, self.settings);
            let place = (recorded.ordinal, count);
            let mut context = StepContext::new(session, settings, tally, &mut self.brake, place);
            context.with_rows = self.with_rows;
            context.gives_way = self.gives_way;
            context.opening = std::mem::take(&mut ends.opening);
            let store = store.step(phase, recorded.ordinal, step);
            let reaches = ends.reached.filter(|_| index == last);
            let turn = Turn { store: &store, recorded: &recorded, direction, reaches };
            let span = info_span!("step", step = recorded.ordinal, why = step.why);
            perform(&mut context, turn).instrument(span).await?;
        }
        Ok(())
    }

    /// The steps of a phase, each with what is recorded of it.
    fn steps(&self, migration: &'static Migration, phase: Phase) -> Steps {
        let Some(recorded) = self.ledger.get(migration.id) else { return Vec::new() };
        let steps = migration.steps(phase).enumerate();
        steps
            .filter_map(|(index, step)| Some((step, recorded.step(phase, index + 1)?.clone())))
            .collect()
    }

    /// Reads what the database remembers by now.
    async fn read_again(&mut self) -> Result<(), Error> {
        self.ledger = Ledger::read(self.session.reader(), &self.settings.app).await?;
        rules::take_squashed(self.history, &mut self.ledger).map(drop)
    }

    async fn become_state(
        &mut self,
        migration: &'static Migration,
        state: State,
    ) -> Result<(), Error> {
        let reached = self.store(migration).reaches(state);
        self.write(&[reached]).await?;
        self.ledger.become_state(migration, state);
        Ok(())
    }

    /// Tells whether a run has begun it, and no undo has.
    pub(crate) fn is_begun(&self, migration: &Migration) -> bool {
        !matches!(self.ledger.state(migration.id), State::Pending | State::Undoing)
    }

    /// Returns where a migration stands in the history, counted from 0.
    pub(crate) fn place(&self, migration: &Migration) -> usize {
        self.history.place(migration.id).unwrap_or_default()
    }

    fn is_undoing(&self, migration: &Migration) -> bool {
        self.ledger.state(migration.id) == State::Undoing
    }

    fn store(&self, migration: &'static Migration) -> Store<'r> {
        Store {
            history: &self.settings.app,
            migration,
            position: self.place(migration),
            parent: self.history.remembered_parent(migration),
        }
    }
}
