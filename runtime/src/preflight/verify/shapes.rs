//! The rows of one database: whether each agrees with itself.

use std::time::Instant;

use super::item::Item;
use super::pace::{Pace, paced};
use super::position::{Position, identity};
use super::reader::Reader;
use super::row::{Span, decide, differs};
use super::tale::Tale;
use crate::migration::Agreement;
use crate::outcome::error::{Error, is_of_row};
use crate::outcome::verification::{DifferingRow, Unverified, Verification};
use crate::session::executor::{Executor, Rows};
use crate::session::shown::{on_one_line, shown};
use crate::settings::Settings;
use crate::settings::verify::Verify;
use crate::work::fill::culprit::{key_of_answer, key_sql};
use crate::work::fill::heap::{Leaf, leaves_of, leaves_sql};

/// In blocks.
const FIRST: u32 = 64;
const SIZES: (u32, u32) = (4, 4096);

/// How often the end of a table is asked for again: clients write behind it meanwhile.
const ENDS: u32 = 16;

/// What the rows of a range came to.
#[derive(Default)]
struct Found {
    rows: u64,
    differing: u64,
    /// Some of those that differ, by their places.
    at: Vec<String>,
}

/// Looks at each row of what is in step.
pub(crate) async fn verify(
    executor: &mut dyn Executor,
    settings: &Settings,
    all: &[Item],
    verify: &Verify,
) -> Result<Verification, Error> {
    let started = Instant::now();
    let is_wanted = |item: &&Item| verify.wants(item.agreement.table);
    let (left_out, items): (Vec<&Item>, Vec<&Item>) =
        all.iter().filter(is_wanted).partition(|item| item.agreement.unverified.is_some());
    let of = format!("{}: shapes", identity(executor, &settings.app).await?);
    let position = match &verify.from {
        Some(text) => Position::parse(text, &of)?,
        None => Position { of, ..Position::default() },
    };
    let labels =
        |item: &&Item| (on_one_line(item.agreement.table), shown(item.agreement.differing));
    position.fits(&items.iter().map(labels).collect::<Vec<_>>())?;
    let done = position.verified.len() - usize::from(position.place.is_some());
    let tale = Tale { verify, position };
    let reader = Reader::new(executor, settings);
    let mut walk =
        Walk { reader, pace: Pace::new(settings, verify.gives_way), tale, window: FIRST };
    for item in items.iter().skip(done) {
        walk.item(item).await?;
    }
    let (unverified, took) = (unverified(&left_out, all, verify), started.elapsed());
    Ok(Verification { verified: walk.tale.position.verified, unverified, took })
}

/// What no statement can ask for, and tables that were asked for in vain.
fn unverified(left_out: &[&Item], all: &[Item], verify: &Verify) -> Vec<Unverified> {
    let left_out = left_out.iter().map(|Item { migration, agreement }| {
        let why = shown(agreement.unverified.unwrap_or_default());
        Unverified {
            what: format!("rows of {} {}", agreement.table, shown(agreement.differing)),
            why: format!("{why} (`{migration}`)"),
            differs: false,
        }
    });
    let is_there = |asked: &&String| {
        let only = Verify { tables: vec![(*asked).clone()], ..Verify::default() };
        all.iter().any(|item| only.wants(item.agreement.table))
    };
    let nowhere = verify.tables.iter().filter(|asked| !is_there(asked)).map(|asked| Unverified {
        what: shown(asked),
        why: "no change keeps two shapes of it in step as of now".to_owned(),
        differs: false,
    });
    left_out.chain(nowhere).collect()
}

struct Walk<'a> {
    reader: Reader<'a>,
    pace: Pace<'a>,
    tale: Tale<'a>,
    /// The blocks of the next range.
    window: u32,
}

/// Where a walk is within its table.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Place {
    leaf: u32,
    block: u32,
}

impl Place {
    fn parse(text: &str) -> Option<Place> {
        let (leaf, block) = text.split_once(' ')?;
        Some(Place { leaf: leaf.parse().ok()?, block: block.parse().ok()? })
    }
}

