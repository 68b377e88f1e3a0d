//! The phase that is under way: what every kind of step works with.

use std::time::{Duration, Instant};

use super::brake::Brake;
use crate::lock::RunSession;
use crate::outcome::error::{Error, Place};
use crate::outcome::report::{PhaseReport, Progress};
use crate::settings::Settings;
use crate::settings::load::Limit;
use crate::settings::told::event::StepPlace;

/// The session, how to use it, and the account of what was done.
pub(crate) struct StepContext<'r, 's> {
    pub(crate) session: &'r mut RunSession<'s>,
    pub(crate) settings: &'r Settings,
    pub(crate) tally: &'r mut PhaseReport,
    pub(crate) brake: &'r mut Brake,
    pub(crate) step: usize,
    pub(crate) steps: usize,
    pub(crate) position: Position,
    /// The table or partition that is being filled.
    pub(super) fills: Option<u32>,
    pub(crate) hold: Option<Hold>,
    /// What is to be written before the step begins, or waits for anything.
    pub(crate) opening: Vec<String>,
    /// Where the time of the step has gone.
    pub(crate) spent: Spent,
    /// Whether an undo may drop tables with their rows.
    pub(crate) with_rows: bool,
    /// Whether it stops between two batches where another run waits for it.
    pub(crate) gives_way: bool,
    /// For how long a transaction tries to get its locks.
    pub(crate) patience: Duration,
}

/// How far the step is; nothing of it for a step that has nothing to count.
#[derive(Debug, Default)]
pub(crate) struct Position {
    pub(crate) table: Option<String>,
    pub(crate) rows: u64,
    pub(crate) done_blocks: u64,
    pub(crate) total_blocks: u64,
    pub(crate) rate: f64,
    pub(crate) eta: Option<Duration>,
}

/// Where the time of a step has gone that it did not work.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Spent {
    /// Waiting for other sessions' locks.
    pub(crate) locks: Duration,
    /// Held by whoever paused it, or by the load.
    pub(crate) held: Duration,
    pub(crate) rested: Duration,
}

/// What a step waits for.
#[derive(Debug)]
pub(crate) struct Hold {
    /// Whether that is other sessions' locks.
    pub(super) by_locks: bool,
    pub(crate) reason: String,
    pub(super) since: Instant,
    pub(super) said: Instant,
}

impl<'r, 's> StepContext<'r, 's> {
    pub(crate) fn new(
        session: &'r mut RunSession<'s>,
        settings: &'r Settings,
        tally: &'r mut PhaseReport,
        brake: &'r mut Brake,
        (step, steps): (usize, usize),
    ) -> StepContext<'r, 's> {
        let position = Position::default();
        StepContext {
            session,
            settings,
            tally,
            brake,
            step,
            steps,
            position,
            fills: None,
            hold: None,
            opening: Vec::new(),
            spent: Spent::default(),
            with_rows: false,
            gives_way: false,
            patience: settings.deadline,
        }
    }
}

impl StepContext<'_, '_> {
    pub(crate) fn place(&self) -> Place {
        Place {
            migration: self.tally.migration.clone(),
            phase: self.tally.phase,
            undone: self.tally.undone,
            step: self.step,
            steps: self.steps,
        }
    }

    /// The same for an event.
    pub(crate) fn at(&self) -> StepPlace<'_> {
        let PhaseReport { migration, phase, undone, .. } = &*self.tally;
        let (step, steps) = (self.step, self.steps);
        StepPlace { migration, phase: *phase, undone: *undone, step, steps }
    }

    /// Writes what is to be written before the step.
    pub(crate) async fn open(&mut self) -> Result<(), Error> {
        let opening = std::mem::take(&mut self.opening);
        if opening.is_empty() {
            return Ok(());
        }
        let statements: Vec<&str> = opening.iter().map(String::as_str).collect();
        self.session.in_transaction(&statements).await.map(drop)
    }

    /// Shows operators which step it is that waits.
    pub(super) async fn announce(&mut self) -> Result<(), Error> {
        let place = self.at().to_string();
        let announced = self.session.announcing(&place);
        self.session.query(&format!("select {announced}")).await.map(drop)
    }

    /// Goes on to a table or a partition. A look at the server from before knows nothing of its vacuums.
    pub(crate) fn fill(&mut self, table: u32) {
        self.fills = Some(table);
        let (throttle, vacuums) = (&self.settings.throttle, Limit::Vacuums(0));
        if throttle.minds(vacuums) || self.brake.set.has(vacuums) {
            self.brake.looked = None;
        }
    }

    /// The time that a batch should take, as it was set when the run last looked.
    pub(crate) fn batch_time(&self) -> Duration {
        self.brake.set.batch_time.unwrap_or(self.settings.batch_time)
    }

    /// How many sessions may fill rows at once, as it was set when the run last looked: the nearer the
    /// load is to a limit, the fewer.
    pub(crate) fn workers(&self) -> u32 {
        let wanted = self.brake.set.workers.unwrap_or(self.settings.workers);
        self.brake.pressure.shed(wanted)
    }

    /// Reports how far the step is, and what holds it.
    pub(crate) fn tell(&self) {
        let Some(call) = &self.settings.on_progress else { return };
        let Position { table, rows, done_blocks, total_blocks, rate, eta } = &self.position;
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
