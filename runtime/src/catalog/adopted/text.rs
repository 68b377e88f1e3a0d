//! Declarations as the changes of a migration.

use std::collections::HashMap;

use crate::catalog::declaration::{Declaration, QualifiedName};

use super::listing;
use crate::catalog::said;

/// One change, or several that make one object, as it stands in a migration.
pub(super) struct Piece<'a> {
    pub(super) of: &'a Declaration,
    pub(super) text: String,
}

impl Piece<'_> {
    /// Its lines, at the margin.
    pub(super) fn line(&self) -> String {
        format!("{}\n", self.text)
    }

    /// Its lines inside of `migration! { … }`.
    pub(super) fn indented(&self) -> String {
        match self.of.unsaid {
            // A comment has no strings that must be kept.
            Some(_) => self.text.lines().map(|line| ["    ", line, "\n"].concat()).collect(),
            None => format!("{}\n", indented(&self.text)),
        }
    }
}

/// Each whole object with what stands inside of it.
pub(super) fn pieces(declarations: &[Declaration]) -> Vec<Piece<'_>> {
    let mut items: HashMap<&QualifiedName, Vec<&str>> = HashMap::new();
    for one in declarations.iter().filter(|one| one.is_item()) {
        if let Some(on) = &one.on {
            items.entry(on).or_default().push(&one.text);
        }
    }
    let whole = declarations.iter().filter(|one| !one.is_item());
    let piece =
        |one| Piece { of: one, text: text(one, items.get(&one.name).map_or(&[], Vec::as_slice)) };
    whole.map(piece).collect()
}

fn text(one: &Declaration, items: &[&str]) -> String {
    if let Some(reason) = &one.unsaid {
        return comment(one, reason);
    }
    one.with_items(items)
}

/// Returns what cannot be said: its name, the reason, and what the server says of it.
fn comment(one: &Declaration, reason: &str) -> String {
    let mut lines =
        vec![format!("// Not said: {}, because {}.", listing::name(one), said::in_comment(reason))];
    let shown = |line: &str| format!("//     {}", said::in_comment(line));
    lines.extend(one.text.lines().map(shown));
    lines.iter().map(|line| line.trim_end()).collect::<Vec<_>>().join("\n")
}

/// Four spaces before each line that does not begin inside of a string.
fn indented(text: &str) -> String {
    let mut found = String::from("    ");
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let length = said::string(rest).unwrap_or(letter.len_utf8());
        found += &rest[..length];
        rest = &rest[length..];
        if letter == '\n' && !rest.is_empty() && !rest.starts_with('\n') {
            found += "    ";
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_a_string_is_not_moved() {
        for (given, expected) in [
            ("a {\n    b,\n}", "    a {\n        b,\n    }"),
            ("f(r\"a\nb\",\n  c)", "    f(r\"a\nb\",\n      c)"),
            ("f(r#\"a\"\nb\"#,\nc)", "    f(r#\"a\"\nb\"#,\n    c)"),
            ("f(\"a\\\"\nb\",\nc)", "    f(\"a\\\"\nb\",\n    c)"),
        ] {
            assert_eq!(indented(given), expected);
        }
    }
}
