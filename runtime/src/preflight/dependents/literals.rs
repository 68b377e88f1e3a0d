//! A client's statement as findings and traces show it: without any literal, which may be a value.

use std::iter::Peekable;
use std::str::Chars;

/// Stands for what was left out.
const LEFT_OUT: char = '…';

/// A statement on one line, without comments and literals, and no longer than so many characters.
///
/// Where it is not certain how a literal ends, because that hangs on a setting of the client's, the
/// rest is left out with it. Names stay, and so do parameters, `$1`.
///
/// PostgreSQL manual, section "Lexical Structure".
pub(crate) fn without_literals(sql: &str, most: usize) -> String {
    let mut scan = Scan { rest: sql.chars().peekable(), shown: String::new() };
    while scan.token().is_some() {}
    let shown = scan.shown.trim();
    match shown.char_indices().nth(most) {
        Some((end, _)) => format!("{}{LEFT_OUT}", &shown[..end]),
        None => shown.to_owned(),
    }
}

struct Scan<'a> {
    rest: Peekable<Chars<'a>>,
    shown: String,
}

/// What a backslash does in a text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Backslash {
    Escapes,
    /// As `standard_conforming_strings` says.
    Unknown,
}

impl Scan<'_> {
    /// Reads one token; none at the end, or where the rest is not shown.
    fn token(&mut self) -> Option<()> {
        let next = *self.rest.peek()?;
        match next {
            '\'' => self.text(Backslash::Unknown),
            '"' => self.quoted_name(),
            '-' if self.follows("--") => {
                self.line_comment();
                Some(())
            }
            '/' if self.follows("/*") => self.block_comment(),
            '$' => self.dollar(),
            c if c.is_numeric() => {
                self.number();
                Some(())
            }
            '.' if self.ahead(1).is_some_and(char::is_numeric) => {
                self.number();
                Some(())
            }
            c if is_of_name(c) => self.word(),
            c if c.is_whitespace() || c.is_control() => {
                self.rest.next();
                self.space();
                Some(())
            }
            c => {
                self.rest.next();
                self.shown.push(c);
                Some(())
            }
        }
    }

    fn ahead(&self, by: usize) -> Option<char> {
        self.rest.clone().nth(by)
    }

    fn follows(&self, text: &str) -> bool {
        let mut rest = self.rest.clone();
        text.chars().all(|c| rest.next() == Some(c))
    }

    fn space(&mut self) {
        if !self.shown.ends_with(' ') {
            self.shown.push(' ');
        }
    }

    fn take_while(&mut self, is: impl Fn(char) -> bool) -> String {
        std::iter::from_fn(|| self.rest.next_if(|c| is(*c))).collect()
    }

    /// A text, from its opening quote on.
    fn text(&mut self, backslash: Backslash) -> Option<()> {
        self.rest.next();
        self.shown.extend(['\'', LEFT_OUT, '\'']);
        loop {
            match self.rest.next()? {
                '\'' if self.rest.next_if_eq(&'\'').is_none() => return Some(()),
                '\\' if backslash == Backslash::Escapes => drop(self.rest.next()?),
                '\\' if self.rest.peek() == Some(&'\'') => return None,
                _ => {}
            }
        }
    }

    fn quoted_name(&mut self) -> Option<()> {
        self.rest.next();
        self.shown.push('"');
        loop {
            let next = self.rest.next()?;
            self.shown.push(if next.is_control() { ' ' } else { next });
            if next == '"' && self.rest.next_if_eq(&'"').is_none() {
                return Some(());
            }
            if next == '"' {
                self.shown.push('"');
            }
        }
    }

    fn line_comment(&mut self) {
        self.take_while(|c| c != '\n' && c != '\r');
        self.space();
    }

    /// They nest.
    fn block_comment(&mut self) -> Option<()> {
        let mut depth = 0;
        loop {
            if self.follows("/*") {
                self.rest.nth(1);
                depth += 1;
            } else if self.follows("*/") {
                self.rest.nth(1);
                depth -= 1;
            } else {
                self.rest.next()?;
            }
            if depth == 0 {
                self.space();
                return Some(());
            }
        }
    }

    /// A parameter, a text between dollars, or a dollar.
    fn dollar(&mut self) -> Option<()> {
        self.rest.next();
        if self.rest.peek().is_some_and(char::is_ascii_digit) {
            self.shown.push('$');
            let number = self.take_while(|c| c.is_ascii_digit());
            self.shown.push_str(&number);
            // What follows at once is no part of a parameter, and of nothing else that is known.
            return if self.rest.peek().is_some_and(|c| is_of_name(*c)) { None } else { Some(()) };
        }
        let tag = self.take_while(|c| c != '$' && is_of_name(c));
        if self.rest.next_if_eq(&'$').is_none() {
            self.shown.push('$');
            return Some(());
        }
        self.shown.extend(['\'', LEFT_OUT, '\'']);
        let end = format!("${tag}$");
        while !self.follows(&end) {
            self.rest.next()?;
        }
        self.rest.nth(end.chars().count() - 1);
        Some(())
    }

    /// With its point, its exponent and whatever is written up to it.
    fn number(&mut self) {
        let mut before = '0';
        while let Some(next) = self.rest.next_if(|c| {
            is_of_name(*c) || *c == '.' || (matches!(before, 'e' | 'E') && matches!(c, '+' | '-'))
        }) {
            before = next;
        }
        self.shown.push(LEFT_OUT);
    }

    /// A name or a key word, or the letter before a text: `e'…'`, `b'…'`, `x'…'`, `n'…'`, `u&'…'`.
    fn word(&mut self) -> Option<()> {
        let word = self.take_while(|c| is_of_name(c) || c == '$');
        match (word.as_str(), self.rest.peek().copied()) {
            ("e" | "E", Some('\'')) => return self.text(Backslash::Escapes),
            ("b" | "B" | "x" | "X" | "n" | "N", Some('\'')) => {
                return self.text(Backslash::Unknown);
            }
            ("u" | "U", Some('&')) if self.follows("&'") => {
                self.rest.next();
                return self.text(Backslash::Unknown);
            }
            _ => self.shown.push_str(&word),
        }
        Some(())
    }
}

