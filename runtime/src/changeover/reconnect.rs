//! A run that loses its session, and goes on with another.

use std::time::{Duration, Instant};

use crate::outcome::error::{Error, ErrorKind};
use crate::outcome::report::Report;
use crate::session::jitter::jittered;
use crate::session::sqlstate::READ_ONLY_SQL_TRANSACTION;
use crate::settings::Settings;
use crate::settings::told::event::Event;

/// Between two tries.
const PAUSE: Duration = Duration::from_millis(500);

/// So often a run may lose its session at one place: a statement that makes the server crash would
/// crash it again.
const MOST_LOST: u32 = 3;

/// What a run remembers of the sessions that it lost.
#[derive(Debug)]
pub(super) struct Reconnect {
    within: Duration,
    /// When the first was lost since the run last came further, and how many have been.
    lost: Option<(Instant, u32)>,
    /// How far it had come by then.
    done: u64,
}

impl Reconnect {
    pub(super) fn new(within: Duration) -> Reconnect {
        Reconnect { within, lost: None, done: 0 }
    }

    /// Returns how long the run may go on trying; none while it has lost nothing.
    pub(super) fn left(&self) -> Option<Duration> {
        self.lost.map(|(since, _)| self.within.saturating_sub(since.elapsed()))
    }

    /// Tells whether the run is to begin anew after this error; pauses before.
    pub(super) async fn after(
        &mut self,
        settings: &Settings,
        goal: &str,
        (error, report): (&Error, &Report),
    ) -> bool {
        if self.within.is_zero() || !self.counts(error, done(report)) {
            return false;
        }
        let left = self.left().unwrap_or_default();
        if left.is_zero() {
            return false;
        }
        settings.tell(&Event::RunReconnects { goal, error, left });
        settings.interrupt.sleep(jittered(PAUSE).min(left)).await.is_ok()
    }

    /// Tells whether the session is gone, or one in its place is not to be had yet, and not for too
    /// often.
    fn counts(&mut self, error: &Error, done: u64) -> bool {
        match error.kind() {
            ErrorKind::ConnectionLost if self.lost.is_none() || done > self.done => {
                self.lost = Some((Instant::now(), 1));
                self.done = done;
                true
            }
            ErrorKind::ConnectionLost => {
                let Some((_, times)) = &mut self.lost else { return false };
                *times += 1;
                *times <= MOST_LOST
            }
            ErrorKind::Connect => self.lost.is_some(),
            _ => self.lost.is_some() && is_of_standby(error),
        }
    }
}

/// Tells whether the new session is one of a standby that has not taken over yet, which only reads.
pub(super) fn is_of_standby(error: &Error) -> bool {
    error.code() == Some(READ_ONLY_SQL_TRANSACTION)
}

/// A number that grows as a run comes further.
fn done(report: &Report) -> u64 {
    report.phases.iter().map(|phase| phase.rows + phase.steps as u64).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::executor::SqlError;

    fn lost() -> Error {
        Error::sql("select", &SqlError::new(None, "the session is gone"))
    }

    fn refused() -> Error {
        Error::connect(&SqlError::new(Some("57P03"), "the database system is starting up"))
    }

    #[test]
    fn a_session_may_be_lost_a_few_times_at_one_place_and_again_further_on() {
        let mut reconnect = Reconnect::new(Duration::from_mins(1));
        let only_reads = || Error::sql("update", &SqlError::new(Some("25006"), "a standby"));
        assert!(!reconnect.counts(&refused(), 0), "no session was lost");
        assert!(!reconnect.counts(&only_reads(), 0), "no session was lost");
        for (error, done, goes_on) in [
            (lost(), 0, true),
            (refused(), 0, true),
            (only_reads(), 0, true),
            (lost(), 0, true),
            (lost(), 0, true),
            (lost(), 0, false),
            (lost(), 1, true),
            (lost(), 1, true),
            (Error::corrupt("something else"), 2, false),
        ] {
            assert_eq!(reconnect.counts(&error, done), goes_on, "{error} after {done}");
        }
    }
}
