//! Does the record make sense in itself? What a run writes does; a hand may have been there.

use super::edited::fixed_steps;
use crate::error::{Error, RESTORE};
use crate::ledger::Recorded;
use crate::migration::Phase;

/// A phase has all its steps up to the last that has run, and one that is over has done them all:
/// the contract of a migration whose backfill was skipped would drop what nobody has copied.
pub(super) fn check(recorded: &Recorded) -> Result<(), Error> {
    let Recorded { id, state, .. } = recorded;
    for phase in Phase::ALL {
        let fixed = fixed_steps(recorded, phase);
        let steps = recorded.phase(phase);
        for (ordinal, step) in (1..=fixed.unwrap_or(usize::MAX)).zip(steps) {
            if step.ordinal != ordinal {
                return Err(Error::corrupt(format!(
                    "step {ordinal} of {phase} of `{id}` is not recorded, and step {} is\n{RESTORE}",
                    step.ordinal
                )));
            }
            if fixed.is_none() && !step.state.is_behind() {
                return Err(Error::corrupt(format!(
                    "`{id}` is {state}, and step {ordinal} of its {phase} is {}\n{RESTORE}",
                    step.state.name()
                )));
            }
        }
    }
    Ok(())
}
