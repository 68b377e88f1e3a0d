//! The heap of a table as a backfill walks it: leaves, and where in them it is.

use std::fmt;
use std::time::Duration;

use crate::lock::RunSession;
use crate::outcome::error::Error;
use crate::session::executor::{Row, Rows};
use crate::session::sql::quote_literal;

/// The most turns that a window's rows are updated in, by a hash of their places. The first turn moves
/// its rows to other pages; from then on each turn finds the room that the one before it left.
pub(crate) const STRIPES: u32 = 8;

const FIRST_WINDOW: u32 = 64;
const LARGEST_WINDOW: u32 = 1024;

/// A table that holds rows itself: a partition, a child, or the whole.
#[derive(Debug, Clone)]
pub(crate) struct Leaf {
    pub(crate) oid: u32,
    pub(crate) name: String,
    pub(crate) blocks: u32,
    /// How many indexes a row that moves is written into.
    indexes: u32,
}

impl Leaf {
    /// The turns that a window takes: each reads all of it once more, and the more there are, the
    /// fewer rows move. A power of two. With 4 indexes 4 turns took 0.86 of the time of 8; what a row that
    /// moves costs grows with each index.
    fn stripes(&self) -> u32 {
        match self.indexes {
            0 | 1 => STRIPES / 4,
            2..=11 => STRIPES / 2,
            _ => STRIPES,
        }
    }
}

/// The tables under a name in a fixed order, each with its size as of now.
pub(crate) async fn leaves(session: &mut RunSession<'_>, table: &str) -> Result<Vec<Leaf>, Error> {
    let rows = session.query(&leaves_sql(table)).await?;
    leaves_of(table, &rows)
}

/// The query for them.
pub(crate) fn leaves_sql(table: &str) -> String {
    format!(
        "with recursive tree (oid) as (select {}::regclass::oid union \
         select i.inhrelid from pg_catalog.pg_inherits i join tree on i.inhparent = tree.oid) \
         select c.oid, pg_catalog.format('%I.%I', n.nspname, c.relname), \
         pg_catalog.pg_relation_size(c.oid) / pg_catalog.current_setting('block_size')::bigint, \
         (select count(*) from pg_catalog.pg_index i where i.indrelid = c.oid and i.indisready) \
         from tree join pg_catalog.pg_class c on c.oid = tree.oid \
         join pg_catalog.pg_namespace n on n.oid = c.relnamespace \
         where c.relkind = 'r' order by c.oid",
        quote_literal(table)
    )
}

/// What the query gave.
pub(crate) fn leaves_of(table: &str, rows: &Rows) -> Result<Vec<Leaf>, Error> {
    let leaf = |row: Row<'_>| {
        let (oid, name, blocks) = (row.number(0)?, row.get(1)?.to_owned(), row.number(2)?);
        Some(Leaf { oid, name, blocks, indexes: row.number(3).unwrap_or_default() })
    };
    let leaves: Option<Vec<Leaf>> = rows.iter().map(leaf).collect();
    leaves.ok_or_else(|| Error::corrupt(format!("the catalogs' answer on {table} cannot be read")))
}

/// The next turn of a walk. Rows behind it are filled; rows past `end` were written by clients
/// after the walk began, and the trigger filled them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub(crate) leaf: u32,
    pub(crate) block: u32,
    pub(crate) window: u32,
    pub(crate) stripe: u32,
    pub(crate) stripes: u32,
    pub(crate) end: u32,
}

impl Cursor {
    pub(crate) fn at_start_of(leaf: &Leaf) -> Cursor {
        let (stripes, end) = (leaf.stripes(), leaf.blocks);
        Cursor { leaf: leaf.oid, block: 0, window: FIRST_WINDOW, stripe: 0, stripes, end }
    }

    pub(crate) fn parse(text: &str) -> Option<Cursor> {
        let mut numbers = text.split(' ').map(|number| number.parse::<u32>().ok());
        let mut next = || numbers.next().flatten();
        let cursor = Cursor {
            leaf: next()?,
            block: next()?,
            window: next()?.clamp(1, LARGEST_WINDOW),
            stripe: next()?,
            stripes: next().filter(|stripes| stripes.is_power_of_two() && *stripes <= STRIPES)?,
            end: next()?,
        };
        (cursor.stripe < cursor.stripes).then_some(cursor)
    }

    /// The same place within the leaf as it is now: what a vacuum cut off at its
    /// end, or a hand put there, is not walked.
    pub(crate) fn within(self, leaf: &Leaf) -> Cursor {
        Cursor { end: self.end.min(leaf.blocks), ..self }
    }

    pub(crate) fn is_at_end(self) -> bool {
        self.block >= self.end
    }

    /// Returns what the rows of one turn meet.
    pub(crate) fn condition(self) -> String {
        place((self.block, self.window_end()), (self.stripe, self.stripes))
    }

    /// The block after the window's last.
    pub(crate) fn window_end(self) -> u32 {
        self.block.saturating_add(self.window).min(self.end)
    }

    /// The turn after this one, in the next window after the last stripe.
    pub(crate) fn next(self) -> Cursor {
        self.next_of(1)
    }

    /// The same where so many windows were walked at once.
    pub(crate) fn next_of(self, windows: u32) -> Cursor {
        if self.stripe + 1 < self.stripes {
            return Cursor { stripe: self.stripe + 1, ..self };
        }
        Cursor { block: self.over(windows).window_end(), stripe: 0, ..self }
    }

