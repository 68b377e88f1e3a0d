//! Rounds over one table until nothing more is to be had: walk, wait for older snapshots, vacuum.

use std::time::Instant;

use super::bloat::{Pages, Shape};
use super::front::Front;
use super::outside::outside;
use super::window::{Emptied, Window};
use crate::migration::Compaction;
use crate::outcome::error::{Error, ReadsRows, WorkError};
use crate::record::store::StepStore;
use crate::session::sql::{milliseconds, quote_literal};
use crate::work::fill::heap::Leaf;
use crate::work::fill::walk::ROW_LOCK_TIMEOUT;
use crate::work::step::brake::Weight;
use crate::work::step::context::{Position, StepContext};
use crate::work::step::throttle;

/// A round comes back to what clients held in the one before, and has the room that its tries took.
const ROUNDS: u32 = 8;

/// A smaller table is not worth it, nor does a vacuum always cut so few pages off: 8 MB.
const LEAST_PAGES: u32 = 1000;

/// After so many pages a vacuum cuts off what is empty.
const BETWEEN_VACUUMS: u32 = 8192;

/// How much longer a window may take than a batch of a backfill: most of it locks no row for good.
const LONGER: u32 = 3;

/// A table, or a partition, that is compacted.
pub(super) struct Rounds<'a> {
    compaction: &'a Compaction,
    store: &'a StepStore<'a>,
    leaf: &'a Leaf,
    moved: u64,
    started: Instant,
}

impl<'a> Rounds<'a> {
    pub(super) fn new(
        compaction: &'a Compaction,
        store: &'a StepStore<'a>,
        leaf: &'a Leaf,
    ) -> Rounds<'a> {
        Rounds { compaction, store, leaf, moved: 0, started: Instant::now() }
    }

    /// Returns whether a row has moved.
    pub(super) async fn until_compact(
        &mut self,
        context: &mut StepContext<'_, '_>,
    ) -> Result<bool, Error> {
        let table = self.leaf.name.clone();
        let Some(shape) = Shape::of(context.session, self.leaf).await? else {
            return Err(Error::work(WorkError::Unwritable { table }));
        };
        context.fill(self.leaf.oid);
        self.vacuum(context, false).await?;
        let first = shape.pages(context.session, self.leaf).await?;
        if first.has < LEAST_PAGES || first.gain() < self.compaction.least {
            let (gain, least) = (first.gain(), self.compaction.least);
            tracing::info!(table, gain, least, "is compact enough, and is left as it is");
            return Ok(false);
        }
        let mut pages = first;
        for _ in 0..ROUNDS {
            let is_full = self.round(context, &shape, pages).await?;
            let now = shape.pages(context.session, self.leaf).await?;
            let freed = pages.has.saturating_sub(now.has);
            pages = now;
            if freed <= pages.has / 100 && !is_full {
                break;
            }
        }
        if self.compaction.truncates && pages.has > pages.needs.saturating_mul(2) {
            let empty = pages.has - pages.needs;
            tracing::warn!(
                table,
                empty,
                "pages at the end are empty and not cut off: the table was never free for a moment, or an old \
                 snapshot needs them; a later vacuum does it"
            );
        }
        Ok(self.moved > 0)
    }

    /// Tells whether it stopped because there was no more room before it.
    async fn round(
        &mut self,
        context: &mut StepContext<'_, '_>,
        shape: &Shape,
        pages: Pages,
    ) -> Result<bool, Error> {
        let mut front = Front::new(pages.has, pages.needs);
        let (mut since_vacuum, mut is_full) = (0, false);
        while let Some(blocks) = front.window() {
            throttle::pass(context, Weight::Heavy).await?;
            hurry(context).await?;
            let window = Window { leaf: self.leaf, shape, blocks: blocks.clone() };
            match window.empty(context.session, self.store).await {
                Ok(Emptied::NoRoom) => {
                    is_full = true;
                    break;
                }
                Ok(Emptied::Moved { rows, took }) => {
                    self.moved += rows;
                    context.tally.rows += rows;
                    since_vacuum += blocks.end - blocks.start;
                    front.past(&blocks, took, context.batch_time() * LONGER);
                    throttle::rest(context, took).await?;
                }
                // A client writes a row of it.
                Err(error) if error.gave_way() => drop(front.shrink()),
                Err(error) => return Err(error),
            }
            if since_vacuum >= BETWEEN_VACUUMS {
                since_vacuum = 0;
                self.cut(context).await?;
            }
            self.tell(context, pages, front);
        }
        self.cut(context).await?;
        Ok(is_full)
    }

    /// Waits until nobody needs what was in the pages that are empty now, and cuts them off.
    async fn cut(&self, context: &mut StepContext<'_, '_>) -> Result<(), Error> {
        let seen = until_seen_by_all(context).await;
        context.go_on().await;
        seen?;
        self.vacuum(context, self.compaction.truncates).await
    }

    async fn vacuum(
        &self,
        context: &mut StepContext<'_, '_>,
        truncates: bool,
    ) -> Result<(), Error> {
        let cut = if truncates { "on" } else { "off" };
        let sql = format!("vacuum (truncate {cut}, index_cleanup on) {}", self.leaf.name);
        outside(context, self.compaction.table, &sql, ReadsRows::No).await
    }

    fn tell(&self, context: &mut StepContext<'_, '_>, pages: Pages, front: Front) {
        let total = u64::from(pages.has.saturating_sub(pages.needs));
        let done = total.saturating_sub(u64::from(front.left()));
        let seconds = self.started.elapsed().as_secs_f64().max(0.001);
        context.position = Position {
            table: Some(self.leaf.name.clone()),
            rows: self.moved,
            done_blocks: done,
            total_blocks: total,
            #[expect(clippy::cast_precision_loss, reason = "it is shown with two digits")]
            rate: self.moved as f64 / seconds,
            eta: None,
        };
        context.tell();
    }
}

/// Lets a window wait for a row no longer than clients bear.
async fn hurry(context: &mut StepContext<'_, '_>) -> Result<(), Error> {
    let timeout = milliseconds(ROW_LOCK_TIMEOUT.min(context.session.server.deadlock_timeout / 4));
    context.session.set(&[("lock_timeout", &timeout), ("synchronous_commit", "off")]).await
}

/// What a transaction saw that began before stays where it was until that ends.
async fn until_seen_by_all(context: &mut StepContext<'_, '_>) -> Result<(), Error> {
    let next = "select pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::xid";
    let rows = context.session.query(next).await?;
    let sql = format!(
        "select pg_catalog.format('the end of process %s of %L, whose snapshot is older', a.pid, a.usename) \
         from pg_catalog.pg_stat_activity a where a.pid <> pg_catalog.pg_backend_pid() \
         and (a.datname = pg_catalog.current_database() or a.datname is null) \
         and pg_catalog.age(a.backend_xmin) > pg_catalog.age({}::xid) limit 1",
        quote_literal(rows.value().unwrap_or("3"))
    );
    let started = Instant::now();
    while started.elapsed() < context.settings.deadline {
        let rows = context.session.query(&sql).await?;
        let Some(who) = rows.value() else { return Ok(()) };
        context.wait_for(who.to_owned()).await;
        context.settings.interrupt.sleep(ROW_LOCK_TIMEOUT).await?;
    }
    Ok(())
}
