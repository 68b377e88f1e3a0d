//! The events in the trace. Their names and fields are documented in `docs/events.md`.

use tracing::Level;

use crate::settings::told::event::{Event, StepPlace};

/// One event. A name has to be written where the event is: it is a constant of that place.
macro_rules! told {
    ($name:literal, $level:expr, $app:ident, { $($fields:tt)* }, $message:literal) => {
        tracing::event!(
            name: $name, target: "changeover::lifecycle", $level, app = $app, $($fields)* $message
        )
    };
    ($name:literal, $level:expr, $app:ident, $at:ident, { $($fields:tt)* }, $message:literal) => {{
        let StepPlace { migration, phase, undone, step, steps } = *$at;
        told!($name, $level, $app, {
            migration, %phase, undone, step, steps, $($fields)*
        }, $message)
    }};
}

pub(super) fn write(app: &str, event: &Event<'_>) {
    match event {
        Event::RunStarted { .. }
        | Event::RunFinished { .. }
        | Event::RunFailed { .. }
        | Event::RunReconnects { .. } => of_run(app, event),
        Event::PhaseStarted { .. } | Event::PhaseFinished { .. } | Event::GateHeld { .. } => {
            of_phase(app, event);
        }
        _ => of_step(app, event),
    }
}

fn of_run(app: &str, event: &Event<'_>) {
    match *event {
        Event::RunStarted { goal } => {
            told!("changeover.run.started", Level::INFO, app, { goal, }, "the run starts");
        }
        Event::RunFinished { goal, report, took } => {
            let (phases, waiting) = (report.phases.len(), report.waiting.len());
            told!(
                "changeover.run.finished", Level::INFO, app,
                { goal, phases, waiting, ?took, }, "the run is done"
            );
        }
        Event::RunFailed { goal, error, took } => {
            let kind = error.kind();
            told!(
                "changeover.run.failed", Level::ERROR, app,
                { goal, ?kind, %error, ?took, }, "the run failed"
            );
        }
        Event::RunReconnects { goal, error, left } => {
            told!(
                "changeover.run.reconnects", Level::WARN, app,
                { goal, %error, ?left, }, "the session is gone, will try to go on"
            );
        }
        _ => {}
    }
}

fn of_phase(app: &str, event: &Event<'_>) {
    match *event {
        Event::PhaseStarted { migration, phase, undone, steps } => told!(
            "changeover.phase.started", Level::INFO, app,
            { migration, %phase, undone, steps, }, "the phase starts"
        ),
        Event::PhaseFinished { report } => {
            let (migration, phase, undone) = (&*report.migration, report.phase, report.undone);
            let (steps, rows, took) = (report.steps, report.rows, report.duration);
            let (longest_lock, waited) = (report.longest_lock, report.waited);
            told!(
                "changeover.phase.finished", Level::INFO, app,
                { migration, %phase, undone, steps, rows, ?took, ?longest_lock, ?waited, },
                "the phase is done"
            );
        }
        Event::GateHeld { migration, phase, by } => {
            let held_by = by.join("; ");
            told!(
                "changeover.gate.held", Level::DEBUG, app,
                { migration, %phase, held_by, }, "the gate is held"
            );
        }
        _ => {}
    }
}

fn of_step(app: &str, event: &Event<'_>) {
    match event {
        Event::StepStarted { at, why } => {
            told!("changeover.step.started", Level::INFO, app, at, { why, }, "the step starts");
        }
        Event::StepDone { at, took, rows } => {
            told!("changeover.step.done", Level::INFO, app, at, { rows, ?took, }, "the step is done");
        }
        Event::StepFailed { at, error } => {
            let kind = error.kind();
            told!(
                "changeover.step.failed", Level::WARN, app, at,
                { ?kind, %error, }, "the step failed"
            );
        }
        Event::StepHeld { at, by } => {
            told!("changeover.step.held", Level::INFO, app, at, { held_by = by, }, "held");
        }
        Event::StepResumed { at, waited } => {
            told!("changeover.step.resumed", Level::INFO, app, at, { ?waited, }, "goes on");
        }
        Event::StepRetried { at, pause } => {
            told!(
                "changeover.step.retried", Level::DEBUG, app, at,
                { ?pause, }, "gave way, will try again"
            );
        }
        _ => {}
    }
}
