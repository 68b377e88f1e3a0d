//! Fills rows with what a function of the service makes of them.
//!
//! The function may take its time, so no row is locked while it runs. What it was given is compared
//! again when its values are written: a row that a client has changed meanwhile is read again.

mod batches;
mod failed;

use async_trait::async_trait;

use self::batches::{BATCH, Batches, casts};
use crate::migration::{Convert, LockMode, TableLock};
use crate::outcome::error::Error;
use crate::record::store::StepStore;
use crate::work::fill::heap::{STRIPES, place};
use crate::work::fill::walk::{self};
use crate::work::kind::{Kind, Turn};
use crate::work::page::{Page, describe};
use crate::work::step::brake::Weight;
use crate::work::step::context::StepContext;
use crate::work::touched::{Earlier, Fill, Touched};

#[async_trait]
impl Kind for Convert {
    fn weight(&self) -> Weight {
        Weight::Heavy
    }

    fn touch(&self, touched: &mut Touched, earlier: &mut Earlier) {
        touched.fill(Fill::Convert(*self), earlier);
    }

    fn review(&self, page: &mut Page) {
        let Convert { table, key, read, write, pending, function } = self;
        let columns = |columns: &[&str]| columns.join(", ");
        let all = [*key, *read].concat();
        page.prose(format!(
            "the runner repeats this for each window of pages and each stripe of its rows; if it \
             stops it goes on from there. It gives these rows to `{}`:",
            function.name
        ));
        page.sql(&format!(
            "select {} from {table}\n\
             where {}\n\
             and ({pending}) limit {BATCH}",
            columns(&all),
            place((0, 64), (0, STRIPES))
        ));
        page.comment("and writes what it gives back, unless a client has changed what was read:");
        let lock = TableLock { table, mode: LockMode::RowExclusive };
        page.comment(describe(&lock, false));
        page.comment(format!(
            "update {table} set ({}) = (…)\n\
             where ({}) is not distinct from (…) and ({pending});",
            columns(write),
            columns(&all)
        ));
        page.none_left(table, pending);
    }

    async fn carry_out(
        &self,
        context: &mut StepContext<'_, '_>,
        turn: Turn<'_>,
    ) -> Result<(), Error> {
        turn.intend(context.session).await?;
        let filled = fill(context, turn.store, self, turn.from()).await;
        walk::unless_empty(context, turn.store, filled).await?;
        turn.finish(context.session).await
    }
}

async fn fill(
    context: &mut StepContext<'_, '_>,
    store: &StepStore<'_>,
    convert: &Convert,
    from: (Option<&str>, u64),
) -> Result<(), Error> {
    let casts = casts(context.session, convert).await?;
    walk::fill(context, store, Batches { convert, casts }, from).await
}
