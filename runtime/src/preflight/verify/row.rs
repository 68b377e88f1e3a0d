//! Rows by their places, and whether one agrees on which an expression fails.

use super::reader::Reader;
use crate::migration::{Agreement, Equality};
use crate::outcome::error::{Error, is_of_row};
use crate::work::fill::heap::Leaf;

/// More line pointers than a page of any size has.
///
/// PostgreSQL manual, section "Database Page Layout".
const LINES: u32 = 2048;

/// Rows of a leaf that lie side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Span {
    Blocks(u32, u32),
    /// Of one block.
    Lines(u32, u32, u32),
}

impl Span {
    pub(super) fn condition(self) -> String {
        let ((block, line), (end, end_line)) = match self {
            Span::Blocks(from, to) => ((from, 0), (to, 0)),
            Span::Lines(block, from, to) => ((block, from), (block, to)),
        };
        format!("ctid >= '({block},{line})' and ctid < '({end},{end_line})'")
    }

    /// The same rows in two; none where it is one row.
    pub(super) fn halves(self) -> Option<[Span; 2]> {
        match self {
            Span::Blocks(from, to) if to - from > 1 => {
                let middle = from + (to - from) / 2;
                Some([Span::Blocks(from, middle), Span::Blocks(middle, to)])
            }
            Span::Blocks(block, _) => Span::Lines(block, 0, LINES).halves(),
            Span::Lines(block, from, to) if to - from > 1 => {
                let middle = from + (to - from) / 2;
                Some([Span::Lines(block, from, middle), Span::Lines(block, middle, to)])
            }
            Span::Lines(..) => None,
        }
    }
}

/// The condition of a row that does not agree. What comes first is asked first: where the value of a
/// new shape is right, the way back need not be computed.
pub(super) fn differs(agreement: &Agreement) -> String {
    let ways = agreement.ways.iter().map(|way| {
        let all: Vec<String> = way.iter().map(|one| format!("({})", one.holds)).collect();
        format!("when {} then false", all.join(" and "))
    });
    format!("case {} else true end", ways.collect::<Vec<_>>().join(" "))
}

/// Tells whether the one row of a place differs, on which an expression fails; none where it is gone.
pub(super) async fn decide(
    reader: &mut Reader<'_>,
    leaf: &Leaf,
    place: &str,
    agreement: &Agreement,
) -> Result<Option<bool>, Error> {
    for way in agreement.ways {
        let mut holds = true;
        for one in *way {
            match equality(reader, leaf, place, one).await? {
                None => return Ok(None),
                Some(one) => holds &= one,
            }
            if !holds {
                break;
            }
        }
        if holds {
            return Ok(Some(false));
        }
    }
    Ok(Some(true))
}

async fn equality(
    reader: &mut Reader<'_>,
    leaf: &Leaf,
    place: &str,
    one: &Equality,
) -> Result<Option<bool>, Error> {
    let name = &leaf.name;
    let sql = |condition: &str| format!("select ({condition}) from only {name} where {place}");
    let rows = match reader.expression(&sql(one.holds)).await {
        Err(error) if error.code().is_some_and(is_of_row) => {
            let Some(failing) = one.failing else { return Ok(Some(false)) };
            reader.expression(&sql(failing)).await?
        }
        outcome => outcome?,
    };
    Ok(rows.iter().next().map(|row| row.is_true(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_the_whole_and_come_to_single_rows() {
        let mut spans = vec![Span::Blocks(3, 8)];
        let (mut rows, mut next) = (0_u32, (3, 0));
        while let Some(span) = spans.pop() {
            if let Some([first, second]) = span.halves() {
                spans.extend([second, first]);
                continue;
            }
            let Span::Lines(block, from, to) = span else { panic!("{span:?}") };
            assert_eq!(((block, from), to), (next, from + 1));
            next = if to == LINES { (block + 1, 0) } else { (block, to) };
            rows += 1;
        }
        assert_eq!(rows, 5 * LINES);
    }
}
