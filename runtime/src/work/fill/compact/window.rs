//! One window of a table's last pages, emptied in one transaction.
//!
//! An update stays on its page while that has room. So the pages are filled first, within a savepoint that
//! is taken back: what it wrote keeps its room until the transaction is over, and every row has to go to
//! another page. The server looks for that from the front.

use std::ops::Range;
use std::time::{Duration, Instant};

use super::bloat::Shape;
use crate::lock::RunSession;
use crate::outcome::error::{Error, ReadsRows};
use crate::record::store::StepStore;
use crate::session::sql::{MARK, ON_PLANS_PATH, OWN, quote_literal};
use crate::work::fill::heap::Leaf;

/// A window of a table.
pub(super) struct Window<'a> {
    pub(super) leaf: &'a Leaf,
    pub(super) shape: &'a Shape,
    pub(super) blocks: Range<u32>,
}

/// What became of it.
pub(super) enum Emptied {
    /// So many rows have moved, in such a time.
    Moved { rows: u64, took: Duration },
    /// There is no room before it.
    NoRoom,
}

impl Window<'_> {
    /// Moves every row to a page before it, or none.
    pub(super) async fn empty(
        &self,
        session: &mut RunSession<'_>,
        store: &StepStore<'_>,
    ) -> Result<Emptied, Error> {
        let started = Instant::now();
        let own = session.write_condition().to_owned();
        let smallest = self.smallest(session).await?;
        let mut tx = session.begin().await?;
        let outcome = self.move_rows(&mut tx, smallest, store, &own).await;
        match outcome {
            // A single row at the end would keep all that is empty before it.
            Ok((_, behind)) if behind > 0 => {
                tx.roll_back().await;
                Ok(Emptied::NoRoom)
            }
            outcome => {
                let mut rows = 0;
                let outcome = outcome.map(|(moved, _)| rows = moved);
                tx.end_of_plan(outcome, None, ReadsRows::Yes).await?;
                Ok(Emptied::Moved { rows, took: started.elapsed() })
            }
        }
    }

    /// The address of the smallest row of each page: where it finds no room, no other does.
    async fn smallest(&self, session: &mut RunSession<'_>) -> Result<Option<String>, Error> {
        let (name, width, place) = (&self.leaf.name, &self.shape.width, self.place());
        let sql = format!(
            "select pg_catalog.array_agg(r.place)::text from (select distinct on (r.block) r.place \
             from (select ctid as place, (ctid::text::point)[0] as block, {width} as width \
             from only {name} where {place}) r order by r.block, r.width) r {OWN}"
        );
        Ok(session.query_with_rows(&sql, &sql).await?.value().map(str::to_owned))
    }

    async fn move_rows(
        &self,
        session: &mut RunSession<'_>,
        smallest: Option<String>,
        store: &StepStore<'_>,
        own: &str,
    ) -> Result<(u64, u64), Error> {
        session.query(&format!("{MARK}, {ON_PLANS_PATH}")).await?;
        if let Some(places) = smallest {
            let fill = self.fill(&places);
            session.query_with_rows(&fill, &fill).await?;
        }
        let (name, column, place) = (&self.leaf.name, &self.shape.column, self.place());
        let Range { start, end } = self.blocks;
        let record = store.filled(own, Some(&format!("{} {start}", self.leaf.oid)));
        let sql = format!(
            "with filled as (update only {name} set {column} = {column} where {place} \
             returning ((ctid::text::point)[0])::int as block) {record} \
             returning (select count(*) from filled), \
             (select count(*) from filled where block >= {end}) {OWN}"
        );
        let rows = session.query_with_rows(&sql, &sql).await?;
        let counts = rows.iter().next().and_then(|row| Some((row.number(0)?, row.number(1)?)));
        match counts {
            Some(counts) => Ok(counts),
            None => Err(session.explain_refused_write().await),
        }
    }

    /// Writes the rows of these places again and again, each until it finds no room on its page; and takes
    /// that back.
    fn fill(&self, places: &str) -> String {
        let (name, column, places) = (&self.leaf.name, &self.shape.column, quote_literal(places));
        let Range { start, end } = self.blocks;
        let block = format!(
            "#variable_conflict use_column\n\
             declare changeover_places tid[] := {places}; begin \
             while changeover_places is not null loop \
             with filled as (update only {name} set {column} = {column} \
             where ctid = any (changeover_places) \
             returning ctid as place, ((ctid::text::point)[0])::int as block) \
             select pg_catalog.array_agg(f.place) into changeover_places from filled f \
             where f.block >= {start} and f.block < {end}; \
             end loop; end"
        );
        let block = quote_literal(&block);
        format!("savepoint filled; do {block}; rollback to savepoint filled {OWN}")
    }

    fn place(&self) -> String {
        let Range { start, end } = self.blocks;
        format!("ctid >= '({start},0)' and ctid < '({end},0)'")
    }
}
