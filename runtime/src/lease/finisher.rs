//! The task that finishes what is open: one of the instances does it, and the others see it done.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;

use super::keeper::Look;
use super::news::{News, States};
use super::partitions::Partitions;
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

/// So many instances may come in that time.
const AT_ONCE: u32 = 10;

/// Longer than that nobody waits after news, however many there are.
const SOON_AT_MOST: Duration = Duration::from_secs(5);

/// So often the time until the next try is doubled after a failure: to five minutes.
const MOST_DOUBLED: u32 = 4;

/// Where nothing is heard: a lease that ends because its process died tells nobody.
const LATER: Duration = Duration::from_secs(20);

/// What an instance finishes with.
pub(super) struct Finisher {
    pub(super) history: Migrations,
    pub(super) settings: Arc<Settings>,
    pub(super) connector: Arc<dyn Connect>,
    /// Where the keeper is asked to look at once.
    pub(super) ask: mpsc::Sender<Look>,
}

impl Finisher {
    pub(super) async fn run(self, mut news: watch::Receiver<News>) {
        let (mut failures, mut has_changed) = (0, true);
        let mut partitions = Partitions::of(&self.history, &self.settings);
        let every = LATER.min(self.settings.leases.time);
        loop {
            partitions.keep(self.start()).await;
            let heard = Instant::now();
            let pause = jittered(every);
            let open = match &*news.borrow_and_update() {
                News::States(states) => self.is_open(states).then(|| states.leases()),
                News::Lost(_) => return,
            };
            if has_changed && let Some(leases) = open {
                let crowd = SOON * (1 + leases / AT_ONCE);
                tokio::time::sleep(jittered(crowd.min(SOON_AT_MOST))).await;
            }
            // One asks for all: what it finds is so for the others, until something changes or so much
            // time is over that somebody may have died.
            let since = || if has_changed { heard.elapsed() } else { every / 2 };
            if open.is_some() && self.is_to_be_tried(&news, since).await {
                if has_failed(self.finish().await) {
                    // News of our own try would bring the next one at once, and its locks; and what
                    // fails again and again may read a whole table each time.
                    tokio::time::sleep(pause * 2_u32.pow(failures)).await;
                    failures = MOST_DOUBLED.min(failures + 1);
                    has_changed = true;
                    continue;
                }
                failures = 0;
            }
            match tokio::time::timeout(pause, news.changed()).await {
                Ok(Err(_)) => return,
                heard => has_changed = heard.is_ok(),
            }
        }
    }

    fn is_open(&self, states: &States) -> bool {
        let asks = self.settings.leases.gate != Gate::Manual;
        is_open(&self.history, asks, |id| states.state(id))
    }

    /// Tells whether nobody has asked for so long; where nobody is known to have, the keeper looks.
    async fn is_to_be_tried(
        &self,
        news: &watch::Receiver<News>,
        so_long: impl Fn() -> Duration,
    ) -> bool {
        let was_asked = || match &*news.borrow() {
            News::States(states) => states.asked_within(so_long()),
            News::Lost(_) => true,
        };
        if was_asked() {
            return false;
        }
        let (look, looked) = oneshot::channel();
        if self.ask.send(look).await.is_err() || looked.await.is_err() {
            // The keeper has trouble of its own, and the database with it.
            return false;
        }
        !was_asked()
    }

    /// One try, on a session of its own.
    async fn finish(&self) -> Result<Report, Error> {
        self.start().await?.finish().await
    }

    async fn start(&self) -> Result<Changeover, Error> {
        let connected = self.connector.connect().await;
        let executor = connected.map_err(|error| Error::connect(&error))?;
        let (settings, connector) = (self.settings.clone(), Some(self.connector.clone()));
        Ok(Changeover::start(self.history, settings, executor, connector))
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
