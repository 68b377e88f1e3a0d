//! The ladder of tries that is climbed until a lock is granted.

use std::time::{Duration, Instant};

use super::advisory::AdvisoryLock;
use super::holders::{blocker, of_tables};
use super::locked::Locked;
use crate::migration::TableLock;
use crate::outcome::error::{Blocker, Detail, Error};
use crate::session::jitter::jittered;
use crate::settings::Settings;

const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// The tries of one step.
pub(crate) struct Ladder<'a> {
    settings: &'a Settings,
    wait: Duration,
    sought: Sought,
    deadline: Duration,
    started: Instant,
    tries: u32,
    sample: Sample,
}

impl<'a> Ladder<'a> {
    /// For tries that may each wait for so long.
    pub(crate) fn new(settings: &'a Settings, wait: Duration, locks: Vec<TableLock>) -> Ladder<'a> {
        Ladder::behind(settings, wait, Sought::Tables(locks))
    }

    /// The same where an advisory lock is waited for.
    pub(crate) fn of_advisory(settings: &'a Settings, lock: AdvisoryLock) -> Ladder<'a> {
        Ladder::behind(settings, settings.lock_timeout, Sought::Advisory(lock))
    }

    fn behind(settings: &'a Settings, wait: Duration, sought: Sought) -> Ladder<'a> {
        let (deadline, started) = (settings.deadline, Instant::now());
        Ladder { settings, wait, sought, deadline, started, tries: 0, sample: Sample::default() }
    }

    /// Says for how long at most.
    pub(crate) fn within(self, deadline: Duration) -> Ladder<'a> {
        Ladder { deadline: deadline.min(self.deadline), ..self }
    }

    /// After a try that failed: gives the error back unless it may be tried again, and pauses so
    /// that whoever queued behind us gets through.
    pub(crate) async fn climb(
        &mut self,
        session: &mut Locked<'_>,
        error: Error,
    ) -> Result<(), Error> {
        let pause = self.fall(session, error).await?;
        self.settings.interrupt.sleep(pause).await
    }

    /// Returns who stays in the way, in words.
    pub(crate) fn reason(&self) -> Option<String> {
        self.sample.reason()
    }

    /// Returns how long to pause before the next try.
    pub(crate) async fn fall(
        &mut self,
        session: &mut Locked<'_>,
        error: Error,
    ) -> Result<Duration, Error> {
        if !error.gave_way() {
            return Err(error);
        }
        self.tries += 1;
        let sample = Sample::take(session, &self.sought).await;
        if !sample.is_empty() || self.sample.is_empty() {
            self.sample = sample;
        }
        let waited = self.started.elapsed();
        let left = self.deadline.saturating_sub(waited);
        if left.is_zero() {
            let blockers = std::mem::take(&mut self.sample).into_culprits();
            return Err(Error::new(Detail::LockTimeout { waited, blockers }).caused_by(error));
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

/// What is waited for.
enum Sought {
    Tables(Vec<TableLock>),
    Advisory(AdvisoryLock),
}

/// The sessions that held conflicting locks at one moment.
#[derive(Debug, Default)]
struct Sample {
    blockers: Vec<Blocker>,
    /// How many of the blockers, which come oldest first, have been there for more than a moment.
    lasting: usize,
}

impl Sample {
    /// Looks; none where the database cannot tell, because this is only ever an aid.
    async fn take(session: &mut Locked<'_>, sought: &Sought) -> Sample {
        let sql = match sought {
            Sought::Tables(locks) if locks.is_empty() => return Sample::default(),
            Sought::Tables(locks) => of_tables(locks),
            Sought::Advisory(lock) => lock.holders(),
        };
        match session.query(&sql).await {
            Ok(rows) => Sample {
                blockers: rows.iter().map(blocker).collect(),
                lasting: rows.iter().filter(|row| row.is_true(5)).count(),
            },
            Err(error) => {
                tracing::warn!(%error, "cannot see who holds the lock");
                Sample::default()
            }
        }
    }

    fn is_empty(&self) -> bool {
        self.blockers.is_empty()
    }

    /// Those that stay, in words.
    fn reason(&self) -> Option<String> {
        let lasting: Vec<String> =
            self.blockers.iter().take(self.lasting).map(Blocker::to_string).collect();
        (!lasting.is_empty()).then(|| format!("waits for {}", lasting.join("; ")))
    }

    /// Those to name: clients that only pass through are not to blame where somebody stays.
    fn into_culprits(mut self) -> Vec<Blocker> {
        if self.lasting > 0 {
            self.blockers.truncate(self.lasting);
        }
        self.blockers
    }
}
