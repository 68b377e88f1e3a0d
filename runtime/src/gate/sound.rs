//! Does the record make sense in itself? What a run writes does; a hand may have been there.

use crate::error::{Error, RESTORE};
use crate::ledger::{Recorded, StepState};
use crate::migration::Phase;
use crate::status::State;

/// A phase of which something has run has all its steps, and one that is over has done them all:
/// the contract of a migration whose backfill was skipped would drop what nobody has copied.
pub(super) fn check(recorded: &Recorded) -> Result<(), Error> {
    for phase in Phase::ALL {
        let over = is_complete(phase, recorded.state);
        if !over && recorded.last_effect(phase) == 0 {
            continue;
        }
        let Recorded { id, state, .. } = recorded;
        for (ordinal, step) in (1..).zip(recorded.phase(phase)) {
            if step.ordinal != ordinal {
                return Err(Error::corrupt(format!(
                    "step {ordinal} of {phase} of `{id}` is not recorded, and step {} is\n{RESTORE}",
                    step.ordinal
                )));
            }
            if over && step.state != StepState::Done {
                return Err(Error::corrupt(format!(
                    "`{id}` is {state}, and step {ordinal} of its {phase} is {}\n{RESTORE}",
                    step.state.name()
                )));
            }
        }
    }
    Ok(())
}

fn is_complete(phase: Phase, state: State) -> bool {
    let end = match phase {
        Phase::Expand | Phase::Migrate => State::Migrated,
        Phase::Switch => State::Switched,
        Phase::Contract => State::Contracted,
    };
    (end..=State::Contracted).contains(&state)
}
