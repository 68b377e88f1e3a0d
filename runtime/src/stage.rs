//! The phase that is under way: what every kind of step works with.

use crate::error::Place;
use crate::lock::Held;
use crate::report::{PhaseReport, Progress};
use crate::settings::Settings;

/// The session, how to use it, and the account of what was done.
pub(crate) struct Stage<'r, 's> {
    pub(crate) held: &'r mut Held<'s>,
    pub(crate) settings: &'r Settings,
    pub(crate) tally: &'r mut PhaseReport,
    pub(crate) step: usize,
    pub(crate) steps: usize,
}

impl Stage<'_, '_> {
    pub(crate) fn place(&self) -> Place {
        Place {
            migration: self.tally.migration.clone(),
            phase: self.tally.phase,
            undone: self.tally.undone,
            step: self.step,
            steps: self.steps,
        }
    }

    /// The progress of a step that has nothing to count.
    pub(crate) fn progress(&self) -> Progress<'_> {
        Progress {
            migration: &self.tally.migration,
            phase: self.tally.phase,
            step: self.step,
            steps: self.steps,
            table: None,
            rows: 0,
            done_blocks: 0,
            total_blocks: 0,
            rate: 0.0,
            eta: None,
        }
    }

    pub(crate) fn tell(&self, progress: &Progress<'_>) {
        if let Some(call) = &self.settings.on_progress {
            call(progress);
        }
    }
}
