//! What the end of the WAL tells at one look after the other: how fast it moves, and for how long a
//! replica has lacked something.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Enough for a minute of looks; older ones are thinned out.
const LONGEST_TRAIL: usize = 120;

/// How far back the rate of the WAL is smoothed: a run that goes on and off for its sake is to
/// see what it does on the average.
const SMOOTHED: Duration = Duration::from_secs(2);

/// Where the end of the WAL was at each look. The server's own measure of a replica's lag is missing
/// for one that has not replayed anything since it connected, and stays as it was for one that is
/// silent.
#[derive(Debug, Default)]
pub(super) struct Trail {
    marks: VecDeque<(Instant, u64)>,
    last: Option<(Instant, u64)>,
    /// Bytes a second.
    rate: Option<f64>,
}

/// What a look found.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// For how long there has been WAL that the slowest replica has not replayed.
    pub(super) behind: Option<Duration>,
    /// The bytes of WAL in a second.
    pub(super) rate: Option<u64>,
}

impl Trail {
    pub(super) fn look(&mut self, at: Instant, now: u64, replayed: Option<u64>) -> Seen {
        let behind = replayed.and_then(|replayed| self.behind(at, now, replayed));
        Seen { behind, rate: self.rate(at, now) }
    }

    /// An average in which what is older by [`SMOOTHED`] weighs a third.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
    fn rate(&mut self, at: Instant, now: u64) -> Option<u64> {
        let (before, start) = self.last.replace((at, now))?;
        let past = (at - before).as_secs_f64().max(0.001);
        let current = now.saturating_sub(start) as f64 / past;
        let kept = (-past / SMOOTHED.as_secs_f64()).exp();
        let rate = self.rate.map_or(current, |rate| current + (rate - current) * kept);
        self.rate = Some(rate);
        Some(rate as u64)
    }

    fn behind(&mut self, at: Instant, now: u64, replayed: u64) -> Option<Duration> {
        while self.marks.front().is_some_and(|(_, mark)| *mark <= replayed) {
            self.marks.pop_front();
        }
        let behind = self.marks.front().map(|(seen, _)| at - *seen);
        if self.marks.len() >= LONGEST_TRAIL {
            let mut odd = false;
            self.marks.retain(|_| {
                odd = !odd;
                odd
            });
        }
        if now > replayed {
            self.marks.push_back((at, now));
        }
        behind
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOOK: Duration = Duration::from_millis(500);

    /// What is behind at a look each half a second.
    fn looks(trail: &mut Trail, places: &[(u64, u64)]) -> Vec<Option<u128>> {
        let start = Instant::now();
        let look = |(number, (now, replayed)): (u32, &(u64, u64))| {
            let seen = trail.look(start + LOOK * number, *now, Some(*replayed));
            seen.behind.map(|behind| behind.as_millis())
        };
        (0..).zip(places).map(look).collect()
    }

    #[test]
    fn a_replica_is_behind_from_the_first_wal_that_it_lacks() {
        let places = [(100, 100), (200, 100), (300, 100), (400, 199), (400, 250), (400, 400)];
        let behind = looks(&mut Trail::default(), &places);
        assert_eq!(behind, [None, None, Some(500), Some(1000), Some(1000), None]);
    }

    #[test]
    fn a_long_trail_keeps_its_oldest_mark() {
        let mut trail = Trail::default();
        let places: Vec<(u64, u64)> = (1..1000).map(|lsn| (lsn, 0)).collect();
        let behind = looks(&mut trail, &places);
        assert_eq!(behind.last().copied().flatten(), Some(998 * 500));
        assert!(trail.marks.len() <= LONGEST_TRAIL);
    }

    #[test]
    fn the_rate_of_the_wal_follows_what_lasts_and_not_what_jumps() {
        let mut trail = Trail::default();
        let start = Instant::now();
        let mut place = 0;
        let mut look = |number: u32, more: u64| {
            place += more;
            trail.look(start + LOOK * number, place, None).rate
        };
        assert_eq!(look(0, 77), None, "there is nothing to compare with");
        assert_eq!(look(1, 500), Some(1000));
        assert_eq!(look(2, 500), Some(1000));
        let after_a_pause = look(3, 0);
        assert!(after_a_pause.is_some_and(|rate| (700..800).contains(&rate)), "{after_a_pause:?}");
        let later = (4..40).filter_map(|number| look(number, 0)).last();
        assert_eq!(later, Some(0));
    }

    #[test]
    fn on_and_off_the_rate_is_the_average() {
        let mut trail = Trail::default();
        let start = Instant::now();
        let mut place = 0;
        let mut rates = Vec::new();
        for number in 0..200 {
            place += if number % 2 == 0 { 1000 } else { 0 };
            rates.extend(trail.look(start + LOOK * number, place, None).rate);
        }
        let late = &rates[100..];
        assert!(late.iter().all(|rate| (800..1200).contains(rate)), "{late:?}");
    }
}
