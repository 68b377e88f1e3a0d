//! One try of a run, under the lock of its history.

use std::time::Duration;

use super::story::{Goal, story};
use crate::lock::{Locked, Session};
use crate::migration::Migrations;
use crate::outcome::error::{Error, ErrorKind};
use crate::outcome::report::Report;
use crate::record::store;
use crate::settings::Settings;
use crate::settings::told::event::Event;

/// One try, under the lock of the history.
pub(super) async fn once(
    history: &Migrations,
    settings: &Settings,
    session: &mut Session,
    (report, is_told): (&mut Report, &mut bool),
    goal: &Goal,
    patience: Duration,
) -> Result<(), Error> {
    let (locked, lock) = session.lock(settings, patience).await?;
    if std::mem::take(is_told) {
        settings.tell(&Event::RunStarted { goal: goal.name() });
    }
    let outcome = carry_out(history, settings, locked, report, goal).await;
    lock.release(session, outcome).await
}

/// In the background there is nothing to tell where somebody else is at work, or nothing was to do.
pub(super) fn tell_of_end(
    settings: &Settings,
    goal: &str,
    is_told: bool,
    outcome: &Result<Report, Error>,
    took: Duration,
) {
    match outcome {
        Ok(report) if is_told || !report.phases.is_empty() || !report.partitions.is_empty() => {
            settings.tell(&Event::RunFinished { goal, report, took });
        }
        Err(error) if is_told || !gives_way(error) => {
            settings.tell(&Event::RunFailed { goal, error, took });
        }
        _ => {}
    }
}

/// Tells whether somebody else is at work, or waits to be.
fn gives_way(error: &Error) -> bool {
    error.is_already_running() || error.kind() == ErrorKind::Interrupted
}

async fn carry_out(
    history: &Migrations,
    settings: &Settings,
    mut session: Locked<'_>,
    report: &mut Report,
    goal: &Goal,
) -> Result<(), Error> {
    store::prepare(&mut session, settings).await?;
    let mut session = session.take_number(settings).await?;
    match story(history, settings, &mut session, report, goal).await {
        Err(error) => Err(session.explain(error).await),
        done => done,
    }
}
