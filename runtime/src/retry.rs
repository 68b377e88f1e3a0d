//! The ladder of tries that DDL climbs until it has its locks.

use std::time::{Duration, Instant};

use crate::blockers::Sample;
use crate::error::{Error, Kind};
use crate::jitter::jittered;
use crate::lock::Held;
use crate::migration::TableLock;
use crate::settings::Settings;
use crate::stage::Stage;

const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// The tries of one step.
pub(crate) struct Ladder<'a> {
    settings: &'a Settings,
    wait: Duration,
    locks: Vec<TableLock>,
    started: Instant,
    tries: u32,
    sample: Sample,
}

impl<'a> Ladder<'a> {
    /// For tries that may each wait for so long.
    pub(crate) fn new(settings: &'a Settings, wait: Duration, locks: Vec<TableLock>) -> Ladder<'a> {
        let started = Instant::now();
        Ladder { settings, wait, locks, started, tries: 0, sample: Sample::default() }
    }

    /// After a try that failed: gives the error back unless it may be tried again, and pauses so
    /// that whoever queued behind us gets through.
    pub(crate) async fn climb(&mut self, held: &mut Held<'_>, error: Error) -> Result<(), Error> {
        let pause = self.fallen(held, error).await?;
        tokio::time::sleep(pause).await;
        Ok(())
    }

    /// The same in a step, which says meanwhile who is in the way.
    pub(crate) async fn climb_on(
        &mut self,
        stage: &mut Stage<'_, '_>,
        error: Error,
    ) -> Result<(), Error> {
        stage.tally.retries += u32::from(error.gave_way());
        let pause = self.fallen(stage.held, error).await?;
        if let Some(reason) = self.sample.reason() {
            stage.hold(reason).await;
        }
        tokio::time::sleep(pause).await;
        Ok(())
    }

    /// How long to pause before the next try.
    async fn fallen(&mut self, held: &mut Held<'_>, error: Error) -> Result<Duration, Error> {
        if !error.gave_way() {
            return Err(error);
        }
        self.tries += 1;
        let sample = Sample::take(held, &self.locks).await;
        if !sample.is_empty() || self.sample.is_empty() {
            self.sample = sample;
        }
        let waited = self.started.elapsed();
        let left = self.settings.deadline.saturating_sub(waited);
        if left.is_zero() {
            let blockers = std::mem::take(&mut self.sample).into_culprits();
            return Err(Error::new(Kind::LockTimeout { waited, blockers }).caused_by(error));
        }
        let pause = self.pause().min(left);
        tracing::debug!(tries = self.tries, ?pause, "gave way, will try again");
        Ok(pause)
    }

    fn pause(&self) -> Duration {
        let growth = 1.3_f64.powi(self.tries.min(20).cast_signed());
        jittered((self.wait * 2).mul_f64(growth).min(LONGEST_PAUSE))
    }
}
