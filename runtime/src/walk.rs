//! A walk through a table that fills its rows in many short transactions, and can be stopped at any
//! of them.

use std::time::{Duration, Instant};

use crate::error::{Error, WorkError};
use crate::heap::{Cursor, Leaf, STRIPES, leaves};
use crate::lock::PLANS_PATH;
use crate::migration::{LockMode, TableLock};
use crate::retry::Ladder;
use crate::sql::{OWN, milliseconds};
use crate::stage::{Mark, Stage};
use crate::store::StepStore;
use crate::throttle::{self, Weight};

/// Far below `deadlock_timeout`, so that a deadlock always costs us and never a client.
pub(crate) const ROW_LOCK_TIMEOUT: Duration = Duration::from_millis(100);

/// Rows counted that are still not filled; there may be more.
const COUNTED: u32 = 10_000;

/// What is done in each turn of a walk.
pub(crate) trait Filler {
    /// The table, quoted and schema-qualified.
    fn table(&self) -> &'static str;

    /// The condition that a row meets until it is filled.
    fn pending(&self) -> &'static str;

    /// Fills one stripe of one window and moves the cursor on, in one transaction.
    async fn turn(
        &mut self,
        stage: &mut Stage<'_, '_>,
        store: &StepStore<'_>,
        leaf: &Leaf,
        at: Cursor,
    ) -> Result<Turn, Error>;

    /// Whether another walk is going to find what those before it left.
    fn goes_on(&self, walked: Walked, deadline: Duration) -> bool;
}

/// What one turn did.
pub(crate) struct Turn {
    pub(crate) filled: u64,
    /// For how long it held the locks of its rows.
    pub(crate) took: Duration,
}

/// What was walked, where rows are left.
#[derive(Clone, Copy)]
pub(crate) struct Walked {
    pub(crate) walks: u32,
    /// The rows that the last walk filled.
    pub(crate) filled: u64,
    /// Since the end of the first walk.
    pub(crate) since: Duration,
}

/// Fills every pending row, from where an earlier run stopped.
pub(crate) async fn fill<F: Filler>(
    stage: &mut Stage<'_, '_>,
    store: &StepStore<'_>,
    filler: F,
    (cursor, rows): (Option<&str>, u64),
) -> Result<(), Error> {
    let timeout = milliseconds(ROW_LOCK_TIMEOUT.min(stage.held.server.deadlock_timeout / 4));
    // On the session and not in each transaction, because each is a single statement. The rows
    // and the cursor are lost or kept together, so the commit need not wait for the disk.
    let settings = [
        PLANS_PATH,
        ("changeover.backfill", "on"),
        ("lock_timeout", timeout.as_str()),
        ("synchronous_commit", "off"),
    ];
    stage.held.set(&settings).await?;
    let mut walk = Walk { store, filler, rows, started: Instant::now(), filled: 0 };
    let outcome = walk.until_filled(stage, cursor.and_then(Cursor::parse)).await;
    stage.held.restore().await;
    outcome
}

struct Walk<'a, F> {
    store: &'a StepStore<'a>,
    filler: F,
    rows: u64,
    started: Instant,
    filled: u64,
}

