//! Text of others in a line that somebody reads.

/// Longer than any name that we make.
const LONGEST: usize = 255;

/// Tells whether a character ends a line, turns the direction of what follows or drives a terminal.
///
/// Unicode Standard Annex 9, "Directional Formatting Characters".
pub(crate) fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
}

/// The text on one line, with such characters as Rust would write them.
pub(crate) fn on_one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => line.push_str("\\n"),
            hidden if is_hidden(hidden) => line.extend(hidden.escape_unicode()),
            plain => line.push(plain),
        }
    }
    line
}

/// The same with an end.
pub(crate) fn shown(text: &str) -> String {
    let short: String = text.chars().take(LONGEST).collect();
    let end = if short.len() < text.len() { "…" } else { "" };
    on_one_line(&short) + end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_stays_one_line() {
        assert_eq!(on_one_line("a\nb\u{1b}[2J\u{202e}c é"), r"a\nb\u{1b}[2J\u{202e}c é");
        assert_eq!(shown(&"é".repeat(300)).chars().count(), LONGEST + 1);
    }
}
