//! Times and texts of others, as the page says them.

use std::time::Duration;

/// Text of others in a page.
pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            plain => safe.push(plain),
        }
    }
    safe
}

/// As much of a text as a line has room for.
pub(super) fn short(text: &str) -> String {
    text.chars().take(50).collect()
}

pub(super) fn said(time: Duration) -> String {
    match time.as_secs() {
        0 => format!("{} ms", time.as_millis()),
        1..120 => format!("{:.1} s", time.as_secs_f64()),
        120..7200 => format!("{} min", time.as_secs() / 60),
        7200..172_800 => format!("{} h", time.as_secs() / 3600),
        seconds => format!("{} days", seconds / 86_400),
    }
}

/// A moment in UTC, by the civil calendar: Howard Hinnant, "chrono-Compatible Low-Level Date
/// Algorithms", `civil_from_days`.
pub(super) fn moment(since: Duration) -> String {
    let (days, seconds) = (since.as_secs() / 86_400 + 719_468, since.as_secs() % 86_400);
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let [hour, minute, second] = [seconds / 3600, seconds / 60 % 60, seconds % 60];
    format!("{year}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_those_of_the_calendar() {
        let said = [0, 951_827_696, 1_798_675_199].map(|since| moment(Duration::from_secs(since)));
        assert_eq!(said, ["1970-01-01 00:00:00", "2000-02-29 12:34:56", "2026-12-30 23:59:59"]);
    }
}
