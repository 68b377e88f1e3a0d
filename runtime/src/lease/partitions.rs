//! Partitions that an instance lets come and go by the rules of its history.

use std::collections::BTreeSet;
use std::time::Duration;

use tokio::time::Instant;

use crate::changeover::Changeover;
use crate::changeover::looks::partitions::keeps;
use crate::migration::Migrations;
use crate::outcome::error::{Error, ErrorKind};
use crate::outcome::report::Report;
use crate::session::jitter::jittered;
use crate::settings::Settings;

/// Between two looks of one instance.
const EVERY: Duration = Duration::from_mins(5);

/// So often that is doubled while something is in the way: to five hours.
const MOST_DOUBLED: u32 = 6;

/// After the lease was taken, so that instances which start together do not all come at once.
const FIRST: Duration = Duration::from_secs(1);

/// When an instance looks at partitions, and what it has said of them.
pub(super) struct Partitions {
    /// None where the history has no rule.
    next: Option<Instant>,
    failures: u32,
    /// What is in the way is said once while it lasts.
    told: BTreeSet<String>,
}

impl Partitions {
    pub(super) fn of(history: &Migrations, settings: &Settings) -> Partitions {
        let keeps = settings.leases.keeps_partitions && keeps(history);
        let next = keeps.then(|| Instant::now() + jittered(FIRST));
        Partitions { next, failures: 0, told: BTreeSet::new() }
    }

    /// Lets them come and go where it is time to look again.
    pub(super) async fn keep(&mut self, start: impl Future<Output = Result<Changeover, Error>>) {
        if self.next.is_none_or(|next| next > Instant::now()) {
            return;
        }
        let outcome = match start.await {
            Ok(mut changeover) => changeover.keep_partitions().await,
            Err(error) => Err(error),
        };
        let is_kept = self.tell(outcome);
        self.failures = if is_kept { 0 } else { MOST_DOUBLED.min(self.failures + 1) };
        self.next = Some(Instant::now() + jittered(EVERY * 2_u32.pow(self.failures)));
    }

    /// Tells what there is to be told; whether nothing is in the way.
    fn tell(&mut self, outcome: Result<Report, Error>) -> bool {
        let is_others = |error: &Error| {
            use ErrorKind::{AlreadyRunning, Interrupted, TooOld};
            matches!(error.kind(), AlreadyRunning | Interrupted | TooOld)
        };
        let in_the_way: BTreeSet<String> = match outcome {
            Ok(report) => report.findings.iter().map(ToString::to_string).collect(),
            // They look, too.
            Err(error) if is_others(&error) => return true,
            Err(error) => [error.to_string()].into(),
        };
        for news in in_the_way.difference(&self.told) {
            tracing::warn!("cannot keep partitions: {news}");
        }
        self.told = in_the_way;
        self.told.is_empty()
    }
}
