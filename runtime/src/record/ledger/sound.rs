//! Does a record say the same twice?

use super::{Recorded, RecordedStep};
use crate::migration::{Migration, Phase};
use crate::outcome::error::Error;
use crate::outcome::status::State;

impl Recorded {
    /// Tells whether a migration's state and its steps can both be true, and no step is missing
    /// between others.
    pub(super) fn is_sound(&self) -> Result<(), Error> {
        Phase::ALL.into_iter().try_for_each(|phase| {
            let mut ordinals: Vec<usize> = self.phase(phase).map(|step| step.ordinal).collect();
            ordinals.sort_unstable();
            if let Some((step, _)) = (1..).zip(&ordinals).find(|(place, found)| place != *found) {
                return Err(self.unsound(phase, step, "is not recorded"));
            }
            let open = |step: &&RecordedStep| !step.state.is_behind();
            match self.phase(phase).find(open).filter(|_| self.is_complete(phase)) {
                Some(step) => {
                    let what = format!("is recorded as {}", step.state.name());
                    Err(self.unsound(phase, step.ordinal, &what))
                }
                None => Ok(()),
            }
        })
    }

    fn unsound(&self, phase: Phase, step: usize, what: &str) -> Error {
        let Recorded { id, state, .. } = self;
        let call = |name: &str| {
            let variant = match phase {
                Phase::Expand => "Expand",
                Phase::Migrate => "Migrate",
                Phase::Background => "Background",
                Phase::Switch => "Switch",
                Phase::Contract => "Contract",
            };
            format!("`Repair::{name}(\"{id}\", Phase::{variant}, {step})`")
        };
        Error::corrupt(format!(
            "migration `{id}` is {state}, and step {step} of its {phase} {what}\n\
             help: {} if the database has what the step does, {} if not",
            call("mark_done"),
            call("mark_undone")
        ))
    }

    /// Tells whether the migration's state says that all of a phase has run.
    pub(crate) fn is_complete(&self, phase: Phase) -> bool {
        (phase.done()..=State::Contracted).contains(&self.state)
    }

    /// The state that the steps speak for.
    pub(crate) fn counted(&self, migration: &Migration) -> State {
        let begun = |phase| self.last_effect(phase) > 0;
        let done = |phase| {
            (1..=migration.steps(phase).count())
                .all(|step| self.step(phase, step).is_some_and(|step| step.state.is_behind()))
        };
        let (expanded, migrated) = (done(Phase::Expand), done(Phase::Migrate));
        let any = begun(Phase::Expand) || begun(Phase::Migrate);
        match (begun(Phase::Contract), begun(Phase::Switch)) {
            (true, _) if done(Phase::Contract) => State::Contracted,
            (true, _) => State::Contracting,
            (_, true) if done(Phase::Switch) => State::Switched,
            (_, true) => State::Switching,
            _ if expanded && migrated && (any || self.steps.is_empty()) => {
                let completed = migration.has_background() && done(Phase::Background);
                if completed { State::Completed } else { State::Migrated }
            }
            _ if any => State::Expanding,
            _ => State::Pending,
        }
    }
}
