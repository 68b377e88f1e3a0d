//! What the database remembers of a history.

mod read;
mod sound;
mod step_state;

use std::collections::{HashMap, HashSet};

use crate::migration::text::plan_text;
use crate::migration::{Migration, Migrations, Phase};
use crate::outcome::status::{MigrationStatus, State, Status};

pub(crate) use self::step_state::{Direction, Event, StepState};

/// The phases that wait for no gate.
const BEFORE_GATES: [Phase; 3] = [Phase::Expand, Phase::Migrate, Phase::Background];

/// Every migration that the database remembers, in the order in which they came.
#[derive(Debug, Default, Clone)]
pub(crate) struct Ledger {
    pub(crate) migrations: Vec<Recorded>,
    /// Where each stands among them: they are asked for by their ids, each of thousands by all others.
    places: HashMap<String, usize>,
}

#[derive(Debug, Clone)]
pub(crate) struct Recorded {
    pub(crate) id: String,
    pub(crate) parent: Option<String>,
    pub(crate) state: State,
    /// The version of the plans that it was planned with; none in records from before there were
    /// versions.
    pub(crate) plan_version: Option<u32>,
    pub(crate) steps: Vec<RecordedStep>,
    /// Whether it may have been planned after the migrations that this build has squashed.
    pub(crate) was_before_squash: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct RecordedStep {
    pub(crate) phase: Phase,
    pub(crate) ordinal: usize,
    pub(crate) sql: String,
    pub(crate) state: StepState,
    pub(crate) cursor: Option<String>,
    pub(crate) rows: u64,
    pub(crate) error: Option<String>,
    /// Whether somebody told its last try to stop.
    pub(crate) interrupted: bool,
}

impl Ledger {
    /// Remembers what [`Store::plan`](crate::record::store::Store::plan) wrote down, for the steps after the
    /// first `kept`.
    pub(crate) fn plan(&mut self, migration: &Migration, phase: Phase, kept: usize) {
        if self.get(migration.id).is_none() {
            self.push(Recorded {
                id: migration.id.to_owned(),
                parent: None,
                state: State::Pending,
                plan_version: None,
                steps: Vec::new(),
                was_before_squash: false,
            });
        }
        let Some(recorded) = self.get_mut(migration.id) else { return };
        recorded.parent = migration.parent.map(str::to_owned);
        recorded.plan_version = Some(migration.plan_version);
        recorded.steps.retain(|step| step.phase != phase || step.ordinal <= kept);
        let steps = migration.steps(phase).enumerate().skip(kept);
        recorded.steps.extend(steps.map(|(index, step)| RecordedStep {
            phase,
            ordinal: index + 1,
            sql: plan_text(&step.work),
            state: StepState::Planned,
            cursor: None,
            rows: 0,
            error: None,
            interrupted: false,
        }));
    }

    /// Tells whether a phase has still to be written down as this build has it, and after how many
    /// of its steps: those that have run stay as they are.
    pub(crate) fn outdated(&self, migration: &Migration, phase: Phase) -> Option<usize> {
        let Some(recorded) = self.get(migration.id) else { return Some(0) };
        let is_of_this_plan = recorded.plan_version == Some(migration.plan_version)
            && recorded.parent.as_deref() == migration.parent;
        let has_no_steps =
            migration.steps(phase).next().is_none() && recorded.phase(phase).next().is_none();
        if is_of_this_plan && has_no_steps {
            return None;
        }
        let kept = recorded.last_effect(phase);
        let ours = migration.steps(phase).skip(kept).map(|step| plan_text(&step.work));
        let theirs = recorded.phase(phase).filter(|step| step.ordinal > kept);
        (kept == 0 || !ours.eq(theirs.map(|step| step.sql.clone()))).then_some(kept)
    }

    pub(crate) fn become_state(&mut self, migration: &Migration, state: State) {
        if let Some(known) = self.get_mut(migration.id) {
            known.state = state;
        }
    }

    /// Puts a baseline in the place of what it squashed, where others come after that: they are
    /// remembered with the last of it as their parent.
    pub(crate) fn put_in_place(&mut self, of: &Migration, is_squashed: impl Fn(&str) -> bool) {
        for recorded in self.migrations.iter_mut().filter(|one| one.id != of.id) {
            if recorded.parent.as_deref().is_some_and(&is_squashed) {
                recorded.parent = Some(of.id.to_owned());
            }
        }
    }

    /// Remembers that all but this baseline may have been planned after what it squashed.
    pub(crate) fn note_squash(&mut self, of: &Migration) {
        let others = self.migrations.iter_mut().filter(|one| one.id != of.id);
        others.for_each(|recorded| recorded.was_before_squash = true);
    }