    /// One window as large as so many.
    pub(crate) fn over(self, windows: u32) -> Cursor {
        Cursor { window: self.window.saturating_mul(windows), ..self }
    }

    /// The same turn of a window that comes so many later; none where the end comes first.
    pub(crate) fn ahead(self, windows: u32) -> Option<Cursor> {
        let block = self.block.saturating_add(self.window.saturating_mul(windows));
        (block < self.end).then_some(Cursor { block, ..self })
    }

    /// The same place with a window that should take the wanted time, given what one turn of the
    /// last window took.
    pub(crate) fn paced(self, turn: Duration, wanted: Duration) -> Cursor {
        let ratio = wanted.as_secs_f64() / turn.as_secs_f64().max(0.000_1);
        let window = f64::from(self.window) * ratio.clamp(0.5, 2.0);
        // Within bounds that fit.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let window = window.clamp(1.0, f64::from(LARGEST_WINDOW)) as u32;
        Cursor { window, ..self }
    }

    /// The same place with a much smaller window. What its earlier stripes filled is not pending
    /// any more, so that the window can start over.
    pub(crate) fn shrunk(self) -> Cursor {
        Cursor { window: (self.window / 4).max(1), stripe: 0, ..self }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Cursor { leaf, block, window, stripe, stripes, end } = self;
        write!(f, "{leaf} {block} {window} {stripe} {stripes} {end}")
    }
}

/// The condition of the rows in a stripe of some blocks. To read the line's number out of the text of
/// the place would cost a tenth of the whole backfill.
pub(crate) fn place((from, to): (u32, u32), (stripe, stripes): (u32, u32)) -> String {
    let mask = stripes - 1;
    format!(
        "ctid >= '({from},0)' and ctid < '({to},0)' \
         and pg_catalog.hashtid(ctid) & {mask} = {stripe}"
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CURSOR: Cursor =
        Cursor { leaf: 7, block: 0, window: 64, stripe: 0, stripes: STRIPES, end: 100 };

    #[test]
    fn a_cursor_survives_its_text() {
        assert_eq!(Cursor::parse(&CURSOR.to_string()), Some(CURSOR));
        assert_eq!(Cursor::parse("7 0 64"), None);
        for refused in ["7 0 64 8 8 100", "7 0 64 0 0 100", "7 0 64 0 3 100", "7 0 64 0 100"] {
            assert_eq!(Cursor::parse(refused), None, "{refused}");
        }
    }

    #[test]
    fn a_walk_takes_each_stripe_of_each_window_once() {
        let turns: Vec<Cursor> = std::iter::successors(Some(CURSOR), |cursor| Some(cursor.next()))
            .take_while(|cursor| !cursor.is_at_end())
            .collect();
        assert_eq!(turns.len(), 2 * STRIPES as usize);
        assert_eq!(turns.last().map(|cursor| cursor.window_end()), Some(100));
    }

    #[test]
    fn windows_that_are_walked_at_once_lie_side_by_side() {
        let at = Cursor { end: 150, ..CURSOR };
        let starts = (0..4).map(|windows| at.ahead(windows).map(|ahead| ahead.block));
        assert_eq!(starts.collect::<Vec<_>>(), [Some(0), Some(64), Some(128), None]);
        let last = Cursor { stripe: STRIPES - 1, ..at };
        assert_eq!([1, 2, 3].map(|windows| last.next_of(windows).block), [64, 128, 150]);
    }

    #[test]
    fn a_window_follows_the_time_it_takes() {
        let ten = Duration::from_millis(10);
        assert_eq!(CURSOR.paced(Duration::from_millis(5), ten).window, 128);
        assert_eq!(CURSOR.paced(Duration::from_secs(1), ten).window, 32);
        assert_eq!(CURSOR.shrunk().shrunk().shrunk().shrunk().window, 1);
    }

    /// Near the ends of its range a number is most likely to overflow.
    fn number() -> impl Strategy<Value = u32> {
        prop_oneof![0..300_u32, any::<u32>(), (u32::MAX - 300)..=u32::MAX]
    }

    proptest! {
        #[test]
        fn any_text_is_a_cursor_or_none(text in ".{0,40}|[-0-9 ]{0,60}") {
            if let Some(cursor) = Cursor::parse(&text) {
                prop_assert_eq!(Cursor::parse(&cursor.to_string()), Some(cursor));
            }
        }

        #[test]
        fn a_walk_from_any_record_ends_and_never_goes_back(
            [leaf, block, window, end] in [number(), number(), number(), number()],
            [stripe, stripes] in [0..9_u32, 0..9_u32],
            blocks in 0..3_000_u32,
            windows in 1..20_u32,
        ) {
            let text = format!("{leaf} {block} {window} {stripe} {stripes} {end}");
            let Some(cursor) = Cursor::parse(&text) else {
                prop_assert!(stripe >= stripes || !stripes.is_power_of_two());
                return Ok(());
            };
            let leaf = Leaf { oid: leaf, name: String::new(), blocks, indexes: 0 };
            let mut at = cursor.within(&leaf);
            let mut turns = 0;
            while !at.is_at_end() {
                prop_assert!(at.window_end() > at.block && at.window_end() <= blocks, "{at:?}");
                let next = at.next_of(windows);
                prop_assert!((next.block, next.stripe) > (at.block, at.stripe), "{at:?}, {next:?}");
                at = next;
                turns += 1;
            }
            prop_assert!(turns <= blocks * STRIPES);
        }
    }
}
