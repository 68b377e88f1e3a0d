//! What the clients saw, in each phase.

use std::{collections::BTreeMap, fmt, fmt::Write as _, time::Duration};

use tokio::time::Instant;

use crate::clients::Sample;

/// What happened when, one window after the other.
#[derive(Default)]
pub(crate) struct Timeline {
    windows: Vec<Window>,
}

struct Window {
    name: &'static str,
    begin: Instant,
    end: Option<Instant>,
    longest_lock: Option<Duration>,
}

impl Timeline {
    /// Ends the window that is open, and begins another.
    pub(crate) fn next(&mut self, name: &'static str) {
        self.end();
        self.windows.push(Window { name, begin: Instant::now(), end: None, longest_lock: None });
    }

    pub(crate) fn end(&mut self) {
        if let Some(window) = self.windows.last_mut() {
            window.end.get_or_insert_with(Instant::now);
        }
    }

    /// Notes the longest time for which the open window kept clients from a table.
    pub(crate) fn longest_lock(&mut self, held: Duration) {
        if let Some(window) = self.windows.last_mut() {
            window.longest_lock = Some(held).filter(|held| !held.is_zero());
        }
    }

    pub(crate) fn table(&self, samples: &[Sample]) -> String {
        let mut table = format!(
            "{:14}{:>10}{:>15}{:>10}{:>8}{:>10}{:>10}{:>10}\n",
            "phase", "duration", "longest lock", "requests", "errors", "p50", "p99", "max"
        );
        for window in &self.windows {
            // Writing to a string cannot fail.
            let _ = writeln!(table, "{}", window.line(samples));
        }
        table
    }
}

impl Window {
    fn line(&self, samples: &[Sample]) -> String {
        let end = self.end.unwrap_or_else(Instant::now);
        let own = samples.iter().filter(|sample| (self.begin..end).contains(&sample.due));
        let (mut latencies, mut errors) = (Vec::new(), 0);
        for sample in own {
            latencies.push(sample.latency);
            errors += u32::from(sample.error.is_some());
        }
        latencies.sort_unstable();
        format!(
            "{:14}{:>10}{:>15}{:>10}{:>8}{:>10}{:>10}{:>10}",
            self.name,
            milliseconds(Some(end - self.begin)),
            milliseconds(self.longest_lock),
            latencies.len(),
            errors,
            milliseconds(percentile(&latencies, 50)),
            milliseconds(percentile(&latencies, 99)),
            milliseconds(latencies.last().copied()),
        )
    }
}

fn percentile(sorted: &[Duration], percent: usize) -> Option<Duration> {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied()
}

fn milliseconds(duration: Option<Duration>) -> String {
    match duration.map(|duration| duration.as_secs_f64() * 1000.0) {
        None => "-".to_owned(),
        Some(ms) if ms < 100.0 => format!("{ms:.1} ms"),
        Some(ms) => format!("{ms:.0} ms"),
    }
}

/// The errors that clients met, each message once.
pub(crate) struct Errors {
    pub(crate) total: u64,
    messages: BTreeMap<String, u64>,
}

pub(crate) fn errors(samples: &[Sample]) -> Errors {
    let mut messages = BTreeMap::new();
    for message in samples.iter().filter_map(|sample| sample.error.clone()) {
        *messages.entry(message).or_default() += 1;
    }
    Errors { total: messages.values().sum(), messages }
}

impl fmt::Display for Errors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (message, count) in self.messages.iter().take(10) {
            writeln!(f, "{count} times: {message}")?;
        }
        Ok(())
    }
}

/// A number as people write it: 200,000.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
