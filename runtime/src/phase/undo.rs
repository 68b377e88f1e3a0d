//! The way back: a migration after the other, the newest first.

use super::{Run, Steps};
use crate::error::{Error, Place};
use crate::ledger::StepState;
use crate::migration::{Migration, Phase, Work};
use crate::status::State;
use crate::step::Way;
use crate::{gate, require};

impl Run<'_, '_> {
    /// Takes back these migrations, the newest first, each with what it switched. Whatever is
    /// refused is refused before the first step.
    pub(crate) async fn undo(&mut self, migrations: &[&'static Migration]) -> Result<(), Error> {
        gate::may_undo(self.history, &self.ledger, migrations)?;
        for migration in migrations {
            for part in [self.chosen(migration.switches), vec![*migration]].concat() {
                self.look_ahead(part).await?;
            }
        }
        self.begin_undo(migrations).await?;
        for migration in migrations {
            self.undo_one(migration).await?;
        }
        Ok(())
    }

    /// Looks for the rows that the way back has no room for. What cannot be asked yet, because a
    /// newer migration has still to give a name back, is asked when its step comes.
    async fn look_ahead(&mut self, migration: &'static Migration) -> Result<(), Error> {
        for phase in Phase::ALL {
            for (step, recorded) in self.steps(migration, phase) {
                let Some(Work::Require(require)) = step.undo else { continue };
                if !recorded.state.has_effect() {
                    continue;
                }
                match require::check(self.held, &require).await {
                    Err(error) if error.is_violation() => {
                        let place = place(migration, phase, recorded.ordinal);
                        return Err(error.at(place));
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    }

    async fn undo_one(&mut self, migration: &'static Migration) -> Result<(), Error> {
        for switched in self.chosen(migration.switches).into_iter().rev() {
            self.switch_back(switched).await?;
        }
        self.switch_back(migration).await?;
        if self.ledger.state(migration.id) == State::Pending {
            return Ok(());
        }
        self.become_state(migration, State::Undoing).await?;
        self.back(migration, Phase::Migrate).await?;
        self.back(migration, Phase::Expand).await?;
        self.become_state(migration, State::Pending).await
    }

    async fn switch_back(&mut self, migration: &'static Migration) -> Result<(), Error> {
        if matches!(self.ledger.state(migration.id), State::Switching | State::Switched) {
            self.become_state(migration, State::Switching).await?;
            self.back(migration, Phase::Switch).await?;
            self.become_state(migration, State::Migrated).await?;
        }
        Ok(())
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
        self.walk(migration, phase, Way::Back, steps).await?;
        self.ledger.forget_effects(migration, phase);
        Ok(())
    }
}

/// The steps of a switch that no run has got to, behind a swap that one has: a change swaps once, and
/// what follows is there for the way back, which needs it.
fn behind_a_swap(migration: &Migration, phase: Phase, steps: &Steps) -> Vec<usize> {
    let mut needed = Vec::new();
    if phase != Phase::Switch {
        return needed;
    }
    let mut states = steps.iter().map(|(_, recorded)| (recorded.ordinal, recorded.state));
    for change in migration.changes {
        let mut swapped = false;
        for step in change.steps.iter().filter(|step| step.phase == phase) {
            let Some((ordinal, state)) = states.next() else { return needed };
            if swapped && state == StepState::Planned {
                needed.push(ordinal);
            }
            let is_swap =
                matches!(step.work, Work::Transaction(statements) if !statements.is_empty());
            swapped |= is_swap && state.has_effect();
        }
    }
    needed
}

fn place(migration: &Migration, phase: Phase, step: usize) -> Place {
    let steps = migration.steps(phase).count();
    Place { migration: migration.id.to_owned(), phase, undone: true, step, steps }
}
