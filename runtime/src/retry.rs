//! The ladder of tries that DDL climbs until it has its locks.

use std::time::{Duration, Instant};

use crate::blockers::Sample;
use crate::builder::Settings;
use crate::error::{Error, Kind};
use crate::jitter::jittered;
use crate::lock::Held;
use crate::migration::TableLock;

/// So many short tries come before each one that is long enough to evict an autovacuum.
const SHORT_TRIES: u32 = 3;

/// By how much a long try outlasts `deadlock_timeout`: the time that a worker takes to stop.
const EVICTION: Duration = Duration::from_millis(200);

const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// The tries of one step.
pub(crate) struct Ladder<'a> {
    settings: &'a Settings,
    locks: Vec<TableLock>,
    started: Instant,
    tries: u32,
    since_long: u32,
    sample: Sample,
    vacuum_in_the_way: bool,
}

impl<'a> Ladder<'a> {
    pub(crate) fn new(settings: &'a Settings, locks: Vec<TableLock>) -> Ladder<'a> {
        Ladder {
            settings,
            locks,
            started: Instant::now(),
            tries: 0,
            since_long: 0,
            sample: Sample::default(),
            vacuum_in_the_way: false,
        }
    }

    /// How long the next try may wait for its locks. While it waits, clients queue behind it, so
    /// it is long only if that is known to be of use.
    pub(crate) fn timeout(&mut self, held: &Held<'_>) -> Duration {
        let (short, long) = (self.settings.lock_timeout, held.server.deadlock_timeout + EVICTION);
        let blocks = self.locks.iter().any(|lock| lock.mode.blocks_clients());
        if !blocks {
            return short.max(long);
        }
        if self.vacuum_in_the_way && self.since_long >= SHORT_TRIES {
            self.since_long = 0;
            return short.max(long);
        }
        short
    }

    /// After a try that failed: gives the error back unless it may be tried again, and pauses so
    /// that whoever queued behind us gets through.
    pub(crate) async fn climb(&mut self, held: &mut Held<'_>, error: Error) -> Result<(), Error> {
        if !error.gave_way() {
            return Err(error);
        }
        self.tries += 1;
        self.since_long += 1;
        let sample = Sample::take(held, &self.locks).await;
        self.vacuum_in_the_way = sample.only_vacuum_stays(&self.sample);
        if !sample.blockers.is_empty() || self.sample.blockers.is_empty() {
            self.sample = sample;
        }
        let pause = self.pause();
        let waited = self.started.elapsed();
        if waited + pause > self.settings.deadline {
            let blockers = std::mem::take(&mut self.sample.blockers);
            return Err(Error::new(Kind::LockTimeout { waited, blockers }).caused_by(error));
        }
        tracing::debug!(tries = self.tries, ?pause, "gave way, will try again");
        tokio::time::sleep(pause).await;
        Ok(())
    }

    fn pause(&self) -> Duration {
        let growth = 1.3_f64.powi(self.tries.min(20).cast_signed());
        jittered((self.settings.lock_timeout * 2).mul_f64(growth).min(LONGEST_PAUSE))
    }
}
