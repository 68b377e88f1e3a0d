//! Fills rows in many short transactions, and can be stopped at any of them.

use std::time::{Duration, Instant};

use crate::error::{Error, Kind};
use crate::heap::{Cursor, Leaf, STRIPES, leaves};
use crate::migration::{Backfill, LockMode, TableLock};
use crate::report::Progress;
use crate::retry::Ladder;
use crate::sql::{milliseconds, quote_literal};
use crate::stage::Stage;
use crate::store::StepStore;

/// Far below `deadlock_timeout`, so that a deadlock always costs us and never a client.
pub(crate) const ROW_LOCK_TIMEOUT: Duration = Duration::from_millis(100);

/// A second walk finds what moved behind the first one's back, as when the table was rewritten
/// in between. What it leaves is not going to be filled by a third.
const WALKS: u32 = 2;

/// Rows counted that are still not filled; there may be more.
const COUNTED: u32 = 10_000;

/// Fills every pending row, from where an earlier run stopped.
pub(crate) async fn fill(
    stage: &mut Stage<'_, '_>,
    store: &StepStore<'_>,
    backfill: &Backfill,
    (cursor, rows): (Option<&str>, u64),
) -> Result<(), Error> {
    let timeout = milliseconds(ROW_LOCK_TIMEOUT.min(stage.held.server.deadlock_timeout / 4));
    // On the session and not in each transaction, because each is a single statement. The rows
    // and the cursor are lost or kept together, so the commit need not wait for the disk.
    let settings = [
        ("changeover.backfill", "on"),
        ("lock_timeout", timeout.as_str()),
        ("synchronous_commit", "off"),
    ];
    stage.held.set(&settings).await?;
    let mut walk = Walk { store, backfill, rows, started: Instant::now(), filled: 0 };
    let outcome = walk.until_filled(stage, cursor.and_then(Cursor::parse)).await;
    stage.held.restore().await;
    outcome
}

struct Walk<'a> {
    store: &'a StepStore<'a>,
    backfill: &'a Backfill,
    rows: u64,
    started: Instant,
    filled: u64,
}

impl Walk<'_> {
    async fn until_filled(
        &mut self,
        stage: &mut Stage<'_, '_>,
        mut cursor: Option<Cursor>,
    ) -> Result<(), Error> {
        let mut left = 0;
        for _ in 0..WALKS {
            self.through(stage, cursor.take()).await?;
            left = self.left(stage).await?;
            if left == 0 {
                return Ok(());
            }
            self.store.restart(stage.held).await?;
        }
        let table = self.backfill.table.to_owned();
        Err(Error::new(Kind::Unfilled { table, rows: left }))
    }

    async fn left(&self, stage: &mut Stage<'_, '_>) -> Result<u64, Error> {
        let Backfill { table, pending, .. } = self.backfill;
        let sql =
            format!("select count(*) from (select from {table} where {pending} limit {COUNTED}) r");
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
        let leaves = leaves(stage.held, self.backfill.table).await?;
        let total = leaves.iter().map(|leaf| u64::from(leaf.blocks)).sum();
        let mut way = Way { behind: 0, skipped: 0, total };
        for leaf in &leaves {
            let at = match cursor {
                Some(cursor) if leaf.oid < cursor.leaf => None,
                Some(cursor) if leaf.oid == cursor.leaf => Some(cursor),
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
        let lock = TableLock { table: self.backfill.table, mode: LockMode::Exclusive };
        let ladder_of = |settings| Ladder::new(settings, ROW_LOCK_TIMEOUT, vec![lock]);
        let mut ladder = ladder_of(stage.settings);
        let mut window_started = Instant::now();
        while !at.is_at_end() {
            match self.turn(stage, leaf, at).await {
                Ok(()) => at = at.next(),
                Err(error) => {
                    stage.tally.retries += u32::from(error.gave_way());
                    ladder.climb(stage.held, error).await?;
                    at = at.shrunk();
                    window_started = Instant::now();
                    continue;
                }
            }
            if at.stripe == 0 {
                ladder = ladder_of(stage.settings);
                at = at.paced(window_started.elapsed() / STRIPES, stage.settings.batch_time);
                window_started = Instant::now();
                self.tell(stage, leaf, at, way);
            }
        }
        Ok(())
    }

    /// Fills one stripe of one window and moves the cursor on, in one statement.
    async fn turn(
        &mut self,
        stage: &mut Stage<'_, '_>,
        leaf: &Leaf,
        at: Cursor,
    ) -> Result<(), Error> {
        let Backfill { set, pending, .. } = self.backfill;
        let (name, from, to, stripe) = (&leaf.name, at.block, at.window_end(), at.stripe);
        let pid = stage.held.pid();
        let cursor = quote_literal(&at.next().to_string());
        let record = format!("cursor = {cursor}, rows = rows + (select count(*) from filled)");
        let record = self.store.update(pid, &record);
        let sql = format!(
            "with filled as (update only {name} set {set} \
             where ctid >= '({from},0)' and ctid < '({to},0)' \
             and (ctid::text::point)[1]::int % {STRIPES} = {stripe} \
             and pg_backend_pid() = {pid} and ({pending}) returning 1) \
             {record} returning (select count(*) from filled)"
        );
        let rows = stage.held.query(&sql).await?;
        let Some(filled) = rows.value().and_then(|count| count.parse::<u64>().ok()) else {
            return Err(Error::new(Kind::Pooled));
        };
        self.filled += filled;
        stage.tally.rows += filled;
        Ok(())
    }

    fn tell(&self, stage: &Stage<'_, '_>, leaf: &Leaf, at: Cursor, way: Way) {
        let done_blocks = way.behind + u64::from(at.block.min(leaf.blocks));
        let seconds = self.started.elapsed().as_secs_f64().max(0.001);
        let progress = Progress {
            table: Some(&leaf.name),
            rows: self.rows + self.filled,
            done_blocks,
            total_blocks: way.total,
            rate: to_f64(self.filled) / seconds,
            eta: way.left(done_blocks, seconds),
            ..stage.progress()
        };
        stage.tell(&progress);
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
