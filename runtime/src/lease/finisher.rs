//! The task that finishes what is open: one of the instances does it, and the others see it done.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::news::News;
use crate::changeover::Changeover;
use crate::migration::Migrations;
use crate::outcome::error::{Error, ErrorKind};
use crate::outcome::report::Report;
use crate::outcome::status::State;
use crate::session::connect::Connect;
use crate::session::jitter::jittered;
use crate::settings::{Gate, Settings};

/// After news, so that the instances do not all come at once.
const SOON: Duration = Duration::from_millis(200);

/// So often the time until the next try is doubled after a failure: to five minutes.
const MOST_DOUBLED: u32 = 4;

/// Where nothing is heard: a lease that ends because its process died tells nobody.
const LATER: Duration = Duration::from_secs(20);

pub(super) async fn run(
    history: Migrations,
    settings: Arc<Settings>,
    connector: Arc<dyn Connect>,
    mut news: watch::Receiver<News>,
) {
    let mut failures = 0;
    loop {
        let is_open = match &*news.borrow_and_update() {
            News::States(states) => {
                let asks = settings.leases.gate != Gate::Manual;
                is_open(&history, asks, |id| states.state(id))
            }
            News::Lost(_) => return,
        };
        let pause = jittered(LATER.min(settings.leases.time));
        if is_open {
            tokio::time::sleep(jittered(SOON)).await;
            if has_failed(finish(history, settings.clone(), connector.clone()).await) {
                // News of our own try would bring the next one at once, and its locks; and what fails
                // again and again may read a whole table each time.
                tokio::time::sleep(pause * 2_u32.pow(failures)).await;
                failures = MOST_DOUBLED.min(failures + 1);
                continue;
            }
            failures = 0;
        }
        if let Ok(Err(_)) = tokio::time::timeout(pause, news.changed()).await {
            return;
        }
    }
}

/// Tells of a try what there is to be told; whether it failed.
fn has_failed(outcome: Result<Report, Error>) -> bool {
    match outcome {
        Ok(report) if report.phases.is_empty() => tracing::debug!(%report, "waits"),
        Ok(report) => tracing::info!(%report, "finished what was open"),
        Err(error) if error.is_already_running() || error.kind() == ErrorKind::Interrupted => {
            tracing::debug!(%error, "waits");
        }
        Err(error) => {
            tracing::warn!(%error, "could not finish what is open, will try again");
            return true;
        }
    }
    false
}

/// One try, on a session of its own.
async fn finish(
    history: Migrations,
    settings: Arc<Settings>,
    connector: Arc<dyn Connect>,
) -> Result<Report, Error> {
    let connected = connector.connect().await;
    let executor = connected.map_err(|error| Error::connect(&error))?;
    Changeover::start(history, settings, executor, Some(connector)).finish().await
}

/// Tells whether a migration is begun and not done, or declares what has not run and may.
fn is_open(history: &Migrations, asks: bool, state: impl Fn(&str) -> State) -> bool {
    history.migrations.iter().any(|migration| match state(migration.id) {
        State::Pending | State::Undoing => false,
        State::Migrated if migration.has_background() => true,
        State::Migrated | State::Completed | State::Switched | State::Contracted => {
            let switches = migration.switches.iter().any(|id| state(id) < State::Switched);
            let contracts = migration.contracts.iter().any(|id| state(id) < State::Contracted);
            asks && (switches || contracts)
        }
        _ => true,
    })
}
