//! Names and texts as they are written in a macro.

use crate::catalog::declaration::QualifiedName;

/// A name: a word, or a string where it is no Rust identifier.
pub(crate) fn name(text: &str) -> String {
    let is_word = text.chars().all(is_of_word)
        && !text.starts_with(|c: char| c.is_numeric())
        && text != "_"
        && !text.is_empty();
    if is_word { text.to_owned() } else { format!("{text:?}") }
}

/// Tells whether a letter stays as it is in an identifier of Rust's, which are normalized: the sign for
/// kelvin is a K there.
fn is_of_word(c: char) -> bool {
    let is_latin = ('\u{c0}'..='\u{24f}').contains(&c) && c.is_alphabetic();
    c.is_ascii_alphanumeric() || c == '_' || is_latin
}

/// Tells whether the macros take a name: they refuse what quotes it, and what quotes their functions.
pub(crate) fn fits(name: &str) -> bool {
    let is_odd = |c: char| c == '"' || c.is_control();
    !name.is_empty()
        && !name.contains(is_odd)
        && !["$changeover$", "$catalogs$"].iter().any(|tag| name.contains(tag))
}

/// Tells whether it turns the direction of the text behind it, which Rust takes in no literal and no
/// comment.
fn turns(c: char) -> bool {
    ('\u{202a}'..='\u{202e}').contains(&c) || ('\u{2066}'..='\u{2069}').contains(&c)
}

/// A text as it may stand in a comment, on one line.
pub(crate) fn in_comment(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || turns(c) { ' ' } else { c }).collect()
}

/// A relation, a type or a function, with its schema unless that is `public`.
pub(crate) fn qualified(of: &QualifiedName) -> String {
    match of.schema.as_str() {
        "public" => name(&of.name),
        schema => format!("{}.{}", name(schema), name(&of.name)),
    }
}

/// An extension, with its version as a string of Rust's.
pub(crate) fn extension(of: &str, schema: &str, version: Option<&str>) -> String {
    let schema = match schema {
        "public" => String::new(),
        schema => format!(", schema = {}", name(schema)),
    };
    let version = version.map(|version| format!(", version = {version}"));
    format!("create_extension!({}{schema}{});", name(of), version.unwrap_or_default())
}

/// A text as a string of Rust's: raw where it holds quotes, backslashes or ends of lines.
pub(crate) fn text(text: &str) -> String {
    let is_simple = !text.contains(['"', '\\']);
    if is_simple && !text.chars().any(|c| c.is_control() || turns(c)) {
        return format!("\"{text}\"");
    }
    // A carriage return may not stand in a raw string, nor what turns the direction of a text.
    let is_hidden = |c: char| (c.is_control() || turns(c)) && c != '\n' && c != '\t';
    if text.chars().any(is_hidden) {
        return format!("{text:?}");
    }
    let mut hashes = String::new();
    while text.contains(&format!("\"{hashes}")) {
        hashes.push('#');
    }
    if hashes.is_empty() && !text.contains('"') {
        return format!("r\"{text}\"");
    }
    format!("r{hashes}\"{text}\"{hashes}")
}

/// Returns what is said by a word, or by a string of Rust's without escapes.
pub(crate) fn value(said: &str) -> Option<String> {
    let quoted = said.trim_start_matches('r').trim_matches('#');
    match quoted.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')) {
        Some(inner) if said.starts_with('r') || !inner.contains('\\') => Some(inner.to_owned()),
        Some(_) => None,
        None => Some(said.to_owned()),
    }
}

/// Returns how long the string of Rust's is that begins here, if one does.
pub(crate) fn string(text: &str) -> Option<usize> {
    if let Some(raw) = text.strip_prefix('r') {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        let content = raw.get(hashes..)?.strip_prefix('"')?;
        let end = format!("\"{}", "#".repeat(hashes));
        let length = content.find(&end).map_or(content.len(), |at| at + end.len());
        return Some(1 + hashes + 1 + length);
    }
    let mut chars = text.strip_prefix('"')?.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => drop(chars.next()),
            '"' => return Some(at + 2),
            _ => {}
        }
    }
    Some(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_word_is_a_string() {
        for (given, expected) in [
            ("users", "users"),
            ("Users", "Users"),
            ("größe", "größe"),
            ("a²", "\"a²\""),
            ("\u{1100}\u{1161}", "\"\u{1100}\u{1161}\""),
            ("two words", "\"two words\""),
            ("2nd", "\"2nd\""),
            ("_", "\"_\""),
            ("\u{212a}", "\"\u{212a}\""),
            ("a²", "\"a²\""),
            ("\u{1100}\u{1161}", "\"\u{1100}\u{1161}\""),
            ("e\u{301}", "\"e\\u{301}\""),
        ] {
            assert_eq!(name(given), expected);
        }
    }

    #[test]
    fn a_text_is_read_back_as_it_was() {
        for (given, expected) in [
            ("select 1", "\"select 1\""),
            ("a \"b\"", "r#\"a \"b\"\"#"),
            ("a \"#b", "r##\"a \"#b\"##"),
            ("a\\b\nc", "r\"a\\b\nc\""),
            ("a\rb", "\"a\\rb\""),
            ("a\u{202e}b", "\"a\\u{202e}b\""),
        ] {
            assert_eq!(text(given), expected);
        }
    }
}
