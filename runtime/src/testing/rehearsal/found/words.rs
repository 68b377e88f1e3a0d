//! Text of others, sizes and times, as Markdown has them.

use std::fmt;
use std::time::Duration;

use crate::outcome::forecast::bytes;
use crate::session::shown::on_one_line;

/// Text of others, which is to be no Markdown but for names in backticks.
pub(super) fn text(text: &str) -> String {
    let text = on_one_line(text);
    let has_code = text.matches('`').count().is_multiple_of(2);
    let (mut escaped, mut is_code) = (String::new(), false);
    for c in text.chars() {
        match c {
            '`' if has_code => {
                is_code = !is_code;
                escaped.push(c);
            }
            '|' => escaped.push_str("\\|"),
            c if is_code => escaped.push(c),
            '<' => escaped.push_str("&lt;"),
            '&' => escaped.push_str("&amp;"),
            '`' | '*' | '_' | '[' | ']' | '\\' | '#' | '~' => escaped.extend(['\\', c]),
            c => escaped.push(c),
        }
    }
    escaped
}

/// A name as code, in a cell too.
pub(super) fn code(text: &str) -> String {
    let text = on_one_line(text).replace('|', "\\|");
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let ticks = "`".repeat(longest + 1);
    let room = if longest > 0 { " " } else { "" };
    format!("{ticks}{room}{text}{room}{ticks}")
}

pub(super) fn fenced(f: &mut fmt::Formatter<'_>, kind: &str, block: &str) -> fmt::Result {
    let longest = block.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    write!(f, "\n{fence}{kind}\n{block}{fence}\n")
}

pub(super) fn growth(bytes_more: i64) -> String {
    match bytes_more {
        0 => String::new(),
        shrunk @ ..0 => format!("-{}", bytes(shrunk.unsigned_abs())),
        grown => bytes(grown.unsigned_abs()),
    }
}

/// A time as people say it.
pub(super) fn time(time: Duration) -> String {
    match time.as_millis() {
        0 => format!("{} µs", time.as_micros()),
        1..10 => format!("{:.1} ms", time.as_secs_f64() * 1000.0),
        millis @ 10..1000 => format!("{millis} ms"),
        1000..120_000 => format!("{:.1} s", time.as_secs_f64()),
        _ => format!("{} min {} s", time.as_secs() / 60, time.as_secs() % 60),
    }
}
