//! Expressions and queries of the server's, as the macros take them.

/// The text with plain strings in the place of those that have a backslash (`E'a\\b'`); none where it
/// holds what the macros do not take in a string of SQL: a semicolon, a comment, a parameter.
pub(in crate::catalog::read::objects) fn plain(text: &str) -> Option<String> {
    let mut found = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let is_word = found.ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let length = match letter {
            'E' | 'e' if !is_word && rest[1..].starts_with('\'') => {
                let length = 1 + quoted(&rest[1..], '\'', true)?;
                found += &unescaped(&rest[1..length])?;
                rest = &rest[length..];
                continue;
            }
            '\'' | '"' => quoted(rest, letter, false)?,
            ';' | '$' | '\0' => return None,
            '-' if rest.starts_with("--") => return None,
            '/' if rest.starts_with("/*") => return None,
            letter => letter.len_utf8(),
        };
        found += &rest[..length];
        rest = &rest[length..];
    }
    (!found.contains("$changeover$")).then_some(found)
}

/// The same of one value, which ends neither at a comma nor at a parenthesis of what it stands in.
pub(in crate::catalog::read::objects) fn value(text: &str) -> Option<String> {
    let found = plain(text)?;
    let (mut depth, mut quote) = (0_i32, None);
    for letter in found.chars() {
        match (quote, letter) {
            (Some(open), letter) if open == letter => quote = None,
            (None, '\'' | '"') => quote = Some(letter),
            (None, '(' | '[') => depth += 1,
            (None, ')' | ']') => depth -= 1,
            (None, ',') if depth == 0 => return None,
            (Some(_) | None, _) => {}
        }
    }
    (depth == 0 && !found.trim().is_empty()).then_some(found)
}

/// Tells whether it names a row as a whole, `users.*`.
pub(in crate::catalog::read::objects) fn has_whole_row(text: &str) -> bool {
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let length = match letter {
            '\'' | '"' => quoted(rest, letter, false).unwrap_or(rest.len()),
            '.' if rest.starts_with(".*") => return true,
            letter => letter.len_utf8(),
        };
        rest = &rest[length..];
    }
    false
}

/// The length of a quoted text with its quotes.
fn quoted(text: &str, quote: char, escapes: bool) -> Option<usize> {
    let mut letters = text.char_indices().skip(1).peekable();
    while let Some((at, letter)) = letters.next() {
        if escapes && letter == '\\' {
            letters.next();
        } else if letter == quote {
            match letters.peek() {
                Some((_, next)) if *next == quote => drop(letters.next()),
                _ => return Some(at + 1),
            }
        }
    }
    None
}

/// A string whose only escapes are doubled backslashes, which is how the server writes them.
fn unescaped(text: &str) -> Option<String> {
    let mut found = String::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        if letter == '\\' && letters.next() != Some('\\') {
            return None;
        }
        found.push(letter);
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_with_a_backslash_becomes_a_plain_one() {
        for (given, expected) in [
            ("(a ~ E'\\\\d+''s'::text)", Some("(a ~ '\\d+''s'::text)")),
            ("someE'x'", Some("someE'x'")),
            ("'it''s; $1' || \"a;b\"", Some("'it''s; $1' || \"a;b\"")),
            ("E'\\n'", None),
            ("a; b", None),
            ("a -- b", None),
            ("'open", None),
        ] {
            assert_eq!(plain(given).as_deref(), expected, "{given}");
        }
    }

    #[test]
    fn a_row_as_a_whole_is_found() {
        assert!(has_whole_row("f(\"u\".*)"));
        assert!(!has_whole_row("count(*), '.*', \".*\""));
    }

    #[test]
    fn a_value_does_not_go_beyond_its_place() {
        assert!(value("coalesce(a, ',')").is_some());
        for text in ["a, b", "a)", "(a", " "] {
            assert_eq!(value(text), None, "{text}");
        }
    }
}