impl Walk<'_> {
    async fn item(&mut self, item: &Item) -> Result<(), Error> {
        let Item { agreement, .. } = *item;
        let from = self.tale.position.place.as_deref().and_then(Place::parse);
        self.tale.begin(agreement.table, &shown(agreement.differing));
        let table = agreement.table;
        let leaves = leaves_of(table, &self.reader.own(&leaves_sql(table)).await?)?;
        for leaf in leaves {
            let block = match from {
                Some(from) if leaf.oid < from.leaf => continue,
                Some(from) if leaf.oid == from.leaf => from.block,
                _ => 0,
            };
            self.leaf(agreement, &leaf, block).await?;
        }
        self.tale.at(None);
        Ok(())
    }

    async fn leaf(&mut self, agreement: &Agreement, leaf: &Leaf, from: u32) -> Result<(), Error> {
        let (mut block, mut end, mut ends) = (from, leaf.blocks, 0);
        self.reader.table.clone_from(&leaf.name);
        loop {
            if block >= end {
                // What a client wrote meanwhile may be a row that was ahead of the walk.
                ends += 1;
                end = self.blocks(leaf).await?;
                if block >= end || ends > ENDS {
                    return Ok(());
                }
            }
            let tale = &self.tale;
            self.pace.pass(self.reader.executor, &|reason| tale.tell(Some(reason))).await?;
            let to = block.saturating_add(self.window).min(end);
            let started = Instant::now();
            let found = self.range(agreement, leaf, Span::Blocks(block, to)).await?;
            let took = started.elapsed();
            let samples = self.named(agreement, leaf, &found.at).await?;
            let current = self.tale.current();
            current.rows += found.rows;
            current.differing += found.differing;
            current.samples.extend(samples);
            block = to;
            self.window = paced(self.window, took, self.pace.settings.batch_time, SIZES);
            self.tale.at(Some(format!("{} {block}", leaf.oid)));
            self.pace.rest(took).await?;
        }
    }

    async fn blocks(&mut self, leaf: &Leaf) -> Result<u32, Error> {
        let sql = format!(
            "select pg_catalog.pg_relation_size('{}'::oid) \
             / pg_catalog.current_setting('block_size')::bigint",
            leaf.oid
        );
        let rows = self.reader.own(&sql).await?;
        // A partition that is gone by now has no size.
        Ok(rows.value().and_then(|blocks| blocks.parse().ok()).unwrap_or_default())
    }

    /// Looks at a range; where an expression fails on a row of it, at ever smaller ones.
    async fn range(
        &mut self,
        agreement: &Agreement,
        leaf: &Leaf,
        span: Span,
    ) -> Result<Found, Error> {
        let (mut found, mut spans) = (Found::default(), vec![span]);
        while let Some(span) = spans.pop() {
            self.pace.settings.interrupt.pass()?;
            let error = match self.ask(agreement, leaf, span).await {
                Ok(part) => {
                    found.rows += part.rows;
                    found.differing += part.differing;
                    found.at.extend(part.at);
                    continue;
                }
                Err(error) if error.code().is_some_and(is_of_row) => error,
                Err(error) => return Err(error),
            };
            if let Some([first, second]) = span.halves() {
                // What cannot even be planned fails on no rows, too.
                if matches!(span, Span::Blocks(from, to) if to - from > 1)
                    || self.plans(agreement, leaf).await
                {
                    spans.extend([second, first]);
                    continue;
                }
                return Err(error);
            }
            let place = span.condition();
            if let Some(differs) = decide(&mut self.reader, leaf, &place, agreement).await? {
                found.rows += 1;
                found.differing += u64::from(differs);
                if let (true, Span::Lines(block, line, _)) = (differs, span) {
                    found.at.push(format!("({block},{line})"));
                }
            }
        }
        found.at.truncate(self.tale.room());
        Ok(found)
    }

    async fn plans(&mut self, agreement: &Agreement, leaf: &Leaf) -> bool {
        let (differs, name) = (differs(agreement), &leaf.name);
        let sql = format!("explain select {differs} from only {name} where false");
        self.reader.expression(&sql).await.is_ok()
    }

    async fn ask(
        &mut self,
        agreement: &Agreement,
        leaf: &Leaf,
        span: Span,
    ) -> Result<Found, Error> {
        let (name, differs, place) = (&leaf.name, differs(agreement), span.condition());
        let room = self.tale.room();
        let sql = format!(
            "select pg_catalog.count(*), pg_catalog.count(*) filter (where differs), \
             pg_catalog.array_to_string((pg_catalog.array_agg(at) filter (where differs))[1:{room}], ' ') \
             from (select ctid::text as at, {differs} as differs from only {name} \
             where {place} offset 0) r"
        );
        let rows = self.reader.expression(&sql).await?;
        let row = rows.iter().next();
        let number = |column| row.and_then(|row| row.number::<u64>(column));
        let (Some(rows), Some(differing)) = (number(0), number(1)) else {
            return Err(Error::corrupt(format!("the rows of {name} cannot be counted")));
        };
        let at = row.map_or("", |row| row.text(2));
        let at = at.split(' ').filter(|at| !at.is_empty()).map(str::to_owned).collect();
        Ok(Found { rows, differing, at })
    }

    /// Names rows by their places; one that was written since has moved.
    async fn named(
        &mut self,
        agreement: &Agreement,
        leaf: &Leaf,
        at: &[String],
    ) -> Result<Vec<DifferingRow>, Error> {
        if at.is_empty() {
            return Ok(Vec::new());
        }
        let key = key_of_answer(&self.reader.own(&key_sql(agreement.table)).await?);
        let places: Vec<String> = at.iter().map(|at| format!("'{at}'::tid")).collect();
        let sql = format!(
            "select ctid::text, {key} from only {} where ctid = any (array[{}])",
            leaf.name,
            places.join(", ")
        );
        let rows: Rows = self.reader.own(&sql).await?;
        let name = |at: &String| {
            let row = rows.iter().find(|row| row.get(0) == Some(at));
            let row = row.and_then(|row| row.get(1)).map_or_else(|| format!("ctid {at}"), shown);
            DifferingRow { row, how: String::new() }
        };
        Ok(at.iter().map(name).collect())
    }
}
