//! The way back: a migration after the other, the newest first.

use super::{Ends, Run, Steps};
use crate::migration::{Course, Migration, Phase};
use crate::outcome::error::{Error, ErrorKind};
use crate::outcome::status::State;
use crate::record::ledger::{Direction, StepState};
use crate::record::rules;

impl Run<'_, '_> {
    /// Takes back these migrations, the newest first, each with what it switched. Whatever is
    /// refused is refused before the first step.
    pub(crate) async fn undo(&mut self, migrations: &[&'static Migration]) -> Result<(), Error> {
        rules::may_undo(self.history, &self.ledger, migrations)?;
        self.look_ahead(migrations).await?;
        self.begin_undo(migrations).await?;
        for migration in migrations {
            self.undo_one(migration).await?;
        }
        Ok(())
    }

    async fn undo_one(&mut self, migration: &'static Migration) -> Result<(), Error> {
        self.names_are_free(migration).await?;
        for switched in self.chosen(migration.switches).into_iter().rev() {
            self.switch_back(switched).await?;
        }
        self.switch_back(migration).await?;
        if self.ledger.state(migration.id) == State::Pending {
            return Ok(());
        }
        self.become_state(migration, State::Undoing).await?;
        self.back(migration, Phase::Background).await?;
        self.back(migration, Phase::Migrate).await?;
        self.back(migration, Phase::Expand).await?;
        self.become_state(migration, State::Pending).await
    }

    async fn switch_back(&mut self, migration: &'static Migration) -> Result<(), Error> {
        if matches!(self.ledger.state(migration.id), State::Switching | State::Switched) {
            self.become_state(migration, State::Switching).await?;
            self.back(migration, Phase::Switch).await?;
            self.become_state(migration, migration.before_switch()).await?;
        }
        Ok(())
    }

    /// Ends a way back that stopped half-way through a phase. Where it is refused, the phase goes
    /// on from where it stands: before a switch, what is undone can be done again.
    pub(super) async fn lead_back(
        &mut self,
        migration: &'static Migration,
        phase: Phase,
    ) -> Result<(), Error> {
        match self.back(migration, phase).await {
            Err(error) if phase <= Phase::Background && refuses(&error) => {
                tracing::warn!(%error, "the way back is refused, so the run goes on from here");
                self.read_again().await?;
                Ok(())
            }
            outcome => outcome,
        }
    }

    /// Takes back what has run of a phase.
    pub(super) async fn back(
        &mut self,
        migration: &'static Migration,
        phase: Phase,
    ) -> Result<(), Error> {
        let mut steps = self.steps(migration, phase);
        let needed = behind_a_swap(migration, phase, &steps);
        steps.retain(|(_, recorded)| {
            recorded.state.has_effect() || needed.contains(&recorded.ordinal)
        });
        steps.reverse();
        self.walk(migration, phase, Direction::Back, steps, Ends::default()).await?;
        self.ledger.forget_effects(migration, phase);
        Ok(())
    }
}

/// Tells whether the server refused what a step asked of it, so that another try would be refused
/// too.
pub(super) fn refuses(error: &Error) -> bool {
    const CLASSES: [&str; 7] = ["0A", "22", "23", "2B", "42", "55", "P0"];
    let refused = |code: &str| CLASSES.iter().any(|class| code.starts_with(class));
    error.kind() == ErrorKind::Violation || error.code().is_some_and(refused) && !error.gave_way()
}

/// The steps of a switch that no run has got to, behind a swap that one has: a change swaps once, by a
/// step of its own or of a change before it, and what follows is there for the way back, which needs
/// it.
pub(super) fn behind_a_swap(migration: &Migration, phase: Phase, steps: &Steps) -> Vec<usize> {
    let mut needed = Vec::new();
    if phase != Phase::Switch {
        return needed;
    }
    let mut states = steps.iter().map(|(_, recorded)| (recorded.ordinal, recorded.state));
    let mut swapped = false;
    for change in migration.changes() {
        let own = || change.steps.iter().filter(|step| step.phase == phase);
        if own().any(|step| step.course == Course::Swap) {
            swapped = false;
        }
        for step in own() {
            let Some((ordinal, state)) = states.next() else { return needed };
            if swapped && state == StepState::Planned {
                needed.push(ordinal);
            }
            swapped |= step.course == Course::Swap && state.has_effect();
        }
    }
    needed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migration::mock::{FOUR, two_swaps};
    use crate::record::ledger::RecordedStep;

    /// Returns what is needed where so many steps of the switch have run.
    fn needed(migration: &'static Migration, done: usize) -> Vec<usize> {
        let recorded = |(index, step)| {
            let state = if index < done { StepState::Done } else { StepState::Planned };
            let (phase, ordinal, sql) = (Phase::Switch, index + 1, String::new());
            let (cursor, rows, error, interrupted) = (None, 0, None, false);
            (step, RecordedStep { phase, ordinal, sql, state, cursor, rows, error, interrupted })
        };
        let steps = migration.steps(Phase::Switch).enumerate().map(recorded).collect();
        behind_a_swap(migration, Phase::Switch, &steps)
    }

    #[test]
    fn what_follows_a_swap_is_needed_once_that_has_run() {
        let (apart, merged) = (two_swaps(false), two_swaps(true));
        assert_eq!(needed(apart, 0), [0; 0]);
        assert_eq!(needed(apart, 1), [2], "the second change has not swapped");
        assert_eq!(needed(apart, 3), [4]);
        assert_eq!(needed(merged, 0), [0; 0]);
        assert_eq!(needed(merged, 1), [2, 3], "the first change has swapped for both");
        assert_eq!(needed(FOUR.migrations[0], 0), [0; 0]);
    }
}
