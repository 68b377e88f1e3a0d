//! How far a run is: a bar on a terminal, lines elsewhere, nothing beside JSON.

use std::io::{IsTerminal as _, stderr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::outcome::report::Progress;
use crate::session::shown::on_one_line;

/// In a log a line now and then is enough.
const BETWEEN_LINES: Duration = Duration::from_secs(5);

/// Shows the progress of a run on the standard error; its clones share one display.
#[derive(Clone)]
pub(super) struct Meter(Arc<Display>);

enum Display {
    Bar(ProgressBar),
    Lines(Mutex<Lines>),
    Nothing,
}

impl Meter {
    pub(super) fn new(is_json: bool) -> Meter {
        let display = if is_json {
            Display::Nothing
        } else if stderr().is_terminal() {
            // It is coloured where `NO_COLOR` and the terminal let it be.
            let style = ProgressStyle::with_template("{prefix} [{bar:24.cyan}] {wide_msg}");
            let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
            Display::Bar(ProgressBar::new(1).with_style(style.progress_chars("=> ")))
        } else {
            Display::Lines(Mutex::default())
        };
        Meter(Arc::new(display))
    }

    pub(super) fn show(&self, progress: &Progress<'_>) {
        match self.0.as_ref() {
            Display::Bar(bar) => {
                bar.set_prefix(step(progress));
                bar.set_length(progress.total_blocks.max(1));
                bar.set_position(progress.done_blocks);
                bar.set_message(work(progress).unwrap_or_default());
            }
            Display::Lines(lines) => {
                let mut lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
                lines.next(progress, Instant::now()).iter().for_each(|line| eprintln!("{line}"));
            }
            Display::Nothing => {}
        }
    }

    pub(super) fn finish(&self) {
        match self.0.as_ref() {
            Display::Bar(bar) => bar.finish_and_clear(),
            Display::Lines(lines) => {
                let mut lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
                lines.ended(Instant::now()).iter().for_each(|line| eprintln!("{line}"));
            }
            Display::Nothing => {}
        }
    }
}

/// What has been printed of the step that is under way.
#[derive(Default)]
struct Lines {
    last: Option<Last>,
}

struct Last {
    step: String,
    began: Instant,
    printed: Instant,
    held_by: Option<String>,
    rows: u64,
}

impl Lines {
    fn next(&mut self, progress: &Progress<'_>, now: Instant) -> Vec<String> {
        let (step, held_by) = (step(progress), progress.held_by.map(str::to_owned));
        let mut lines = Vec::new();
        match &mut self.last {
            Some(last) if last.step == step => {
                last.rows = progress.rows;
                let is_news = words(last.held_by.as_ref()) != words(held_by.as_ref());
                last.held_by = held_by;
                if is_news || now - last.printed >= BETWEEN_LINES {
                    last.printed = now;
                    let work = work(progress).unwrap_or_else(|| "goes on".to_owned());
                    lines.push(format!("{step}: {work}"));
                }
            }
            _ => {
                lines.extend(self.ended(now));
                let work = work(progress).map(|work| format!(": {work}"));
                lines.push(format!("{step}{}", work.unwrap_or_default()));
                let rows = progress.rows;
                self.last = Some(Last { step, began: now, printed: now, held_by, rows });
            }
        }
        lines
    }

    /// A run does not say that a step is over, but that it, or another step, is.
    fn ended(&mut self, now: Instant) -> Option<String> {
        let Last { step, began, rows, .. } = self.last.take()?;
        let rows = if rows > 0 { format!("{rows} rows, ") } else { String::new() };
        Some(format!("{step} ended: {rows}{:.1?}", now - began))
    }
}

/// A reason up to its first number: those change from look to look, and are no news.
fn words(reason: Option<&String>) -> Option<&str> {
    reason.and_then(|reason| reason.split(|c: char| c.is_ascii_digit()).next())
}

fn step(progress: &Progress<'_>) -> String {
    let Progress { migration, phase, step, steps, .. } = progress;
    format!("{migration}, {phase}, step {step} of {steps}")
}

fn work(progress: &Progress<'_>) -> Option<String> {
    let mut parts = Vec::new();
    if let Some(table) = progress.table {
        let percent = 100 * progress.done_blocks / progress.total_blocks.max(1);
        parts.push(format!("{} {percent} %", on_one_line(table)));
        parts.push(format!("{} rows, {:.0} rows/s", progress.rows, progress.rate));
        parts.extend(progress.eta.map(|eta| format!("{eta:.0?} left")));
    }
    if let Some(reason) = progress.held_by {
        parts.push(format!("held: {}", on_one_line(reason)));
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migration::Phase;

    fn at(step: usize, rows: u64, held_by: Option<&str>) -> Progress<'_> {
        Progress {
            migration: "m0002",
            phase: Phase::Migrate,
            step,
            steps: 2,
            table: (rows > 0).then_some("users"),
            rows,
            done_blocks: rows,
            total_blocks: 100,
            rate: 7.6,
            eta: None,
            held_by,
        }
    }

    #[test]
    fn a_log_has_a_line_for_each_thing_that_is_new() {
        let (mut lines, start) = (Lines::default(), Instant::now());
        let soon = start + Duration::from_secs(1);
        assert_eq!(lines.next(&at(1, 0, None), start), ["m0002, migrate, step 1 of 2"]);
        assert!(lines.next(&at(1, 50, None), soon).is_empty());
        let held = lines.next(&at(1, 50, Some("a \n pause")), soon);
        assert_eq!(held.len(), 1);
        assert!(held[0].ends_with("users 50 %, 50 rows, 8 rows/s, held: a \\n pause"), "{held:?}");
        assert!(lines.next(&at(1, 50, Some("a \n pause")), soon).is_empty());
        assert_eq!(lines.next(&at(1, 60, None), soon).len(), 1);
        let late = soon + BETWEEN_LINES;
        assert_eq!(lines.next(&at(1, 70, None), late).len(), 1);
        let next = lines.next(&at(2, 0, None), late);
        assert_eq!(next[0], "m0002, migrate, step 1 of 2 ended: 70 rows, 6.0s");
        assert_eq!(lines.ended(late).as_deref(), Some("m0002, migrate, step 2 of 2 ended: 0.0ns"));
        assert_eq!(lines.ended(late), None);
    }
}
