//! A walk through a table that fills its rows in many short transactions, and can be stopped at any
//! of them.

use std::time::{Duration, Instant};

use crate::lock::{Ladder, RunSession, Worker};
use crate::migration::{LockMode, TableLock};
use crate::outcome::error::{Error, ReadsRows, WorkError};
use crate::record::store::StepStore;
use crate::session::executor::Rows;
use crate::session::sql::{MARK, ON_PLANS_PATH, OWN, milliseconds};
use crate::settings::Settings;
use crate::work::fill::crew::Crew;
use crate::work::fill::culprit::{self, Trial};
use crate::work::fill::heap::{Cursor, Leaf, leaves};
use crate::work::fill::pace::Turns;
use crate::work::fill::way::{Way, to_f64};
use crate::work::page::Page;
use crate::work::step::brake::Weight;
use crate::work::step::context::{Position, StepContext};
use crate::work::step::throttle;

/// Far below `deadlock_timeout`, so that a deadlock always costs us and never a client.
pub(crate) const ROW_LOCK_TIMEOUT: Duration = Duration::from_millis(100);

/// Rows counted that are still not filled; there may be more.
const COUNTED: u64 = 10_000;

/// What is done in each turn of a walk.
pub(crate) trait Filler {
    /// The table, quoted and schema-qualified.
    fn table(&self) -> &'static str;

    /// The condition that a row meets until it is filled.
    fn pending(&self) -> &'static str;

    /// Returns what the condition calls the table, where that is not its name.
    fn alias(&self) -> &'static str {
        ""
    }

    /// Whether its turns may be shared with workers.
    fn takes_workers(&self) -> bool {
        false
    }

    /// Fills one stripe of one window, and of as many more as there are workers, and moves the cursor on,
    /// each window in one transaction. What was done is told also where some of it failed.
    async fn turn(
        &mut self,
        context: &mut StepContext<'_, '_>,
        store: &StepStore<'_>,
        place: (&Leaf, Cursor),
        workers: &mut [Worker],
        done: &mut BatchDone,
    ) -> Result<(), Error>;

    /// The same failure of a turn, which names the row that it lies in.
    async fn explain(
        &self,
        session: &mut RunSession<'_>,
        leaf: &Leaf,
        at: Cursor,
        error: Error,
    ) -> Error;

    /// Tells whether another walk is going to find what those before it left.
    fn goes_on(&self, walked: Walked, deadline: Duration) -> bool;

    /// Tells whether what is left by now is no fault.
    fn may_leave(&self, _: Walked) -> bool {
        false
    }

    /// Returns the error that these rows are left.
    fn unfilled(&self, rows: u64, samples: Vec<String>) -> WorkError;
}

/// What one turn did.
#[derive(Default)]
pub(crate) struct BatchDone {
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
    context: &mut StepContext<'_, '_>,
    store: &StepStore<'_>,
    filler: F,
    (cursor, rows): (Option<&str>, u64),
) -> Result<(), Error> {
    let timeout = milliseconds(ROW_LOCK_TIMEOUT.min(context.session.server.deadlock_timeout / 4));
    // On the session and not in each transaction, because each is a single statement. The rows
    // and the cursor are lost or kept together, so the commit need not wait for the disk.
    let settings = [
        // For triggers that an earlier version of ours made; those of this one go by `MARK`.
        ("changeover.backfill", "on"),
        ("lock_timeout", timeout.as_str()),
        ("synchronous_commit", "off"),
    ];
    context.session.set(&settings).await?;
    let crew = filler.takes_workers().then(|| Crew::new(&settings));
    let mut walk = Walk { store, filler, rows, started: Instant::now(), filled: 0, crew };
    let outcome = walk.until_filled(context, cursor.and_then(Cursor::parse)).await;
    context.session.restore().await;
    outcome
}

/// Writes a batch in a transaction of its own, marked as a backfill's; in an error another text
/// stands for it.
pub(crate) async fn batch(
    session: &mut RunSession<'_>,
    sql: &str,
    shown: &str,
) -> Result<Rows, Error> {
    let rows = session.query_with_rows(&marked(sql), shown).await?;
    Ok(rows.without_first())
}

