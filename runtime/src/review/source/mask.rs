//! Which of a source file is code.

/// The text with comments and literals as spaces, byte for byte.
pub(super) fn masked(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let hidden = hidden(rest);
        let (part, behind) = rest.split_at(if hidden > 0 { hidden } else { first.len_utf8() });
        if hidden > 0 {
            let blank =
                |c: char| if c == '\n' { "\n".to_owned() } else { " ".repeat(c.len_utf8()) };
            masked.extend(part.chars().map(blank));
        } else {
            masked.push_str(part);
        }
        rest = behind;
    }
    masked
}

/// The bytes of the comment or the literal that the text begins with.
fn hidden(text: &str) -> usize {
    if text.starts_with("//") {
        return text.find('\n').unwrap_or(text.len());
    }
    if text.starts_with("/*") {
        return comment(text);
    }
    if text.starts_with('"') {
        return string(text);
    }
    if let Some(behind) = text.strip_prefix('r') {
        let marks = behind.len() - behind.trim_start_matches('#').len();
        if behind[marks..].starts_with('"') {
            let end = format!("\"{}", "#".repeat(marks));
            let inner = 2 + marks;
            return text[inner..].find(&end).map_or(text.len(), |at| inner + at + end.len());
        }
    }
    character(text)
}

/// Comments may be nested.
fn comment(text: &str) -> usize {
    let (mut depth, mut at) = (0_u32, 0);
    while let Some(c) = text[at..].chars().next() {
        match &text[at..] {
            rest if rest.starts_with("/*") => (depth, at) = (depth + 1, at + 2),
            rest if rest.starts_with("*/") => (depth, at) = (depth.saturating_sub(1), at + 2),
            _ => at += c.len_utf8(),
        }
        if depth == 0 {
            return at;
        }
    }
    at
}

fn string(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '"' if !escaped => return at + 1,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    text.len()
}

/// `'x'`, and not a lifetime.
fn character(text: &str) -> usize {
    let mut chars = text.char_indices();
    let (Some((_, '\'')), Some((_, inner))) = (chars.next(), chars.next()) else { return 0 };
    if inner == '\\' {
        return text[3.min(text.len())..].find('\'').map_or(0, |at| 3 + at + 1);
    }
    match chars.next() {
        Some((at, '\'')) => at + 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_literals_are_no_code_and_lengths_stay() {
        for (text, code) in [
            ("a // ] b\nc", "a       \nc"),
            ("a /* ] /* b */ ] */ c", "a                     c"),
            (r#"a "] \" ]" b"#, "a          b"),
            ("a r#\"] \" ]\"# b", "a             b"),
            (r"a '\'' ']' b: &'a c", "a          b: &'a c"),
            ("a /* open", "a        "),
            ("ä \"ü\" ö", "ä      ö"),
            ("r", "r"),
            ("'", "'"),
            (r"'\", r"'\"),
        ] {
            let masked = masked(text);
            assert_eq!(masked.len(), text.len(), "{text}");
            assert_eq!(masked.replace(' ', ""), code.replace(' ', ""), "{text}");
        }
    }
}
