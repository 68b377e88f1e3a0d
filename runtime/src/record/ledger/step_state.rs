//! How far a step is, and the one table of what it may become.

use crate::outcome::error::Error;

/// How far a step is. `Passed` is for what only looks, so that there is nothing of it. `Intended` and
/// `Undoing` are for what cannot be done in one transaction: there the truth is in the catalogs, or
/// in the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StepState {
    Planned,
    Intended,
    Passed,
    Done,
    Undoing,
    Undone,
}

impl StepState {
    pub(crate) const ALL: [StepState; 6] = [
        StepState::Planned,
        StepState::Intended,
        StepState::Passed,
        StepState::Done,
        StepState::Undoing,
        StepState::Undone,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            StepState::Planned => "planned",
            StepState::Intended => "intended",
            StepState::Passed => "passed",
            StepState::Done => "done",
            StepState::Undoing => "undoing",
            StepState::Undone => "undone",
        }
    }

    pub(super) fn parse(name: &str) -> Option<StepState> {
        StepState::ALL.into_iter().find(|known| known.name() == name)
    }

    /// Tells whether a run forward has nothing more to do for the step.
    pub(crate) fn is_behind(self) -> bool {
        matches!(self, StepState::Passed | StepState::Done)
    }

    /// Tells whether the database may hold something of the step.
    pub(crate) fn has_effect(self) -> bool {
        matches!(self, StepState::Intended | StepState::Done | StepState::Undoing)
    }
}

/// Which way a step goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Forward,
    Back,
}

/// What is recorded of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Event {
    /// It is about to be done where that cannot be part of the transaction that records it.
    Intended(Direction),
    /// What it does has been done, or taken back.
    Finished(Direction),
    /// It looked, which leaves nothing in the database.
    Looked(Direction),
    /// What was intended has left nothing, so that it may still be edited.
    CameToNothing,
}

use Direction::{Back, Forward};
use Event::{CameToNothing, Finished, Intended, Looked};

/// Any of these states comes to this one by the event; everything else is refused.
const TRANSITIONS: [(&[StepState], Event, StepState); 7] = [
    (NOT_BEHIND, Intended(Forward), StepState::Intended),
    (NOT_BEHIND, Finished(Forward), StepState::Done),
    (NOT_BEHIND, Looked(Forward), StepState::Passed),
    (&[StepState::Intended], CameToNothing, StepState::Planned),
    (&StepState::ALL, Intended(Back), StepState::Undoing),
    (&StepState::ALL, Finished(Back), StepState::Undone),
    (&StepState::ALL, Looked(Back), StepState::Undone),
];

/// Forward, a step is run that no run has ended, or that was taken back.
const NOT_BEHIND: &[StepState] =
    &[StepState::Planned, StepState::Intended, StepState::Undoing, StepState::Undone];

impl StepState {
    /// The state after an event.
    pub(crate) fn after(self, event: Event) -> Result<StepState, Error> {
        let transition =
            TRANSITIONS.iter().find(|(from, on, _)| *on == event && from.contains(&self));
        transition.map(|(_, _, to)| *to).ok_or_else(|| {
            Error::corrupt(format!("a step that is {} cannot come to be {event:?}", self.name()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENTS: [Event; 7] = [
        Intended(Forward),
        Finished(Forward),
        Looked(Forward),
        CameToNothing,
        Intended(Back),
        Finished(Back),
        Looked(Back),
    ];

    #[test]
    fn every_event_is_once_in_the_table() {
        for event in EVENTS {
            assert_eq!(
                TRANSITIONS.iter().filter(|(_, on, _)| *on == event).count(),
                1,
                "{event:?}"
            );
        }
    }

    #[test]
    fn what_is_done_is_not_done_again_and_can_be_taken_back() {
        for state in StepState::ALL {
            for event in [Intended(Forward), Finished(Forward), Looked(Forward)] {
                assert_eq!(state.after(event).is_err(), state.is_behind(), "{state:?}, {event:?}");
            }
            assert!(
                state.after(Finished(Back)).is_ok_and(|state| !state.has_effect()),
                "{state:?}"
            );
        }
        let nothing = |state: &StepState| state.after(CameToNothing).is_ok();
        let allowed: Vec<StepState> = StepState::ALL.into_iter().filter(nothing).collect();
        assert_eq!(allowed, [StepState::Intended]);
    }
}
