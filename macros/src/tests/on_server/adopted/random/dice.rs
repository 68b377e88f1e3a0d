//! The numbers that decide what a random schema has, and the names that they give.

/// Numbers, each of which decides one thing. The smaller they are and the sooner they end, the less there
/// is of the schema: so it shrinks.
pub(super) struct Dice<'a> {
    rest: std::slice::Iter<'a, u16>,
}

impl<'a> Dice<'a> {
    pub(super) fn of(numbers: &'a [u16]) -> Self {
        Dice { rest: numbers.iter() }
    }

    /// A number below this one.
    pub(super) fn below(&mut self, end: usize) -> usize {
        let number = self.rest.next().copied().unwrap_or_default();
        usize::from(number) % end.max(1)
    }

    /// Tells whether something happens that does so once in as many times.
    pub(super) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) + 1 == times
    }

    pub(super) fn pick<'b, T: ?Sized>(&mut self, of: &[&'b T]) -> &'b T {
        of[self.below(of.len())]
    }

    /// The text, once in as many times.
    pub(super) fn maybe(&mut self, times: usize, text: &'static str) -> &'static str {
        if self.once_in(times) { text } else { "" }
    }

    /// A name in quotes, which no other base gives.
    pub(super) fn name(&mut self, base: &str) -> String {
        let name = match self.below(18) {
            8 => format!("{} Word", base.to_uppercase()),
            9 => format!("{base}_größe"),
            10 => format!("{base} \"q\""),
            11 => format!("{base}日本"),
            12 => format!("{base}'s"),
            13 => format!("{base}.b"),
            14 => format!("{base}_{}", "x".repeat(58 - base.len())),
            15 => format!("{base}({{"),
            16 => format!("{base}$; -- \\"),
            17 => format!("1{base}é\u{301}"),
            _ => base.to_owned(),
        };
        quoted(&name)
    }

    /// A schema, mostly the one that needs no saying.
    pub(super) fn schema(&mut self) -> &'static str {
        self.pick(&["public", "public", "public", "other", "\"Two Words\""])
    }

    /// A string of SQL.
    pub(super) fn text(&mut self) -> &'static str {
        self.pick(&["'a'", "''", "'it''s \"q\" \\ and #'", "E'two\\nlines\\tof'", "'größe; -- $1'"])
    }
}

pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
