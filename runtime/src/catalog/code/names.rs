//! Names of SQL as identifiers of Rust, which never collide.

use std::collections::BTreeSet;

/// The keywords of every edition, and what is none but cannot be a name all the same.
const KEYWORDS: &[&str] = &[
    "_", "Self", "abstract", "as", "async", "await", "become", "box", "break", "const", "continue",
    "crate", "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if",
    "impl", "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub",
    "ref", "return", "self", "static", "struct", "super", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

pub(super) fn is_keyword(word: &str) -> bool {
    KEYWORDS.contains(&word)
}

/// Tells whether a name is an identifier as it is: letters, digits and underscores of ASCII.
pub(super) fn is_identifier(name: &str) -> bool {
    let is_inner = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let is_word = name.chars().all(is_inner) && !name.starts_with(|c: char| c.is_ascii_digit());
    is_word && !name.is_empty() && !is_keyword(name)
}

/// A name in words of lower case, `user_id`; of one without a letter or digit of ASCII, `unnamed`.
pub(super) fn snake(name: &str) -> String {
    let words: Vec<String> = words(name).iter().map(|word| word.to_lowercase()).collect();
    let joined = if words.is_empty() { "unnamed".to_owned() } else { words.join("_") };
    if joined.starts_with(|c: char| c.is_ascii_digit()) { format!("n{joined}") } else { joined }
}

/// A name as that of a type, `UserId`.
pub(super) fn camel(name: &str) -> String {
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..].to_lowercase();
    let joined: String = words(name).into_iter().map(capital).collect();
    match joined.chars().next() {
        None => "Unnamed".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("N{joined}"),
        Some(_) => joined,
    }
}

/// Splits a name where a sign stands, and where a capital begins a word. All of it is ASCII.
fn words(name: &str) -> Vec<&str> {
    let mut words = Vec::new();
    for part in name.split(|c: char| !c.is_ascii_alphanumeric()) {
        let mut start = 0;
        let letters = part.as_bytes();
        for at in 1..letters.len() {
            let is_capital = letters[at].is_ascii_uppercase();
            let after_small = !letters[at - 1].is_ascii_uppercase();
            let before_small = letters.get(at + 1).is_some_and(u8::is_ascii_lowercase);
            if is_capital && (after_small || before_small) {
                words.push(&part[start..at]);
                start = at;
            }
        }
        words.push(&part[start..]);
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The identifiers that are taken in one scope.
#[derive(Default)]
pub(super) struct Taken(BTreeSet<String>);

impl Taken {
    pub(super) fn with<'a>(reserved: impl IntoIterator<Item = &'a str>) -> Taken {
        Taken(reserved.into_iter().map(str::to_owned).collect())
    }

    /// The first of these that is free, which is taken then; else the last of them with a number.
    pub(super) fn take(&mut self, wanted: &[String]) -> String {
        let last = wanted.last().map_or("unnamed", String::as_str);
        let numbered = (2_u32..).map(|number| format!("{last}{number}"));
        let mut all = wanted.iter().cloned().chain(numbered);
        all.find(|one| self.0.insert(one.clone())).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_name_has_an_identifier() {
        for (name, expected_snake, expected_camel) in [
            ("users", "users", "Users"),
            ("user_id", "user_id", "UserId"),
            ("_user__id_", "user_id", "UserId"),
            ("Odd name", "odd_name", "OddName"),
            ("userID", "user_id", "UserId"),
            ("HTTPServer", "http_server", "HttpServer"),
            ("2nd", "n2nd", "N2nd"),
            ("größe", "gr_e", "GrE"),
            ("名前", "unnamed", "Unnamed"),
            ("", "unnamed", "Unnamed"),
        ] {
            assert_eq!(
                (snake(name).as_str(), camel(name).as_str()),
                (expected_snake, expected_camel)
            );
            assert!(is_identifier(&snake(name)) && is_identifier(&camel(name)), "{name}");
        }
        for wrong in ["", "_", "2nd", "e mail", "größe", "type", "Self"] {
            assert!(!is_identifier(wrong), "{wrong}");
        }
    }

    #[test]
    fn what_is_taken_is_given_once() {
        let mut taken = Taken::with(["table"]);
        let wanted = ["table".to_owned(), "table_".to_owned()];
        assert_eq!([(); 3].map(|()| taken.take(&wanted)), ["table_", "table_2", "table_3"]);
    }
}
