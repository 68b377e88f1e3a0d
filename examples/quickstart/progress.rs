//! How far a run is: a bar on a terminal, lines elsewhere.

use std::{
    io::{IsTerminal, stderr},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use changeover::Progress;
use indicatif::{ProgressBar, ProgressStyle};

use crate::report::grouped;

/// A line now and then is enough where nobody sees them appear.
const BETWEEN_LINES: Duration = Duration::from_secs(1);

/// Shows the progress of a run; its clones share one display.
#[derive(Clone)]
pub(crate) struct Meter {
    display: Arc<Display>,
}

enum Display {
    Bar(ProgressBar),
    Lines(Mutex<Option<(String, Instant)>>),
}

impl Meter {
    pub(crate) fn new() -> Self {
        let display = if stderr().is_terminal() {
            let style = ProgressStyle::with_template("{prefix:22} [{bar:30}] {msg}");
            let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
            Display::Bar(ProgressBar::new(1).with_style(style.progress_chars("=> ")))
        } else {
            Display::Lines(Mutex::default())
        };
        Self { display: Arc::new(display) }
    }

    pub(crate) fn show(&self, progress: &Progress<'_>) {
        match self.display.as_ref() {
            Display::Bar(bar) => {
                bar.set_prefix(step(progress));
                bar.set_length(progress.total_blocks.max(1));
                bar.set_position(progress.done_blocks);
                bar.set_message(work(progress));
            }
            Display::Lines(last) => {
                let step = step(progress);
                let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
                let shown = last.as_ref().is_some_and(|(shown, at)| {
                    *shown == step && (at.elapsed() < BETWEEN_LINES || progress.table.is_none())
                });
                if !shown {
                    eprintln!("{}", format!("{step}  {}", work(progress)).trim_end());
                    *last = Some((step, Instant::now()));
                }
            }
        }
    }

    pub(crate) fn finish(&self) {
        if let Display::Bar(bar) = self.display.as_ref() {
            bar.finish_and_clear();
        }
    }
}

fn step(progress: &Progress<'_>) -> String {
    format!("{} step {} of {}", progress.phase, progress.step, progress.steps)
}

fn work(progress: &Progress<'_>) -> String {
    let Some(table) = progress.table else {
        return String::new();
    };
    let percent = 100 * progress.done_blocks / progress.total_blocks.max(1);
    let rows = grouped(progress.rows);
    // A rate of rows is neither negative nor beyond what an integer holds.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let rate = grouped(progress.rate as u64);
    let left = progress.eta.map(|eta| format!(", {:.1} s left", eta.as_secs_f64()));
    format!("{table} {percent} %, {rows} rows, {rate} rows/s{}", left.unwrap_or_default())
}