    /// Remembers a migration as done, whose steps others have done.
    pub(crate) fn take_for_done(&mut self, migration: &Migration) {
        for phase in Phase::ALL {
            self.plan(migration, phase, 0);
        }
        if let Some(recorded) = self.get_mut(migration.id) {
            recorded.steps.iter_mut().for_each(|step| step.state = StepState::Done);
        }
        self.become_state(migration, State::Migrated);
    }

    /// Remembers that a phase was taken back.
    pub(crate) fn forget_effects(&mut self, migration: &Migration, phase: Phase) {
        let steps = self.get_mut(migration.id).into_iter().flat_map(|recorded| &mut recorded.steps);
        for step in steps.filter(|step| step.phase == phase && step.state.has_effect()) {
            (step.state, step.cursor, step.rows) = (StepState::Undone, None, 0);
        }
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Recorded> {
        self.migrations.get(*self.places.get(id)?)
    }

    fn get_mut(&mut self, id: &str) -> Option<&mut Recorded> {
        self.migrations.get_mut(*self.places.get(id)?)
    }

    /// Remembers one more; the first of an id is the one that is found.
    pub(crate) fn push(&mut self, recorded: Recorded) {
        self.places.entry(recorded.id.clone()).or_insert(self.migrations.len());
        self.migrations.push(recorded);
    }

    pub(crate) fn state(&self, id: &str) -> State {
        self.get(id).map_or(State::Pending, |recorded| recorded.state)
    }

    /// Those that this build does not know and that have run.
    pub(crate) fn unknown<'a>(
        &'a self,
        history: &'a Migrations,
    ) -> impl Iterator<Item = &'a Recorded> {
        let ours: HashSet<&str> = history.migrations.iter().map(|one| one.id).collect();
        self.migrations.iter().filter(move |recorded| {
            let is_known = ours.contains(recorded.id.as_str())
                || history.squashed_into(&recorded.id).is_some();
            recorded.state != State::Pending && !is_known
        })
    }

    /// Tells whether all should be there as the history has it before a migration: the phase is the
    /// first with something to do, none of it has been done, and whatever comes before it has been
    /// migrated.
    pub(crate) fn is_first(
        &self,
        history: &Migrations,
        migration: &Migration,
        phase: Phase,
    ) -> bool {
        let mut earlier = history.migrations.iter().take_while(|other| other.id != migration.id);
        let is_untouched = self
            .get(migration.id)
            .is_none_or(|known| Phase::ALL.into_iter().all(|phase| known.last_effect(phase) == 0));
        let mut phases = Phase::ALL.into_iter().take_while(|earlier| *earlier < phase);
        is_untouched
            && phases.all(|earlier| migration.steps(earlier).next().is_none())
            && earlier.all(|other| self.state(other.id) >= State::Migrated)
    }

    pub(crate) fn status(&self, history: &Migrations) -> Status {
        Status {
            migrations: history.migrations.iter().map(|migration| self.line(migration)).collect(),
            unknown: self.unknown(history).map(|recorded| recorded.id.clone()).collect(),
            ..Status::default()
        }
    }

    fn line(&self, migration: &Migration) -> MigrationStatus {
        let steps = self.get(migration.id).map_or(&[][..], |recorded| &recorded.steps);
        let before_gates = |step: &&RecordedStep| step.phase <= Phase::Background;
        MigrationStatus {
            id: migration.id.to_owned(),
            state: self.state(migration.id),
            done: steps.iter().filter(before_gates).filter(|step| step.state.is_behind()).count(),
            steps: BEFORE_GATES.into_iter().map(|phase| migration.steps(phase).count()).sum(),
            rows: steps.iter().map(|step| step.rows).sum(),
            error: steps.iter().find_map(|step| step.error.clone()),
            interrupted: steps.iter().any(|step| step.interrupted),
            held_by: None,
        }
    }
}

impl Recorded {
    pub(crate) fn step(&self, phase: Phase, ordinal: usize) -> Option<&RecordedStep> {
        self.phase(phase).find(|step| step.ordinal == ordinal)
    }

    pub(crate) fn phase(&self, phase: Phase) -> impl Iterator<Item = &RecordedStep> {
        self.steps.iter().filter(move |step| step.phase == phase)
    }

    /// Tells whether a way back through a phase has begun and not ended.
    pub(crate) fn is_half_undone(&self, phase: Phase) -> bool {
        let back =
            |step: &RecordedStep| matches!(step.state, StepState::Undoing | StepState::Undone);
        self.phase(phase).any(back) && self.last_effect(phase) > 0
    }

    /// The last step of a phase of which the database may hold something; 0 where there is none.
    pub(crate) fn last_effect(&self, phase: Phase) -> usize {
        let effects = self.phase(phase).filter(|step| step.state.has_effect());
        effects.map(|step| step.ordinal).max().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
