//! A walk along the key: a count and a sum for each range, on both sides.

use std::collections::BTreeMap;
use std::time::Instant;

use super::super::pace::{Pace, paced};
use super::super::reader::Reader;
use super::super::tale::Tale;
use super::follow::Follow;
use super::literal::{Key, between, decode, encode, ordered};
use super::sides::{DIFFERING, Sides};
use super::table::Pair;
use crate::outcome::error::Error;
use crate::session::executor::Rows;
use crate::session::sql::quote_identifier;

/// In rows.
pub(super) const FIRST: u32 = 1_000;
const SIZES: (u32, u32) = (250, 20_000);
/// Where each range reads the whole table.
const OUT_OF_ORDER: u32 = 100_000;

pub(super) struct Walk<'a> {
    pub(super) sides: Sides<'a>,
    pub(super) pace: Pace<'a>,
    pub(super) tale: Tale<'a>,
    pub(super) follow: Follow,
    /// The rows of the next range.
    pub(super) size: u32,
}

/// A row as it is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) hash: String,
    /// Which version of the row it is.
    pub(super) version: String,
}

pub(super) type Seens = BTreeMap<Key, Seen>;

impl Walk<'_> {
    pub(super) async fn pair(&mut self, pair: &Pair) -> Result<(), Error> {
        let from = self.tale.position.place.as_deref().and_then(decode);
        let is_new = self.tale.position.place.is_none();
        self.tale.begin(&pair.here.name, DIFFERING);
        self.sides.here.table.clone_from(&pair.here.name);
        self.sides.there.table.clone_from(&pair.there.name);
        if is_new {
            self.tale.current().notes = pair.notes();
        }
        if pair.key().next().is_none() {
            self.without_key(pair).await?;
        } else {
            self.ranges(pair, from).await?;
        }
        self.tale.at(None);
        Ok(())
    }

    pub(super) async fn hold(&mut self) -> Result<(), Error> {
        let tale = &self.tale;
        self.pace.pass(self.sides.here.executor, &|reason| tale.tell(Some(reason))).await
    }

    async fn ranges(&mut self, pair: &Pair, mut from: Option<Key>) -> Result<(), Error> {
        // What comes behind it was written since, and may come faster than it is verified.
        let last = self.last(pair).await?;
        loop {
            self.hold().await?;
            let started = Instant::now();
            let is_behind = last.is_none() || from == last;
            let to =
                if is_behind { None } else { self.end(pair, from.as_ref(), last.as_ref()).await? };
            let place = between(pair, from.as_ref(), to.as_ref());
            let sql = summed(pair, &place);
            let (here, there) =
                tokio::join!(self.sides.here.formatted(&sql.0), self.sides.there.formatted(&sql.1));
            let (here, there) = (here?, there?);
            let took = started.elapsed();
            let sum = |rows: &Rows| {
                let row = rows.iter().next();
                row.map(|row| (row.text(0).to_owned(), row.text(1).to_owned()))
            };
            let rows = here.value().and_then(|rows| rows.parse::<u64>().ok());
            self.tale.current().rows += rows.unwrap_or_default();
            if sum(&here) != sum(&there) {
                self.settle(pair, &place).await?;
            }
            self.size = paced(self.size, took, self.pace.settings.batch_time, SIZES);
            self.pace.rest(took).await?;
            let Some(to) = to else { return Ok(()) };
            self.tale.at(Some(encode(&to)));
            from = Some(to);
        }
    }

    /// The last key that there is.
    async fn last(&mut self, pair: &Pair) -> Result<Option<Key>, Error> {
        let (keys, table) = (texts(pair), &pair.here.from);
        let order = ordered(pair).iter().map(|one| format!("{one} desc")).collect::<Vec<_>>();
        let order = order.join(", ");
        let sql = format!("select {keys} from {table} order by {order} limit 1");
        Ok(key_of(&self.sides.here.formatted(&sql).await?))
    }

    /// The last key of the range that begins behind another.
    async fn end(
        &mut self,
        pair: &Pair,
        from: Option<&Key>,
        last: Option<&Key>,
    ) -> Result<Option<Key>, Error> {
        let (keys, order) = (texts(pair), ordered(pair).join(", "));
        let (table, place) = (&pair.here.from, between(pair, from, last));
        let size = if pair.is_in_order() { self.size } else { OUT_OF_ORDER };
        let sql = format!(
            "select {keys} from {table} where {place} order by {order} limit 1 offset {}",
            size - 1
        );
        let key = key_of(&self.sides.here.formatted(&sql).await?);
        Ok(key.or_else(|| last.cloned()))
    }
}

fn key_of(rows: &Rows) -> Option<Key> {
    let row = rows.iter().next()?;
    Some(row.iter().map(|value| value.unwrap_or_default().to_owned()).collect())
}

/// The columns of the key as their types write them.
fn texts(pair: &Pair) -> String {
    let text = |name: &str| format!("pg_catalog.format('%s', {})", quote_identifier(name));
    pair.key().map(|column| text(&column.name)).collect::<Vec<_>>().join(", ")
}

/// The queries of both sides for the count and the sum of a range.
pub(super) fn summed(pair: &Pair, place: &str) -> (String, String) {
    let hash = pair.hash();
    let sql = |from: &str| {
        format!(
            "select pg_catalog.count(*), coalesce(pg_catalog.sum(h), 0) \
             from (select {hash} as h from {from} where {place}) r"
        )
    };
    (sql(&pair.here.from), sql(&pair.there.from))
}

/// The rows of a place.
pub(super) async fn seen(
    reader: &mut Reader<'_>,
    pair: &Pair,
    from: &str,
    place: &str,
) -> Result<Seens, Error> {
    let (keys, hash) = (texts(pair), pair.hash());
    let sql = format!(
        "select {hash}, xmin::text || ' ' || tableoid || ' ' || ctid::text, {keys} \
         from {from} where {place}"
    );
    let rows = reader.formatted(&sql).await?;
    let seen = rows.iter().map(|row| {
        let (hash, version) = (row.text(0).to_owned(), row.text(1).to_owned());
        let key = row.iter().skip(2).map(|value| value.unwrap_or_default().to_owned()).collect();
        (key, Seen { hash, version })
    });
    Ok(seen.collect())
}
