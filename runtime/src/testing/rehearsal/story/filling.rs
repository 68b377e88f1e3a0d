//! A backfill that is stopped for a sample, and what its part says of the whole.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::changeover::builder::Builder;
use crate::migration::{Migrations, Phase};
use crate::outcome::report::Progress;
use crate::settings::interrupt::Interrupt;
use crate::testing::rehearsal::found::outcome::Extrapolated;

/// A fill that is under way.
#[derive(Debug, Clone)]
struct Fill {
    migration: String,
    phase: Phase,
    step: usize,
    began: Instant,
    rows: u64,
    done: u64,
    total: u64,
    ran: Duration,
    is_stopped: bool,
}

/// Where a fill was stopped.
#[derive(Debug, Clone)]
pub(super) struct Stopped {
    pub(super) migration: String,
    pub(super) phase: Phase,
    pub(super) step: usize,
    pub(super) extrapolated: Extrapolated,
}

/// Watches the fills of one run.
#[derive(Debug, Clone, Default)]
pub(super) struct Filling(Arc<Mutex<Option<Fill>>>);

impl Filling {
    fn fill(&self) -> MutexGuard<'_, Option<Fill>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets a run be stopped in a fill that has taken so long, and by whoever stops the rehearsal.
    pub(super) fn watch(
        &self,
        builder: Builder,
        history: &Migrations,
        limit: Option<Duration>,
        interrupt: &Interrupt,
    ) -> Builder {
        let Some(limit) = limit else { return builder.interrupt(interrupt) };
        let (own, raised) = (Interrupt::default(), interrupt.clone());
        let (shared, history, stops) = (self.clone(), *history, own.clone());
        builder.interrupt(&own).on_progress(move |progress| {
            if raised.is_raised() || shared.note(progress, &history, limit) {
                stops.raise();
            }
        })
    }

    /// Notes how far a fill is, and tells whether it is to stop.
    fn note(&self, progress: &Progress<'_>, history: &Migrations, limit: Duration) -> bool {
        let is_fill = history.get(progress.migration).is_some_and(|migration| {
            let step = migration.steps(progress.phase).nth(progress.step.saturating_sub(1));
            step.is_some_and(|step| step.work.walks().is_some())
        });
        if !is_fill || progress.table.is_none() {
            return false;
        }
        let mut known = self.fill();
        let its =
            |fill: &&mut Fill| fill.migration == progress.migration && fill.step == progress.step;
        if let Some(fill) = known.as_mut().filter(its) {
            (fill.rows, fill.done) = (progress.rows, progress.done_blocks);
            fill.total = progress.total_blocks;
            fill.ran = fill.began.elapsed();
            fill.is_stopped = fill.ran >= limit && fill.done > 0 && fill.done < fill.total;
            return fill.is_stopped;
        }
        *known = Some(Fill {
            migration: progress.migration.to_owned(),
            phase: progress.phase,
            step: progress.step,
            began: Instant::now(),
            rows: progress.rows,
            done: progress.done_blocks,
            total: progress.total_blocks,
            ran: Duration::ZERO,
            is_stopped: false,
        });
        false
    }

    /// Where the fill was stopped, if it was; `wal` is what was written meanwhile.
    pub(super) fn stopped(&self, wal: u64) -> Option<Stopped> {
        let fill = self.fill().take().filter(|fill| fill.is_stopped)?;
        Some(Stopped {
            extrapolated: extrapolated(&fill, wal),
            migration: fill.migration,
            phase: fill.phase,
            step: fill.step,
        })
    }
}

fn extrapolated(fill: &Fill, wal: u64) -> Extrapolated {
    let (done, total) = (u128::from(fill.done.max(1)), u128::from(fill.total.max(1)));
    let whole = |part: u128| u64::try_from(part * total / done).unwrap_or(u64::MAX);
    Extrapolated {
        ran: fill.ran,
        part: u32::try_from(done * 1000 / total).unwrap_or(1000),
        whole: Duration::from_millis(whole(fill.ran.as_millis())),
        rows: whole(u128::from(fill.rows)),
        wal: whole(u128::from(wal)),
    }
}
