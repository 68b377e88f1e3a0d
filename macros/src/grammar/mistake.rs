//! What is wrong with a text of SQL, in words.

/// The first thing that the grammar does not take.
pub(crate) struct Mistake {
    /// Where, in bytes.
    pub(crate) at: usize,
    /// The parser's word for it.
    pub(crate) expected: String,
}

impl Mistake {
    /// Says what was expected and what stands there, with the words before it. The text is what
    /// the user wrote, from byte `start` of what was read; `unit` is what it is made of.
    pub(crate) fn describe(&self, text: &str, start: usize, unit: &str) -> String {
        let at = self.at.saturating_sub(start).min(text.len());
        let at = text.floor_char_boundary(at);
        let (before, after) = (text[..at].trim_end(), text[at..].trim_start());
        let expected = expected(&self.expected, unit);
        let behind = match tail(before) {
            "" => String::new(),
            tail => format!(" after `{tail}`"),
        };
        match first_token(after) {
            "" => format!("{expected}{behind}"),
            found => format!("{expected}{behind}, found `{found}`"),
        }
    }
}

/// The parser names tokens by its own constants, and repeats what it found.
fn expected(message: &str, unit: &str) -> String {
    let message = message.split_once(", got ").map_or(message, |(expected, _)| expected);
    let message = message.split_once(", found ").map_or(message, |(expected, _)| expected);
    let message = message.split_once(" but got ").map_or(message, |(expected, _)| expected);
    let wanted = message.strip_prefix("expected ").or_else(|| message.strip_prefix("Expected "));
    let plain = match wanted {
        Some("expression" | "an expression" | "expr") => "a value",
        Some("COMMA") => "`,` or `)`",
        Some("type name" | "a type") => "a type",
        Some("command") => unit,
        Some("name" | "path name" | "identifier") => "a name",
        Some(wanted) => &token(wanted),
        None if message == "missing comma" => "an operator",
        None => return message.to_lowercase(),
    };
    format!("expected {plain}")
}

fn token(name: &str) -> String {
    let sign = match name {
        "L_PAREN" => "(",
        "R_PAREN" => ")",
        "L_BRACK" => "[",
        "R_BRACK" => "]",
        "SEMICOLON" => ";",
        "EQ" => "=",
        "DOT" => ".",
        "COLON" => ":",
        "IDENT" => return "a name".into(),
        "STRING" => return "a string".into(),
        _ => match name.strip_suffix("_KW") {
            Some(keyword) => return format!("`{}`", keyword.to_lowercase()),
            None => return name.to_lowercase(),
        },
    };
    format!("`{sign}`")
}

/// The last words, enough to find the place.
fn tail(text: &str) -> &str {
    const ENOUGH: usize = 24;
    let from = text.floor_char_boundary(text.len().saturating_sub(ENOUGH));
    let word = match text[from..].find(char::is_whitespace) {
        Some(blank) if from > 0 => from + blank,
        _ => from,
    };
    text[word..].trim_start()
}

fn first_token(text: &str) -> &str {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let first = text.chars().next().map_or(0, char::len_utf8);
    if text.starts_with(is_word) {
        return &text[..text.find(|c| !is_word(c)).unwrap_or(text.len())];
    }
    &text[..first]
}
