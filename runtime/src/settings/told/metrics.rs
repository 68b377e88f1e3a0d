//! The events in numbers, for whichever recorder the service has installed. Names and labels are
//! documented in `docs/events.md`.

use metrics::{counter, histogram};

use crate::settings::told::event::{Event, StepPlace};

pub(super) fn count(app: &str, event: &Event<'_>) {
    let app = app.to_owned();
    match event {
        Event::RunFinished { goal, .. } => run(app, goal, "finished"),
        Event::RunFailed { goal, .. } => run(app, goal, "failed"),
        Event::PhaseFinished { report } => {
            let phase = report.phase.to_string();
            histogram!("changeover_longest_lock_seconds", "app" => app, "phase" => phase)
                .record(report.longest_lock);
        }
        Event::StepDone { at, took, rows } => {
            let phase = at.phase.to_string();
            histogram!("changeover_step_seconds", "app" => app.clone(), "phase" => phase)
                .record(*took);
            counter!("changeover_rows_filled_total", "app" => app.clone()).increment(*rows);
            step(app, at, "done");
        }
        Event::StepFailed { at, .. } => step(app, at, "failed"),
        Event::StepResumed { waited, .. } => {
            histogram!("changeover_held_seconds", "app" => app).record(*waited);
        }
        Event::StepRetried { .. } => {
            counter!("changeover_retries_total", "app" => app).increment(1);
        }
        _ => {}
    }
}

fn run(app: String, goal: &str, outcome: &'static str) {
    let goal = goal.to_owned();
    counter!("changeover_runs_total", "app" => app, "goal" => goal, "outcome" => outcome)
        .increment(1);
}

fn step(app: String, at: &StepPlace<'_>, outcome: &'static str) {
    let phase = at.phase.to_string();
    counter!("changeover_steps_total", "app" => app, "phase" => phase, "outcome" => outcome)
        .increment(1);
}
