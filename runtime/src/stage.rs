//! The phase that is under way: what every kind of step works with.

use std::time::Duration;

use crate::error::Place;
use crate::hold::Hold;
use crate::lock::Held;
use crate::report::{PhaseReport, Progress};
use crate::settings::Settings;
use crate::throttle::Brake;

/// The session, how to use it, and the account of what was done.
pub(crate) struct Stage<'r, 's> {
    pub(crate) held: &'r mut Held<'s>,
    pub(crate) settings: &'r Settings,
    pub(crate) tally: &'r mut PhaseReport,
    pub(crate) brake: &'r mut Brake,
    pub(crate) step: usize,
    pub(crate) steps: usize,
    pub(crate) mark: Mark,
    pub(crate) hold: Option<Hold>,
}

/// How far the step is; nothing of it for a step that has nothing to count.
#[derive(Debug, Default)]
pub(crate) struct Mark {
    pub(crate) table: Option<String>,
    pub(crate) rows: u64,
    pub(crate) done_blocks: u64,
    pub(crate) total_blocks: u64,
    pub(crate) rate: f64,
    pub(crate) eta: Option<Duration>,
}

impl<'r, 's> Stage<'r, 's> {
    pub(crate) fn new(
        held: &'r mut Held<'s>,
        settings: &'r Settings,
        tally: &'r mut PhaseReport,
        brake: &'r mut Brake,
        (step, steps): (usize, usize),
    ) -> Stage<'r, 's> {
        Stage { held, settings, tally, brake, step, steps, mark: Mark::default(), hold: None }
    }
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

    /// Reports how far the step is, and what holds it.
    pub(crate) fn tell(&self) {
        let Some(call) = &self.settings.on_progress else { return };
        let Mark { table, rows, done_blocks, total_blocks, rate, eta } = &self.mark;
        call(&Progress {
            migration: &self.tally.migration,
            phase: self.tally.phase,
            step: self.step,
            steps: self.steps,
            table: table.as_deref(),
            rows: *rows,
            done_blocks: *done_blocks,
            total_blocks: *total_blocks,
            rate: *rate,
            eta: *eta,
            held_by: self.hold.as_ref().map(|hold| hold.reason.as_str()),
        });
    }
}
