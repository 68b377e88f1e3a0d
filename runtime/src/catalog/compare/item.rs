//! What stands inside of a table or of a macro's parentheses, taken apart.

use crate::catalog::said;

/// A text split where `splits` says so of a sign that stands in no string and no parentheses.
fn split(text: &str, splits: fn(char) -> bool) -> Vec<&str> {
    let (mut parts, mut start, mut depth, mut at) = (Vec::new(), 0, 0_i32, 0);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let first = rest.chars().next().unwrap_or_default();
        if let Some(length) = said::string(rest) {
            at += length;
            continue;
        }
        match first {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            first if depth == 0 && splits(first) => {
                parts.push(&text[start..at]);
                start = at + first.len_utf8();
            }
            _ => {}
        }
        at += first.len_utf8();
    }
    parts.push(&text[start..]);
    parts
}

/// The parts of a list, `a, b, name = c`.
pub(super) fn list(text: &str) -> Vec<&str> {
    let parts = split(text, |c| c == ',');
    parts.into_iter().map(str::trim).filter(|part| !part.is_empty()).collect()
}

/// The words of a column, `email: varchar(100) not_null default "x"`, without its name.
pub(super) fn words(text: &str) -> Vec<&str> {
    let named = split(text, |c| c == ':');
    let name = named.first().map_or(0, |name| name.len() + 1);
    let rest = text.get(name..).unwrap_or_default();
    split(rest, char::is_whitespace).into_iter().filter(|word| !word.is_empty()).collect()
}

/// A call, `unique(a, b)`, as its word and what is in its parentheses.
pub(super) fn call(text: &str) -> Option<(&str, &str)> {
    let (word, rest) = text.split_once('(')?;
    Some((word, rest.strip_suffix(')')?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_and_parentheses_are_not_taken_apart() {
        assert_eq!(
            list(r##"a, "b, c", r#"d"," e"#, f(g, h)"##),
            ["a", "\"b, c\"", r##"r#"d"," e"#"##, "f(g, h)"]
        );
        assert_eq!(
            words(r#""a: b": numeric(10, 2) default sql("a b") comment("x: \" y")"#),
            ["numeric(10, 2)", "default", "sql(\"a b\")", r#"comment("x: \" y")"#]
        );
        assert_eq!(call("unique(a, b)"), Some(("unique", "a, b")));
    }
}
