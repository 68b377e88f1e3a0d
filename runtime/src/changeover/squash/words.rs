//! The words of a file of Rust's, without those in comments and strings.

use std::ops::Range;

use crate::catalog::said;

/// Each word and where it stands.
pub(super) fn words(text: &str) -> Vec<(Range<usize>, &str)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let length = skipped(rest).unwrap_or_else(|| {
            let end = rest.find(|c: char| !is_of_word(c)).unwrap_or(rest.len());
            if end > 0 {
                found.push((at..at + end, &text[at..at + end]));
            }
            end.max(rest.chars().next().map_or(1, char::len_utf8))
        });
        at += length;
    }
    found
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// How long the comment, the string or the quote is that begins here.
fn skipped(rest: &str) -> Option<usize> {
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return Some(comment(rest));
    }
    if rest.starts_with("'\"'") {
        return Some(3);
    }
    said::string(rest)
}

/// Comments stand in each other.
fn comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while let Some(left) = rest.get(at..).filter(|left| !left.is_empty()) {
        let step = if left.starts_with("/*") {
            depth += 1;
            2
        } else if left.starts_with("*/") {
            depth -= 1;
            2
        } else {
            left.chars().next().map_or(1, char::len_utf8)
        };
        at += step;
        if depth == 0 {
            break;
        }
    }
    at
}

/// The number of the line that stands there, from 1.
pub(super) fn line(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_a_name_is_no_use_of_it() {
        let text = "mod a; // mod b;\n/* c /* d */ */ let e = \"f\"; 'g: loop {} '\"' r#\"h\"# i";
        let found: Vec<&str> = words(text).into_iter().map(|(_, word)| word).collect();
        assert_eq!(found, ["mod", "a", "let", "e", "g", "loop", "i"]);
        assert_eq!(line(text, text.len()), 2);
    }
}
