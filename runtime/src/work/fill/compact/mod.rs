//! Gives back the room that rows which are gone have left in a table, in place: its rows move from the
//! last pages to the first, a vacuum cuts off what is empty, and the indexes are built anew.

mod bloat;
mod front;
mod outside;
mod reindex;
mod rounds;
mod window;

use async_trait::async_trait;

use self::rounds::Rounds;
use crate::migration::{Compaction, LockMode, TableLock};
use crate::outcome::error::Error;
use crate::work::fill::heap::leaves;
use crate::work::fill::walk::ROW_LOCK_TIMEOUT;
use crate::work::kind::{Kind, Turn};
use crate::work::page::{Page, describe};
use crate::work::step::brake::Weight;
use crate::work::step::context::StepContext;
use crate::work::touched::{Earlier, Fill, Touched};

#[async_trait]
impl Kind for Compaction {
    fn weight(&self) -> Weight {
        Weight::Heavy
    }

    fn touch(&self, touched: &mut Touched, earlier: &mut Earlier) {
        touched.waits = true;
        touched.table(self.table, LockMode::ShareUpdateExclusive, earlier);
        touched.fill(Fill::Compaction(*self), earlier);
    }

    fn review(&self, page: &mut Page) {
        self.review_heap(page);
        reindex::review(page, self.table);
    }

    async fn carry_out(
        &self,
        context: &mut StepContext<'_, '_>,
        turn: Turn<'_>,
    ) -> Result<(), Error> {
        let is_resumed = turn.is_resumed();
        turn.intend(context.session).await?;
        let mut moved = false;
        let all = leaves(context.session, self.table).await?;
        for leaf in &all {
            let mut rounds = Rounds::new(self, turn.store, leaf);
            let outcome = rounds.until_compact(context).await;
            context.session.restore().await;
            moved |= outcome?;
        }
        // Rows that moved have left their old entries in the indexes; so may those of an earlier run.
        if moved || is_resumed {
            reindex::reindex(context, self.table, &all).await?;
        }
        turn.finish(context.session).await
    }
}

impl Compaction {
    fn review_heap(&self, page: &mut Page) {
        let Compaction { table, least, truncates, .. } = self;
        let lock = |mode| describe(&TableLock { table, mode }, false);
        let cut = if *truncates { "on" } else { "off" };
        page.comment(
            "asks a sample of the rows how many pages they need, and does nothing where that gives",
        );
        page.comment(format!("back less than {least} % of the table"));
        page.comment(lock(LockMode::ShareUpdateExclusive));
        page.sql(&format!("vacuum (truncate off) {table}"));
        page.comment(
            "then, from the last page to the front, a window of pages in each transaction; if it",
        );
        page.comment("stops, nothing is to be tidied up, and the next run begins at the last page");
        page.line("begin;");
        page.line(format!("set local lock_timeout = '{}ms';", ROW_LOCK_TIMEOUT.as_millis()));
        page.line("set local synchronous_commit = off;");
        page.comment(lock(LockMode::RowExclusive));
        page.comment("a client that writes a row of the same window waits for this commit");
        page.comment(
            "an update stays on its page while that has room; so what fills the pages up comes",
        );
        page.comment(
            "first, and is taken back: of each page its smallest row, until it finds no room there",
        );
        page.line("savepoint filled;");
        page.sql(&format!("update only {table} set … = … where ctid = any (…)"));
        page.line("rollback to savepoint filled;");
        page.comment("each row moves to the first page that has room for it");
        page.sql(&format!(
            "update only {table} set … = … where ctid >= '(…,0)' and ctid < '(…,0)'"
        ));
        page.line("commit;");
        page.comment(
            "after each 8,192 pages and at the end, once no older snapshot needs what was there",
        );
        page.comment(lock(LockMode::ShareUpdateExclusive));
        if *truncates {
            page.comment(
                "and, for the moment of the cut, ACCESS EXCLUSIVE, which it gives up where",
            );
            page.comment("anybody waits behind it; on a physical replica that can cancel queries");
        }
        page.sql(&format!("vacuum (truncate {cut}) {table}"));
    }
}
