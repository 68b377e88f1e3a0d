//! What happens in a run.

use std::fmt;
use std::time::Duration;

use crate::migration::Phase;
use crate::outcome::error::Error;
use crate::outcome::report::{PhaseReport, Report};

/// Something that happened in a run, given to [`Builder::on_event`](crate::Builder::on_event) when
/// it happens, and written to the trace under the same name. How far a backfill is, is
/// [`Progress`](crate::Progress).
///
/// A run that an instance tries in the background, whose goal is `finish`, has no start, and no end
/// where it found nothing to do.
///
/// ```
/// use changeover::{Changeover, Event};
/// # mod m0001_users { changeover::migration! { create_table!(users { id: bigint primary_key }); } }
/// # changeover::migrations! { static MIGRATIONS = [m0001_users]; }
/// # fn main() {
/// let builder = Changeover::builder(&MIGRATIONS).on_event(|event| match event {
///     Event::StepHeld { at, by } => println!("{} is held: {by}", at.migration),
///     Event::RunFailed { error, .. } => println!("call somebody: {error}"),
///     other => println!("{}", other.name()),
/// });
/// # drop(builder);
/// # }
/// ```
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A run begins: it has the lock of the history, or has found that there is nothing to do.
    RunStarted {
        /// What was called: `migrate`, `contract`, `undo`, …
        goal: &'a str,
    },
    /// A run did what it could.
    RunFinished {
        /// What was called.
        goal: &'a str,
        /// What it did, and what waits for a gate.
        report: &'a Report,
        /// How long it took, the wait for the lock of the history included.
        took: Duration,
    },
    /// A run stopped with an error; the next one goes on where it was.
    RunFailed {
        /// What was called.
        goal: &'a str,
        /// Why it stopped.
        error: &'a Error,
        /// How long it took.
        took: Duration,
    },
    /// A run lost its session, or does not get another one yet, and is going to try again; see
    /// [`Builder::reconnect_within`](crate::Builder::reconnect_within).
    RunReconnects {
        /// What was called.
        goal: &'a str,
        /// What became of the session.
        error: &'a Error,
        /// For how long it goes on trying.
        left: Duration,
    },
    /// A phase of a migration begins, or goes on where an earlier run was.
    PhaseStarted {
        /// The migration's id.
        migration: &'a str,
        /// The phase.
        phase: Phase,
        /// Whether it is taken back.
        undone: bool,
        /// The steps that are left of it.
        steps: usize,
    },
    /// A phase is done.
    PhaseFinished {
        /// What was done in it, in this run.
        report: &'a PhaseReport,
    },
    /// A step begins; it may be held before it does anything.
    StepStarted {
        /// Which one.
        at: StepPlace<'a>,
        /// What it is for, as the plan says it.
        why: &'a str,
    },
    /// A step is done.
    StepDone {
        /// Which one.
        at: StepPlace<'a>,
        /// How long it took, waits included.
        took: Duration,
        /// The rows that it filled.
        rows: u64,
    },
    /// A step failed, and with it the run.
    StepFailed {
        /// Which one.
        at: StepPlace<'a>,
        /// Why.
        error: &'a Error,
    },
    /// A step waits: for whoever paused the run, the load, a session that has a lock, or what was
    /// found before the phase. Told again every 15 s while it lasts.
    StepHeld {
        /// Which one.
        at: StepPlace<'a>,
        /// What it waits for.
        by: &'a str,
    },
    /// A step that was held goes on, or gives up.
    StepResumed {
        /// Which one.
        at: StepPlace<'a>,
        /// For how long it was held.
        waited: Duration,
    },
    /// A step gave way to other sessions, and is going to be tried again.
    StepRetried {
        /// Which one.
        at: StepPlace<'a>,
        /// The pause before the next try.
        pause: Duration,
    },
    /// A switch or a contract was not run.
    GateHeld {
        /// The migration whose phase it is.
        migration: &'a str,
        /// The phase.
        phase: Phase,
        /// What holds it, a clause each.
        by: &'a [String],
    },
}

/// A step of a run.
///
/// ```
/// use changeover::StepPlace;
///
/// fn line(at: &StepPlace<'_>) -> String {
///     format!("{} {} {}/{}", at.migration, at.phase, at.step, at.steps)
/// }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct StepPlace<'a> {
    /// The migration's id.
    pub migration: &'a str,
    /// The phase.
    pub phase: Phase,
    /// Whether it is taken back.
    pub undone: bool,
    /// The step, counted from 1.
    pub step: usize,
    /// The steps of the phase.
    pub steps: usize,
}

impl fmt::Display for StepPlace<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let StepPlace { migration, phase, undone, step, steps } = self;
        let undo = if *undone { "undo of " } else { "" };
        write!(f, "{migration} {undo}{phase} {step}/{steps}")
    }
}

impl Event<'_> {
    /// Its name, which stays the same from release to release, and is the name of the event in the
    /// trace, whose target is `changeover::lifecycle`.
    pub fn name(&self) -> &'static str {
        match self {
            Event::RunStarted { .. } => "changeover.run.started",
            Event::RunFinished { .. } => "changeover.run.finished",
            Event::RunFailed { .. } => "changeover.run.failed",
            Event::RunReconnects { .. } => "changeover.run.reconnects",
            Event::PhaseStarted { .. } => "changeover.phase.started",
            Event::PhaseFinished { .. } => "changeover.phase.finished",
            Event::StepStarted { .. } => "changeover.step.started",
            Event::StepDone { .. } => "changeover.step.done",
            Event::StepFailed { .. } => "changeover.step.failed",
            Event::StepHeld { .. } => "changeover.step.held",
            Event::StepResumed { .. } => "changeover.step.resumed",
            Event::StepRetried { .. } => "changeover.step.retried",
            Event::GateHeld { .. } => "changeover.gate.held",
        }
    }
}
