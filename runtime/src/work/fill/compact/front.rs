//! How the windows move from the last page to the front, and how large they are.

use std::ops::Range;
use std::time::Duration;

const FIRST: u32 = 64;
const LARGEST: u32 = 512;

/// Where the walk is: what is behind it is empty.
#[derive(Debug, Clone, Copy)]
pub(super) struct Front {
    /// The first page that is empty or skipped.
    at: u32,
    /// The page that it goes to.
    stop: u32,
    window: u32,
}

impl Front {
    pub(super) fn new(pages: u32, stop: u32) -> Front {
        Front { at: pages, stop, window: FIRST }
    }

    /// The next window; none at the end.
    pub(super) fn window(self) -> Option<Range<u32>> {
        let start = self.at.saturating_sub(self.window).max(self.stop);
        (start < self.at).then_some(start..self.at)
    }

    /// Goes on past a window that took so long.
    pub(super) fn past(&mut self, window: &Range<u32>, took: Duration, wanted: Duration) {
        self.at = window.start;
        let ratio = wanted.as_secs_f64() / took.as_secs_f64().max(0.000_1);
        let window = f64::from(self.window) * ratio.clamp(0.5, 2.0);
        // Within bounds that fit.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let window = window.clamp(1.0, f64::from(LARGEST)) as u32;
        self.window = window;
    }

    /// Takes a smaller window after one whose rows were not to be had; false where it is a single page,
    /// which is left for the next round.
    pub(super) fn shrink(&mut self) -> bool {
        let can = self.window > 1;
        if can {
            self.window = (self.window / 4).max(1);
        } else {
            self.at = self.at.saturating_sub(1);
        }
        can
    }

    /// How many pages it has still to go.
    pub(super) fn left(self) -> u32 {
        self.at.saturating_sub(self.stop)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_walk_meets_each_page_once_and_ends(
            pages in 0..5_000_u32, stop in 0..5_000_u32, times in prop::collection::vec(0..200_u64, 50),
        ) {
            let mut front = Front::new(pages, stop);
            let (mut met, mut turns) = (pages, 0_usize);
            while let Some(window) = front.window() {
                prop_assert!(window.end == met && window.start >= stop && window.start < window.end);
                let time = times[turns % times.len()];
                turns += 1;
                if time % 7 == 3 {
                    let is_smaller = front.shrink();
                    met = if is_smaller { met } else { met - 1 };
                } else {
                    met = window.start;
                    front.past(&window, Duration::from_millis(time), Duration::from_millis(30));
                }
                prop_assert!(turns < 40_000, "it does not end");
            }
            prop_assert_eq!(front.left(), 0);
        }
    }
}