impl<F: Filler> Walk<'_, F> {
    async fn until_filled(
        &mut self,
        stage: &mut Stage<'_, '_>,
        mut cursor: Option<Cursor>,
    ) -> Result<(), Error> {
        let mut first_end = None;
        for walks in 1.. {
            let before = self.filled;
            let from = cursor.take();
            self.through(stage, from).await?;
            let rows = self.left(stage).await?;
            if rows == 0 {
                break;
            }
            self.store.restart(stage.held).await?;
            let since = first_end.get_or_insert_with(Instant::now).elapsed();
            let walked = Walked { walks, filled: self.filled - before, since };
            // What an earlier run left behind its cursor says nothing of a walk that began there.
            let is_whole = from.is_none();
            if is_whole && !self.filler.goes_on(walked, stage.settings.deadline) {
                let table = self.filler.table().to_owned();
                return Err(Error::work(WorkError::Unfilled { table, rows }));
            }
        }
        Ok(())
    }

    async fn left(&self, stage: &mut Stage<'_, '_>) -> Result<u64, Error> {
        let (table, pending) = (self.filler.table(), self.filler.pending());
        let sql = format!(
            "select count(*) from (select from {table} where {pending} limit {COUNTED}) r {OWN}"
        );
        let rows = stage.held.query(&sql).await?;
        let count = rows.value().and_then(|count| count.parse().ok());
        count.ok_or_else(|| Error::corrupt(format!("the rows of {table} cannot be counted")))
    }

    /// One walk through all leaves, or what of it lies after the cursor.
    async fn through(
        &mut self,
        stage: &mut Stage<'_, '_>,
        cursor: Option<Cursor>,
    ) -> Result<(), Error> {
        let leaves = leaves(stage.held, self.filler.table()).await?;
        let total = leaves.iter().map(|leaf| u64::from(leaf.blocks)).sum();
        let mut way = Way { behind: 0, skipped: 0, total };
        for leaf in &leaves {
            let at = match cursor {
                Some(cursor) if leaf.oid < cursor.leaf => None,
                Some(cursor) if leaf.oid == cursor.leaf => Some(cursor.within(leaf)),
                _ => Some(Cursor::at_start_of(leaf)),
            };
            way.skipped += u64::from(at.map_or(leaf.blocks, |at| at.block.min(leaf.blocks)));
            if let Some(at) = at {
                self.leaf(stage, leaf, at, way).await?;
            }
            way.behind += u64::from(leaf.blocks);
        }
        Ok(())
    }

    async fn leaf(
        &mut self,
        stage: &mut Stage<'_, '_>,
        leaf: &Leaf,
        mut at: Cursor,
        way: Way,
    ) -> Result<(), Error> {
        let lock = TableLock { table: self.filler.table(), mode: LockMode::Exclusive };
        let ladder_of = |settings| Ladder::new(settings, ROW_LOCK_TIMEOUT, vec![lock]);
        let mut ladder = ladder_of(stage.settings);
        let mut window = Duration::ZERO;
        while !at.is_at_end() {
            throttle::pass(stage, Weight::Heavy).await?;
            match self.filler.turn(stage, self.store, leaf, at).await {
                Ok(turn) => {
                    stage.let_go().await;
                    self.filled += turn.filled;
                    stage.tally.rows += turn.filled;
                    window += turn.took;
                    at = at.next();
                }
                Err(error) => {
                    ladder.climb_on(stage, error).await?;
                    at = at.shrunk();
                    window = Duration::ZERO;
                    continue;
                }
            }
            if at.stripe == 0 {
                ladder = ladder_of(stage.settings);
                at = at.paced(window / STRIPES, stage.settings.batch_time);
                window = Duration::ZERO;
                self.tell(stage, leaf, at, way);
            }
        }
        Ok(())
    }

    fn tell(&self, stage: &mut Stage<'_, '_>, leaf: &Leaf, at: Cursor, way: Way) {
        let done_blocks = way.behind + u64::from(at.block.min(leaf.blocks));
        let seconds = self.started.elapsed().as_secs_f64().max(0.001);
        stage.mark = Mark {
            table: Some(leaf.name.clone()),
            rows: self.rows + self.filled,
            done_blocks,
            total_blocks: way.total,
            rate: to_f64(self.filled) / seconds,
            eta: way.left(done_blocks, seconds),
        };
        stage.tell();
    }
}

/// How much of a walk there is, in blocks.
#[derive(Debug, Clone, Copy)]
struct Way {
    /// In the leaves before this one.
    behind: u64,
    /// Done by an earlier run.
    skipped: u64,
    total: u64,
}

impl Way {
    fn left(self, done: u64, seconds: f64) -> Option<Duration> {
        let walked = done.checked_sub(self.skipped).filter(|walked| *walked > 0)?;
        let left = to_f64(self.total.saturating_sub(done));
        Duration::try_from_secs_f64(seconds * left / to_f64(walked)).ok()
    }
}

/// Counts that are shown need no more than 52 bits.
#[expect(clippy::cast_precision_loss)]
fn to_f64(count: u64) -> f64 {
    count as f64
}
