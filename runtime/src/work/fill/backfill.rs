//! Fills rows by an expression of SQL.

use std::time::{Duration, Instant};

use async_trait::async_trait;

use crate::lock::RunSession;
use crate::migration::{Backfill, LockMode, TableLock};
use crate::outcome::error::{Error, WorkError};
use crate::record::store::StepStore;
use crate::session::sql::{MARK, OWN};
use crate::settings::Settings;
use crate::work::fill::culprit::Trial;
use crate::work::fill::heap::{Cursor, Leaf, STRIPES};
use crate::work::fill::walk::{self, BatchDone, Filler, ROW_LOCK_TIMEOUT, Walked};
use crate::work::kind::{Kind, Turn};
use crate::work::page::{Page, describe};
use crate::work::step::brake::Weight;
use crate::work::step::context::StepContext;
use crate::work::touched::{Earlier, Fill, Touched};

/// A second walk finds what moved behind the first one's back, as when the table was rewritten
/// in between. What it leaves is not going to be filled by a third.
const WALKS: u32 = 2;

#[async_trait]
impl Kind for Backfill {
    fn weight(&self) -> Weight {
        Weight::Heavy
    }

    fn touch(&self, touched: &mut Touched, earlier: &mut Earlier) {
        touched.fill(Fill::Backfill(*self), earlier);
    }

    fn review(&self, page: &mut Page) {
        let Backfill { table, set, pending } = self;
        let target = Settings::default().batch_time.as_millis();
        page.comment(format!(
            "the runner repeats this transaction for each window of pages and each stripe of its \
             rows,\nwith windows that take it some {target} ms; its place is kept with the rows, so \
             if it stops\nit goes on from there"
        ));
        let lock = TableLock { table, mode: LockMode::RowExclusive };
        page.line("begin;");
        page.line(format!("set local lock_timeout = '{}ms';", ROW_LOCK_TIMEOUT.as_millis()));
        page.line("set local synchronous_commit = off;");
        page.sql(MARK);
        page.comment(describe(&lock, false));
        page.comment("a client that writes a row of the same batch waits for this commit");
        page.comment("your own update triggers fire for each row; ours are told to stand aside");
        page.sql(&format!(
            "update {table} set {set}\n\
             where ctid >= '(0,0)' and ctid < '(64,0)' and (ctid::text::point)[1]::int % {STRIPES} = 0\n\
             and ({pending})"
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

impl Filler for &Backfill {
    fn table(&self) -> &'static str {
        self.table
    }

    fn pending(&self) -> &'static str {
        self.pending
    }

    async fn turn(
        &mut self,
        context: &mut StepContext<'_, '_>,
        store: &StepStore<'_>,
        leaf: &Leaf,
        at: Cursor,
    ) -> Result<BatchDone, Error> {
        let Backfill { set, pending, .. } = self;
        let (name, place) = (&leaf.name, at.condition());
        let own = context.session.write_condition();
        let record = store.filled(own, &at.next().to_string());
        let sql = format!(
            "with filled as (update only {name} set {set} \
             where {place} and {own} and ({pending}) returning 1) \
             {record} returning (select count(*) from filled) {OWN}"
        );
        let started = Instant::now();
        let rows = walk::batch(context.session, &sql, &sql).await?;
        match rows.value().and_then(|count| count.parse().ok()) {
            Some(filled) => Ok(BatchDone { filled, took: started.elapsed() }),
            None => Err(context.session.explain_refused_write().await),
        }
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
