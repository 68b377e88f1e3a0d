//! The words of SQL, as PostgreSQL splits a text into them (manual, "Lexical Structure").

/// A piece of SQL; all of them together are the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Word<'a> {
    /// A name or a keyword without quotes.
    Plain(&'a str),
    /// A name in quotes, with them.
    Quoted(&'a str),
    /// A string in single quotes, with them.
    Text(&'a str),
    /// Anything else: strings in dollars, comments, numbers, signs, spaces.
    Other(&'a str),
}

impl<'a> Word<'a> {
    pub(crate) fn text(self) -> &'a str {
        match self {
            Word::Plain(text) | Word::Quoted(text) | Word::Text(text) | Word::Other(text) => text,
        }
    }

    /// Tells whether it separates others.
    pub(crate) fn is_blank(self) -> bool {
        self.text().trim().is_empty()
    }

    /// The name that it is, or what the string says.
    pub(crate) fn value(self) -> Option<String> {
        match self {
            Word::Text(text) => {
                let inner = text.strip_prefix('\'')?.strip_suffix('\'')?;
                Some(inner.replace("''", "'"))
            }
            word => Some(word.name().unwrap_or_default()),
        }
    }

    /// The name that it is, as the catalogs have it.
    pub(crate) fn name(self) -> Option<String> {
        match self {
            Word::Plain(text) => Some(text.to_lowercase()),
            Word::Quoted(text) => {
                let inner = text.strip_prefix('"')?.strip_suffix('"')?;
                Some(inner.replace("\"\"", "\""))
            }
            Word::Text(_) | Word::Other(_) => None,
        }
    }
}

/// Splits a text into its words.
pub(crate) fn words(sql: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let (word, length) = next(rest, first);
        let (text, behind) = rest.split_at(length);
        words.push(word(text));
        rest = behind;
    }
    words
}

type Make = for<'a> fn(&'a str) -> Word<'a>;

/// Returns what the first word is, and how long.
fn next(rest: &str, first: char) -> (Make, usize) {
    match first {
        '"' => (|text| Word::Quoted(text), quoted(rest, '"', false)),
        '\'' => (|text| Word::Text(text), quoted(rest, '\'', false)),
        'e' | 'E' if rest[1..].starts_with('\'') => {
            (|text| Word::Other(text), 1 + quoted(&rest[1..], '\'', true))
        }
        '$' => (|text| Word::Other(text), in_dollars(rest).unwrap_or(1)),
        '-' if rest.starts_with("--") => {
            (|text| Word::Other(text), rest.find('\n').unwrap_or(rest.len()))
        }
        '/' if rest.starts_with("/*") => (|text| Word::Other(text), comment(rest)),
        first if is_start(first) => (|text| Word::Plain(text), length_while(rest, is_inner)),
        first if first.is_ascii_digit() => (|text| Word::Other(text), length_while(rest, is_inner)),
        first => (|text| Word::Other(text), first.len_utf8()),
    }
}

fn is_start(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || !c.is_ascii()
}

fn is_inner(c: char) -> bool {
    is_start(c) || c.is_ascii_digit() || c == '$'
}

fn length_while(text: &str, holds: fn(char) -> bool) -> usize {
    text.find(|c: char| !holds(c)).unwrap_or(text.len())
}

/// Returns how long the string or the name is that begins here; a doubled quote does not end it.
fn quoted(text: &str, quote: char, has_escapes: bool) -> usize {
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if has_escapes && c == '\\' {
            chars.next();
        } else if c == quote {
            if chars.peek().is_none_or(|(_, next)| *next != quote) {
                return at + c.len_utf8();
            }
            chars.next();
        }
    }
    text.len()
}

/// Returns how long the string is that stands between two tags, if one begins here.
fn in_dollars(text: &str) -> Option<usize> {
    let tag = &text[..=text[1..].find('$')? + 1];
    let inner = &tag[1..tag.len() - 1];
    if !inner.chars().all(|c| is_start(c) || c.is_ascii_digit())
        || inner.starts_with(|c: char| c.is_ascii_digit())
    {
        return None;
    }
    let end = text[tag.len()..].find(tag)?;
    Some(2 * tag.len() + end)
}

/// Returns how long the comment is that begins here; comments nest.
fn comment(text: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with("/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if rest.starts_with("*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return at;
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_strings_and_comments_are_told_apart() {
        use Word::{Other, Plain, Quoted, Text};
        let split = |sql| {
            let mut all = words(sql);
            all.retain(|word| !word.text().trim().is_empty());
            all
        };
        for (sql, expected) in [
            ("a.\"b\"\"c\"", vec![Plain("a"), Other("."), Quoted("\"b\"\"c\"")]),
            ("'it''s' x", vec![Text("'it''s'"), Plain("x")]),
            (r"e'it\'s' x", vec![Other(r"e'it\'s'"), Plain("x")]),
            (r"'a\' x", vec![Text(r"'a\'"), Plain("x")]),
            ("$$a.b$$ x", vec![Other("$$a.b$$"), Plain("x")]),
            ("$t$ $$ $t$ x", vec![Other("$t$ $$ $t$"), Plain("x")]),
            ("a$1 $1", vec![Plain("a$1"), Other("$"), Other("1")]),
            ("x -- a.b\ny", vec![Plain("x"), Other("-- a.b"), Plain("y")]),
            ("/* a /* b */ c */ y", vec![Other("/* a /* b */ c */"), Plain("y")]),
            ("größe 1e5", vec![Plain("größe"), Other("1e5")]),
            ("'open", vec![Text("'open")]),
            ("$", vec![Other("$")]),
        ] {
            assert_eq!(split(sql), expected, "{sql}");
            assert_eq!(words(sql).iter().map(|word| word.text()).collect::<String>(), sql);
        }
    }
}