fn is_of_name(c: char) -> bool {
    c == '_' || c.is_alphanumeric() || !c.is_ascii() && !c.is_whitespace() && !c.is_control()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(sql: &str) -> String {
        without_literals(sql, 200)
    }

    #[test]
    fn literals_of_every_kind_are_left_out() {
        for (sql, expected) in [
            ("select a1, $2 from t where b = 'it''s'", "select a1, $2 from t where b = '…'"),
            (r"select e'a\'b', E'\\', 'x'", "select '…', '…', '…'"),
            (r"select 'a\', 'secret'", "select '…'"),
            ("select U&'d\\0061t' uescape '!', u&\"n\"", "select '…' uescape '…', u&\"n\""),
            ("select b'101', X'1F', n'x'", "select '…', '…', '…'"),
            ("select 1, -2.5e-3, .5, 0x1F, 1_000, a.b2", "select …, -…, …, …, …, a.b2"),
            ("do $$ begin 'x'; end $$; select $a$ $b$ $$ $a$", "do '…'; select '…'"),
            ("copy t from '/tmp/x' -- secret\n with (null '')", "copy t from '…' with (null '…')"),
            ("/* a /* b */ c */ select \"a\"\"b\"\n\t  from t", "select \"a\"\"b\" from t"),
            ("select 'cut off in the midd", "select '…'"),
            ("select /* cut", "select"),
            ("select a$b$c, d$1", "select a$b$c, d$1"),
        ] {
            assert_eq!(shown(sql), expected, "{sql}");
        }
        assert_eq!(without_literals("select äöü from t", 9), "select äö…");
    }

    /// A literal with a secret in it, in each form that there is.
    fn literal() -> impl Strategy<Value = String> {
        let filler = prop::collection::vec(
            prop::sample::select(vec![
                "''", "\"", "--", "/*", "*/", "$$", "$", " ", "\n", "é", ";",
            ]),
            0..4,
        );
        (0..9_u8, filler).prop_map(|(form, filler)| {
            let filler = filler.concat();
            let plain = filler.replace('$', "").replace("*/", "").replace("/*", "");
            match form {
                0 => format!("'{filler}s3cret{filler}'"),
                1 => format!("e'{filler}\\'s3cret\\\\{filler}'"),
                2 => format!("U&'{filler}s3cret'"),
                3 => format!("n'{filler}s3cret'"),
                4 => format!("$${}s3cret$$", filler.replace('$', "")),
                5 => format!("$t${}s3cret $$ 'x$t$", filler.replace('$', "")),
                6 => format!("/*{plain}s3cret/* {plain} */*/"),
                7 => format!("--{}s3cret\n", filler.replace('\n', "")),
                _ => "987654321.5e-7".to_owned(),
            }
        })
    }

    proptest! {
        #[test]
        fn no_literal_survives(
            parts in prop::collection::vec((prop::sample::select(vec![
                "select a", "\"t\"\"u\"", "from t1", "=", "(", ")", ",", "$1", "+", "-", "*", "/", "::",
            ]), literal()), 0..12),
            cut in 0..400_usize,
        ) {
            let sql: String =
                parts.iter().flat_map(|(word, literal)| [word, " ", literal, " "]).collect();
            let cut: String = sql.chars().take(cut).collect();
            for sql in [sql, cut] {
                let shown = without_literals(&sql, 10_000);
                prop_assert!(!shown.contains("s3cret"), "{sql} is shown as {shown}");
                prop_assert!(!shown.contains("987654"), "{sql} is shown as {shown}");
            }
        }

        #[test]
        fn any_text_is_read(text in ".*", most in 0..50_usize) {
            let shown = without_literals(&text, most);
            prop_assert!(shown.chars().count() <= most + 1);
            prop_assert!(!shown.contains(char::is_control));
        }
    }
}
