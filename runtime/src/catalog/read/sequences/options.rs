//! Options of sequences that are not as the server has them by itself.

use crate::session::executor::Row;

/// What a sequence counts, and how.
pub(in crate::catalog::read) struct Options {
    ty: String,
    start: i64,
    increment: i64,
    least: i64,
    most: i64,
    cache: i64,
    cycles: bool,
}

impl Options {
    /// Reads them from this column of a row on: a type, the first value, the increment, the least
    /// value, the greatest, how many are kept at hand, and whether it begins again.
    pub(in crate::catalog::read) fn of(row: Row<'_>, at: usize) -> Options {
        let number = |column: usize| row.number(column).unwrap_or_default();
        Options {
            ty: row.text(at).to_owned(),
            start: number(at + 1),
            increment: number(at + 2),
            least: number(at + 3),
            most: number(at + 4),
            cache: number(at + 5),
            cycles: row.is_true(at + 6),
        }
    }

    /// The type, where it is not `bigint`.
    pub(in crate::catalog::read) fn ty(&self) -> Option<String> {
        (self.ty != "bigint").then(|| format!("as = {}", self.ty))
    }

    /// All of them, as they are written in SQL.
    pub(super) fn sql(&self) -> String {
        let Options { ty, start, increment, least, most, cache, cycles } = self;
        let cycle = if *cycles { " cycle" } else { "" };
        format!(
            " as {ty} increment by {increment} minvalue {least} maxvalue {most} \
             start with {start} cache {cache}{cycle}"
        )
    }

    /// The others, as they are written in a macro.
    pub(in crate::catalog::read) fn said(&self) -> Vec<String> {
        let (low, high) = match self.ty.as_str() {
            "smallint" => (i64::from(i16::MIN), i64::from(i16::MAX)),
            "integer" => (i64::from(i32::MIN), i64::from(i32::MAX)),
            _ => (i64::MIN, i64::MAX),
        };
        let is_descending = self.increment < 0;
        [
            ("increment", self.increment, 1),
            ("min_value", self.least, if is_descending { low } else { 1 }),
            ("max_value", self.most, if is_descending { -1 } else { high }),
            ("start", self.start, if is_descending { self.most } else { self.least }),
            ("cache", self.cache, 1),
        ]
        .into_iter()
        .filter(|(_, value, usual)| value != usual)
        .map(|(word, value, _)| format!("{word} = {value}"))
        .chain(self.cycles.then(|| "cycle = true".to_owned()))
        .collect()
    }
}
