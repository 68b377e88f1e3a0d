//! Fills rows by an expression of SQL.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;
use std::time::{Duration, Instant};

use async_trait::async_trait;

use crate::lock::{RunSession, Worker};
use crate::migration::{Backfill, LockMode, TableLock};
use crate::outcome::error::{Detail, Error, WorkError};
use crate::record::store::StepStore;
use crate::session::executor::Rows;
use crate::session::sql::{MARK, OWN};
use crate::work::fill::culprit::Trial;
use crate::work::fill::heap::{Cursor, Leaf, STRIPES, place};
use crate::work::fill::walk::{self, BatchDone, Filler, Walked};
use crate::work::kind::{Kind, Turn};
use crate::work::page::{Page, describe};
use crate::work::step::brake::Weight;
use crate::work::step::context::StepContext;
use crate::work::touched::{self, Earlier, Touched};

/// A second walk finds what moved behind the first one's back, as when the table was rewritten
/// in between. What it leaves is not going to be filled by a third.
const WALKS: u32 = 2;

#[async_trait]
impl Kind for Backfill {
    fn weight(&self) -> Weight {
        Weight::Heavy
    }

    fn touch(&self, touched: &mut Touched, earlier: &mut Earlier) {
        touched.fill(touched::Fill::Backfill(*self), earlier);
    }

    fn review(&self, page: &mut Page) {
        let Backfill { table, set, pending } = self;
        walk::review_batches(page);
        let lock = TableLock { table, mode: LockMode::RowExclusive };
        page.sql(MARK);
        page.comment(describe(&lock, false));
        page.comment("a client that writes a row of the same batch waits for this commit");
        page.comment("your own update triggers fire for each row; ours are told to stand aside");
        if is_copy(set) {
            page.comment(
                "a value above some 2 kB (TOAST) is stored once more: a copy shares nothing",
            );
        }
        page.sql(&format!(
            "update {table} set {set}\n\
             where {}\n\
             and ({pending})",
            place((0, 64), (0, STRIPES))
        ));
        page.line("commit;");
        page.none_left(table, pending);
    }

    async fn carry_out(
        &self,
        context: &mut StepContext<'_, '_>,
        turn: Turn<'_>,
    ) -> Result<(), Error> {
        turn.intend(context.session).await?;
        let filled = walk::fill(context, turn.store, self, turn.from()).await;
        walk::unless_empty(context, turn.store, filled).await?;
        turn.finish(context.session).await
    }
}

/// Whether a column is set to what another has. The server shares a value that is stored out of line
/// with the row's earlier version in the same column alone (`heap_toast_insert_or_update`).
fn is_copy(set: &str) -> bool {
    let value = set.split_once(" = ").and_then(|(_, value)| value.strip_prefix('"'));
    value.and_then(|value| value.strip_suffix('"')).is_some_and(|name| !name.contains('"'))
}

/// What one session fills in a turn.
type Fill<'a> = Pin<Box<dyn Future<Output = Result<u64, Error>> + Send + 'a>>;

/// Waits for all of them at once.
async fn all(mut fills: Vec<Fill<'_>>) -> Vec<Result<u64, Error>> {
    let mut outcomes: Vec<Option<Result<u64, Error>>> = fills.iter().map(|_| None).collect();
    poll_fn(|context| {
        let mut is_over = true;
        for (fill, outcome) in fills.iter_mut().zip(&mut outcomes) {
            if outcome.is_some() {
                continue;
            }
            match fill.as_mut().poll(context) {
                Poll::Ready(done) => *outcome = Some(done),
                Poll::Pending => is_over = false,
            }
        }
        if is_over { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    outcomes.into_iter().flatten().collect()
}

fn filled(rows: &Rows) -> Option<u64> {
    rows.value().and_then(|count| count.parse().ok())
}

impl Backfill {
    /// One text fills a turn's rows and records them.
    fn statement(&self, leaf: &Leaf, at: Cursor, own: &str, record: &str) -> String {
        let Backfill { set, pending, .. } = self;
        let (name, place) = (&leaf.name, at.condition());
        format!(
            "with filled as (update only {name} set {set} \
             where {place} and {own} and ({pending}) returning 1) \
             {record} returning (select count(*) from filled) {OWN}"
        )
    }
}

impl Filler for &Backfill {
    fn table(&self) -> &'static str {
        self.table
    }

    fn pending(&self) -> &'static str {
        self.pending
    }

    fn takes_workers(&self) -> bool {
        true
    }

    /// Each worker has a window of its own. The place that is kept is the end of the first window, so
    /// that whoever resumes looks at the others again.
    async fn turn(
        &mut self,
        context: &mut StepContext<'_, '_>,
        store: &StepStore<'_>,
        (leaf, at): (&Leaf, Cursor),
        workers: &mut [Worker],
        done: &mut BatchDone,
    ) -> Result<(), Error> {
        let started = Instant::now();
        let session = &mut *context.session;
        let own = session.write_condition().to_owned();
        let sql = self.statement(leaf, at, &own, &store.filled(&own, Some(&at.next().to_string())));
        let mut fills: Vec<Fill<'_>> = vec![Box::pin(async move {
            let rows = walk::batch(session, &sql, &sql).await?;
            match filled(&rows) {
                Some(filled) => Ok(filled),
                None => Err(session.explain_refused_write().await),
            }
        })];
        for (worker, at) in workers
            .iter_mut()
            .zip(1..)
            .filter_map(|(worker, windows)| Some((worker, at.ahead(windows)?)))
        {
            let own = worker.write_condition().to_owned();
            let sql = self.statement(leaf, at, &own, &store.filled(&own, None));
            fills.push(Box::pin(async move {
                let rows = worker.query_with_rows(&walk::marked(&sql), &sql).await?;
                filled(&rows.without_first()).ok_or_else(|| Error::new(Detail::Superseded))
            }));
        }
        let mut outcome = Ok(());
        for filled in all(fills).await {
            match filled {
                Ok(filled) => done.filled += filled,
                Err(error) => outcome = outcome.and(Err(error)),
            }
        }
        done.took += started.elapsed();
        outcome
    }

    async fn explain(
        &self,
        session: &mut RunSession<'_>,
        leaf: &Leaf,
        at: Cursor,
        error: Error,
    ) -> Error {
        let Backfill { table, set, pending } = self;
        let statement = |place: &str| {
            let name = &leaf.name;
            format!("update only {name} set {set} where {place} and ({pending}) {OWN}")
        };
        let doing = format!("filling rows of {table} by `{set}`");
        let way_out = "mend the row, or let the expression say what becomes of it";
        let trial = Trial { table, statement: &statement, doing, help: way_out };
        trial.explain(session, Some((leaf, (at.block, at.window_end()))), error).await
    }

    fn goes_on(&self, walked: Walked, _: Duration) -> bool {
        walked.walks < WALKS
    }

    fn unfilled(&self, rows: u64, samples: Vec<String>) -> WorkError {
        let [table, by, pending] = [self.table, self.set, self.pending].map(str::to_owned);
        WorkError::Unfilled { table, rows, by, pending, samples }
    }
}