/// Says how often the transaction is repeated that is written next, and by what it begins.
pub(super) fn review_batches(page: &mut Page) {
    let target = Settings::default().batch_time.as_millis();
    page.comment(format!(
        "the runner repeats this transaction for each window of pages and each stripe of its \
         rows,\nwith windows that take it some {target} ms; its place is kept with the rows, so \
         if it stops\nit goes on from there"
    ));
    page.line("begin;");
    page.line(format!("set local lock_timeout = '{}ms';", ROW_LOCK_TIMEOUT.as_millis()));
    page.line("set local synchronous_commit = off;");
}

/// The text of such a batch, whose first row is not its own.
pub(crate) fn marked(sql: &str) -> String {
    format!("{MARK}, {ON_PLANS_PATH}; {sql}")
}

struct Walk<'a, F> {
    store: &'a StepStore<'a>,
    filler: F,
    rows: u64,
    started: Instant,
    filled: u64,
    crew: Option<Crew>,
}

impl<F: Filler> Walk<'_, F> {
    async fn until_filled(
        &mut self,
        context: &mut StepContext<'_, '_>,
        mut cursor: Option<Cursor>,
    ) -> Result<(), Error> {
        let mut first_end = None;
        for walks in 1.. {
            let before = self.filled;
            let from = cursor.take();
            self.through(context, from).await?;
            let rows = self.left(context).await?;
            if rows == 0 {
                break;
            }
            self.store.restart(context.session).await?;
            let since = first_end.get_or_insert_with(Instant::now).elapsed();
            let walked = Walked { walks, filled: self.filled - before, since };
            // What an earlier run left behind its cursor says nothing of a walk that began there.
            let is_whole = from.is_none();
            if is_whole && self.filler.may_leave(walked) {
                break;
            }
            if is_whole && !self.filler.goes_on(walked, context.settings.deadline) {
                return Err(self.unfilled(context.session, rows).await);
            }
        }
        Ok(())
    }

    /// Leaf by leaf: a query of all locks them all, and their indexes, in a table of the server's
    /// that has room for some thousands.
    async fn left(&mut self, context: &mut StepContext<'_, '_>) -> Result<u64, Error> {
        let (table, pending, alias) = (self.filler.table(), self.filler.pending(), self.alias());
        let mut left = 0;
        for Leaf { name, .. } in leaves(context.session, table).await? {
            let sql = format!(
                "select count(*) from (select from only {name}{alias} where {pending} \
                 limit {COUNTED}) r {OWN}"
            );
            let rows = match context.session.query_expression(&sql, ReadsRows::Yes).await {
                Ok(rows) => rows,
                Err(error) => return Err(self.cannot_count(context.session, error).await),
            };
            let count = rows.value().and_then(|count| count.parse::<u64>().ok());
            left += count
                .ok_or_else(|| Error::corrupt(format!("the rows of {name} cannot be counted")))?;
            if left >= COUNTED {
                break;
            }
        }
        Ok(left)
    }

    async fn unfilled(&mut self, session: &mut RunSession<'_>, rows: u64) -> Error {
        let (table, pending) = (self.filler.table(), self.filler.pending());
        let named = format!("{table}{}", self.alias());
        match culprit::samples(session, table, &named, pending).await {
            Ok(samples) => Error::work(self.filler.unfilled(rows, samples)),
            Err(error) => error,
        }
    }

    /// What stands behind the name of the table or of a part of it.
    fn alias(&self) -> String {
        match self.filler.alias() {
            "" => String::new(),
            alias => format!(" as {alias}"),
        }
    }

    async fn cannot_count(&mut self, session: &mut RunSession<'_>, error: Error) -> Error {
        let (table, pending, alias) = (self.filler.table(), self.filler.pending(), self.alias());
        let statement = |place: &str| {
            format!("select count(*) from {table}{alias} where {place} and ({pending}) {OWN}")
        };
        let doing = format!("the search for rows of {table} that are not filled");
        let way_out = "mend the row, or let the condition do without what it cannot compute";
        Trial { table, statement: &statement, doing, help: way_out }
            .explain(session, None, error)
            .await
    }

    /// One walk through all leaves, or what of it lies after the cursor.
    async fn through(
        &mut self,
        context: &mut StepContext<'_, '_>,
        cursor: Option<Cursor>,
    ) -> Result<(), Error> {
        let leaves = leaves(context.session, self.filler.table()).await?;
        let total = leaves.iter().map(|leaf| u64::from(leaf.blocks)).sum();
        let mut way = Way::of(total);
        for leaf in &leaves {
            let at = match cursor {
                Some(cursor) if leaf.oid < cursor.leaf => None,
                Some(cursor) if leaf.oid == cursor.leaf => Some(cursor.within(leaf)),
                _ => Some(Cursor::at_start_of(leaf)),
            };
            way.skipped += u64::from(at.map_or(leaf.blocks, |at| at.block.min(leaf.blocks)));
            if let Some(at) = at {
                self.leaf(context, leaf, at, way).await?;
            }
            way.behind += u64::from(leaf.blocks);
        }
        Ok(())
    }

    async fn leaf(
        &mut self,
        context: &mut StepContext<'_, '_>,
        leaf: &Leaf,
        mut at: Cursor,
        way: Way,
    ) -> Result<(), Error> {
        let lock = TableLock { table: self.filler.table(), mode: LockMode::Exclusive };
        let ladder_of = |settings| Ladder::new(settings, ROW_LOCK_TIMEOUT, vec![lock]);
        let mut ladder = ladder_of(context.settings);
        let mut turns = Turns::default();
        let mut windows = 1;
        context.fill(leaf.oid);
        while !at.is_at_end() {
            throttle::pass(context, Weight::Heavy).await?;
            if at.stripe == 0 {
                windows = self.muster(context).await;
            }
            let mut done = BatchDone::default();
            let workers = self.crew.as_mut().map_or(&mut [][..], |crew| crew.first(windows - 1));
            let turn = self.filler.turn(context, self.store, (leaf, at), workers, &mut done).await;
            self.filled += done.filled;
            context.tally.rows += done.filled;
            if let Err(error) = turn {
                self.after(context, &mut ladder, (leaf, at.over(windows)), error).await?;
                at = at.shrunk();
                turns.end();
                continue;
            }
            context.go_on().await;
            turns.took(done.took);
            at = at.next_of(windows);
            throttle::rest(context, done.took).await?;
            if at.stripe == 0 {
                ladder = ladder_of(context.settings);
                at = at.paced(turns.end().undisturbed(), context.batch_time());
                self.tell(context, leaf, at, way);
            }
        }
        Ok(())
    }

    /// Returns how many windows to walk at once: one for each session that is there for it.
    async fn muster(&mut self, context: &mut StepContext<'_, '_>) -> u32 {
        match &mut self.crew {
            Some(crew) => 1 + crew.muster(context).await,
            None => 1,
        }
    }

    /// After a turn that failed: an error unless it may be tried again. One that a worker was lost in is
    /// tried again without them.
    async fn after(
        &mut self,
        context: &mut StepContext<'_, '_>,
        ladder: &mut Ladder<'_>,
        (leaf, at): (&Leaf, Cursor),
        error: Error,
    ) -> Result<(), Error> {
        if self.crew.as_mut().is_some_and(|crew| crew.is_dismissed_by(&error)) {
            return Ok(());
        }
        match ladder.climb_on(context, error).await {
            Ok(()) => Ok(()),
            Err(error) => Err(self.filler.explain(context.session, leaf, at, error).await),
        }
    }

    fn tell(&self, context: &mut StepContext<'_, '_>, leaf: &Leaf, at: Cursor, way: Way) {
        let done_blocks = way.behind + u64::from(at.block.min(leaf.blocks));
        let seconds = self.started.elapsed().as_secs_f64().max(0.001);
        context.position = Position {
            table: Some(leaf.name.clone()),
            rows: self.rows + self.filled,
            done_blocks,
            total_blocks: way.total,
            rate: to_f64(self.filled) / seconds,
            eta: way.left(done_blocks, seconds),
        };
        context.tell();
    }
}

/// A backfill that failed before it filled a row has done nothing, so that it may be edited.
pub(super) async fn unless_empty(
    context: &mut StepContext<'_, '_>,
    store: &StepStore<'_>,
    filled: Result<(), Error>,
) -> Result<(), Error> {
    if filled.is_err() {
        store.forget_if_empty(context.session).await;
    }
    filled
}
