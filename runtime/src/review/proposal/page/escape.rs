//! Text of the user's in Markdown, as text.

use crate::session::shown::on_one_line;

/// Where the text stands: a row of a table is split at each `|`, whatever it is in.
///
/// GitHub Flavored Markdown Spec, "Tables (extension)".
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Room {
    Prose,
    Cell,
}

/// A text as code, on one line.
pub(super) fn code(text: &str, room: Room) -> String {
    let text = on_one_line(text);
    let runs = text.split(|c| c != '`').map(str::len);
    let fence = "`".repeat(runs.max().unwrap_or_default() + 1);
    // A code span loses one space at each end where it has one at both.
    let is_edge = |c: char| c == '`' || c == ' ';
    let pad = if text.is_empty() || text.starts_with(is_edge) || text.ends_with(is_edge) {
        " "
    } else {
        ""
    };
    let text = if room == Room::Cell { text.replace('|', "\\|") } else { text };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// A text in which backticks are around code and nothing else is markup.
pub(super) fn words(text: &str, room: Room) -> String {
    let pieces: Vec<&str> = text.split('`').collect();
    if pieces.len().is_multiple_of(2) {
        return plain(text);
    }
    let written = pieces.iter().enumerate().map(|(index, piece)| match index % 2 {
        0 => bold(piece),
        _ => code(piece, room),
    });
    written.collect()
}

/// The verdict has parts in bold.
fn bold(text: &str) -> String {
    text.split("**").map(plain).collect::<Vec<_>>().join("**")
}

fn plain(text: &str) -> String {
    let mut escaped = String::new();
    for c in on_one_line(text).chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            // No one is called, and no issue is named.
            '@' => escaped.push_str("@\u{200b}"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '$' | '!' => {
                escaped.push('\\');
                escaped.push(c);
            }
            plain => escaped.push(plain),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_code_whatever_is_in_it() {
        for (text, prose, cell) in [
            ("users.a", "`users.a`", "`users.a`"),
            ("a || b", "`a || b`", r"`a \|\| b`"),
            ("a ` b", "`` a ` b ``", "`` a ` b ``"),
            ("`a``", "``` `a`` ```", "``` `a`` ```"),
            ("<img>\n| x", r"`<img>\n| x`", r"`<img>\n\| x`"),
            ("", "`  `", "`  `"),
        ] {
            let prose = prose.replace("`` a ` b ``", "``a ` b``");
            let cell = cell.replace("`` a ` b ``", "``a ` b``");
            assert_eq!([code(text, Room::Prose), code(text, Room::Cell)], [prose, cell], "{text}");
        }
    }

    #[test]
    fn words_are_no_markup_but_for_code() {
        for (text, expected) in [
            ("a `b|c` d", r"a `b\|c` d"),
            (
                "<script> & *x* [a](b) @team #1",
                r"&lt;script&gt; &amp; \*x\* \[a\](b) @ZWSPteam \#1",
            ),
            ("an odd ` one <b>", r"an odd \` one &lt;b&gt;"),
            ("two\nlines", r"two\\nlines"),
        ] {
            let expected = expected.replace("ZWSP", "\u{200b}");
            assert_eq!(words(text, Room::Cell), expected, "{text}");
        }
    }
}
