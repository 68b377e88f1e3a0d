//! How far a walk is.

use std::time::Duration;

/// How much of a walk there is, in blocks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Way {
    /// In the leaves before this one.
    pub(super) behind: u64,
    /// Done by an earlier run.
    pub(super) skipped: u64,
    pub(super) total: u64,
}

impl Way {
    pub(super) fn of(total: u64) -> Way {
        Way { behind: 0, skipped: 0, total }
    }

    /// The time left, after so many seconds in which it came so far.
    pub(super) fn left(self, done: u64, seconds: f64) -> Option<Duration> {
        let walked = done.checked_sub(self.skipped).filter(|walked| *walked > 0)?;
        let left = to_f64(self.total.saturating_sub(done));
        Duration::try_from_secs_f64(seconds * left / to_f64(walked)).ok()
    }
}

/// Counts that are shown need no more than 52 bits.
#[expect(clippy::cast_precision_loss)]
pub(super) fn to_f64(count: u64) -> f64 {
    count as f64
}
