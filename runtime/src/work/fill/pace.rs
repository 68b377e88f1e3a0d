//! What the turns of a window took, by which the next one is sized.

use std::time::Duration;

/// How much longer the first turn of a window may take, which reads its pages and moves rows away.
const FIRST_TURN: u32 = 4;

/// The times of a window's turns, in their order.
#[derive(Debug, Default)]
pub(super) struct Turns(Vec<Duration>);

impl Turns {
    pub(super) fn took(&mut self, time: Duration) {
        self.0.push(time);
    }

    /// Those of the window that ends; the next has none yet.
    pub(super) fn end(&mut self) -> Turns {
        std::mem::take(self)
    }

    /// Returns what a turn takes where the server has a processor for it. Were the time that it waits for
    /// one counted, a busy server would get smaller and smaller windows, and be all the busier by them:
    /// each turn costs some half a millisecond, however few its rows.
    pub(super) fn undisturbed(mut self) -> Duration {
        let first = self.0.first().copied().unwrap_or_default();
        self.0.sort_unstable();
        let quick = self.0.get(self.0.len() / 4).copied().unwrap_or_default();
        quick.max(first / FIRST_TURN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn undisturbed(millis: &[u64]) -> Duration {
        Turns(millis.iter().copied().map(Duration::from_millis).collect()).undisturbed()
    }

    #[test]
    fn a_turn_that_waited_for_a_processor_says_nothing_of_its_window() {
        let quiet = undisturbed(&[12, 10, 10, 10, 10, 10, 10, 10]);
        assert_eq!(undisturbed(&[12, 10, 90, 40, 10, 80, 10, 50]), quiet);
        assert_eq!(undisturbed(&[200, 10, 10, 10, 10, 10, 10, 10]), Duration::from_millis(50));
        assert_eq!(undisturbed(&[]), Duration::ZERO);
    }
}
