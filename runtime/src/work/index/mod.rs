//! Indexes that are built and dropped while clients write.

mod build;
mod child_name;
mod ours;
mod partitioned;
mod state;

use async_trait::async_trait;

use self::build::{analyzed, build_until_valid, ladder};
use self::state::{Target, Truth, kind, truth};
use crate::lock::RunSession;
use crate::migration::{Index, LockMode};
use crate::outcome::error::{Error, ErrorKind, ReadsRows};
use crate::record::ledger::Direction;
use crate::session::sql::milliseconds;
use crate::work::kind::{Kind, Turn};
use crate::work::page::Page;
use crate::work::step::brake::Weight;
use crate::work::step::context::StepContext;
use crate::work::touched::{Earlier, Touched};

/// An index that is to be built.
pub(super) struct Build(pub(super) Index);

/// An index that is to be dropped.
pub(super) struct Discard(pub(super) Index);

#[async_trait]
impl Kind for Build {
    fn weight(&self) -> Weight {
        Weight::Heavy
    }

    fn touch(&self, touched: &mut Touched, earlier: &mut Earlier) {
        touched.waits = true;
        touched.builds.push((self.0.table, self.0.name));
        touched.table(self.0.table, LockMode::ShareUpdateExclusive, earlier);
    }

    fn review(&self, page: &mut Page) {
        let index = &self.0;
        // A plan that knows its table to be partitioned says so by the lock on the parent.
        if index.create.locks.iter().any(|lock| lock.mode.blocks_clients()) {
            return review_partitioned(page, index);
        }
        page.comment(
            "runs outside a transaction, and waits for every transaction that is older than it",
        );
        page.comment("if it stops: the invalid index is dropped concurrently and built again");
        page.outside(index.create);
        if let Some(analyze) = &index.analyze {
            page.outside(analyze);
        }
    }

    async fn carry_out(
        &self,
        context: &mut StepContext<'_, '_>,
        turn: Turn<'_>,
    ) -> Result<(), Error> {
        let index = &self.0;
        turn.intend(context.session).await?;
        let built = build(context, index, turn.is_resumed()).await;
        // A migration whose index cannot be built must stay open to be edited.
        if let Err(error) = &built
            && turn.direction == Direction::Forward
            && left_nothing(context.session, index, error).await
        {
            turn.came_to_nothing(context.session).await?;
        }
        built?;
        turn.finish(context.session).await
    }
}

#[async_trait]
impl Kind for Discard {
    fn weight(&self) -> Weight {
        Weight::Brief
    }

    fn touch(&self, touched: &mut Touched, earlier: &mut Earlier) {
        touched.table(self.0.table, LockMode::ShareUpdateExclusive, earlier);
    }

    fn review(&self, page: &mut Page) {
        let index = &self.0;
        if index.drop.locks.iter().any(|lock| lock.mode.blocks_clients()) {
            return page.transaction(std::slice::from_ref(index.drop));
        }
        page.outside(index.drop);
    }

    async fn carry_out(
        &self,
        context: &mut StepContext<'_, '_>,
        turn: Turn<'_>,
    ) -> Result<(), Error> {
        turn.intend(context.session).await?;
        discard(context, &self.0).await?;
        turn.finish(context.session).await
    }
}

fn review_partitioned(page: &mut Page, index: &Index) {
    let Index { name, table, definition, .. } = index;
    let unique = if index.unique { "unique " } else { "" };
    page.comment(
        "on the parent alone first, which holds no rows; if it stops: the next run goes on",
    );
    page.transaction(std::slice::from_ref(index.create));
    page.comment("then for each partition, where it has no such index yet:");
    page.comment(format!(
        "create {unique}index concurrently … on <partition> {definition};\n\
         alter index {name} attach partition …;"
    ));
    page.comment(format!("and in the same way below partitions of {table} that have their own"));
}

/// Builds an index. `resumed` says that an earlier run may have begun it, so that what exists
/// under its name is ours.
async fn build(
    context: &mut StepContext<'_, '_>,
    index: &Index,
    resumed: bool,
) -> Result<(), Error> {
    with_budget(context, async |context| {
        if kind(context.session, index.table).await?.as_deref() == Some("p") {
            return partitioned::build(context, index, resumed).await;
        }
        let mut ladder = ladder(context, index);
        let target = Target::of(index);
        build_until_valid(context, &mut ladder, &target, resumed).await?;
        match index.analyze {
            Some(analyze) => analyzed(context, &mut ladder, analyze.sql).await,
            None => Ok(()),
        }
    })
    .await
}

/// Drops an index; one that is gone already is fine.
async fn discard(context: &mut StepContext<'_, '_>, index: &Index) -> Result<(), Error> {
    if !ours::is_to_be_dropped(context.session, index).await? {
        return Ok(());
    }
    if kind(context.session, index.name).await?.as_deref() == Some("I") {
        return partitioned::discard(context, index).await;
    }
    with_budget(context, async |context| {
        let mut ladder = ladder(context, index);
        while let Err(error) =
            context.session.query_outside_transaction(index.drop.sql, ReadsRows::No).await
        {
            ladder.climb_on(context, error).await?;
        }
        Ok(())
    })
    .await
}

/// Tells whether a build that failed has left nothing of its own.
async fn left_nothing(session: &mut RunSession<'_>, index: &Index, error: &Error) -> bool {
    error.kind() == ErrorKind::NameTaken
        || matches!(truth(session, index.name).await, Ok(Truth::Missing))
}

/// Runs with a `lock_timeout` of its own, because here it also counts the wait for transactions
/// that are older than the build.
async fn with_budget(
    context: &mut StepContext<'_, '_>,
    work: impl AsyncFnOnce(&mut StepContext<'_, '_>) -> Result<(), Error>,
) -> Result<(), Error> {
    let budget = milliseconds(context.settings.index_timeout);
    context.session.set(&[("lock_timeout", &budget)]).await?;
    let outcome = work(context).await;
    context.session.restore().await;
    outcome
}
