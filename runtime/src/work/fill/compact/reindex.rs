//! Indexes of a table that are built anew.

use async_trait::async_trait;

use super::outside::outside;
use crate::migration::{LockMode, Reindex, TableLock};
use crate::outcome::error::{Error, ReadsRows};
use crate::work::fill::heap::{Leaf, leaves};
use crate::work::kind::{Kind, Turn};
use crate::work::page::{Page, describe};
use crate::work::step::brake::Weight;
use crate::work::step::context::StepContext;
use crate::work::touched::{Earlier, Touched};

#[async_trait]
impl Kind for Reindex {
    fn weight(&self) -> Weight {
        Weight::Heavy
    }

    fn touch(&self, touched: &mut Touched, earlier: &mut Earlier) {
        touched.waits = true;
        touched.table(self.table, LockMode::ShareUpdateExclusive, earlier);
    }

    fn review(&self, page: &mut Page) {
        review(page, self.table);
    }

    async fn carry_out(
        &self,
        context: &mut StepContext<'_, '_>,
        turn: Turn<'_>,
    ) -> Result<(), Error> {
        turn.intend(context.session).await?;
        let all = leaves(context.session, self.table).await?;
        reindex(context, self.table, &all).await?;
        turn.finish(context.session).await
    }
}

pub(super) fn review(page: &mut Page, table: &'static str) {
    page.comment("runs outside a transaction; what an interrupted try leaves is dropped before");
    page.comment("the next. A second index is built beside each and takes its place:");
    page.comment(describe(&TableLock { table, mode: LockMode::ShareUpdateExclusive }, false));
    page.sql(&format!("reindex table concurrently {table}"));
}

/// Builds the indexes of a table anew, leaf by leaf, those of what is stored outside its rows too.
pub(super) async fn reindex(
    context: &mut StepContext<'_, '_>,
    table: &'static str,
    leaves: &[Leaf],
) -> Result<(), Error> {
    for leaf in leaves {
        let outcome = reindex_leaf(context, table, leaf).await;
        context.session.restore().await;
        outcome?;
    }
    Ok(())
}

async fn reindex_leaf(
    context: &mut StepContext<'_, '_>,
    table: &'static str,
    leaf: &Leaf,
) -> Result<(), Error> {
    let halves = format!(
        "select pg_catalog.format('%I.%I', n.nspname, c.relname) from pg_catalog.pg_index i \
         join pg_catalog.pg_class c on c.oid = i.indexrelid \
         join pg_catalog.pg_namespace n on n.oid = c.relnamespace \
         where i.indrelid = {} and not i.indisvalid and c.relname ~ '_cc(new|old)[0-9]*$'",
        leaf.oid
    );
    for row in context.session.query(&halves).await?.iter() {
        let drop = format!("drop index concurrently if exists {}", row.text(0));
        outside(context, table, &drop, ReadsRows::No).await?;
    }
    let all = format!("reindex table concurrently {}", leaf.name);
    outside(context, table, &all, ReadsRows::Yes).await
}
