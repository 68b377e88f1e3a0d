//! What stands in the cells of a row.

use super::escape::{Room, words};
use crate::outcome::forecast::Takes;
use crate::review::proposal::data::{Gone, ProposedChange, Undo};

pub(super) fn takes(takes: Takes) -> String {
    match takes {
        Takes::Unknown => "? (size not known)".to_owned(),
        takes => takes.to_string(),
    }
}

pub(super) fn gone(change: &ProposedChange) -> String {
    if change.gone.is_empty() {
        return if change.is_raw { "read its SQL" } else { "no" }.to_owned();
    }
    let all = change.gone.iter().map(|one| {
        let Gone { what, phase, has_values, is_later } = one;
        let what = words(what, Room::Cell);
        match (has_values, is_later) {
            (true, false) => format!("**yes**: {what} with what is in it ({phase})"),
            (true, true) => format!("later: {what} with what is in it ({phase})"),
            (false, _) => format!("{what}, no value is lost ({phase})"),
        }
    });
    some(&all.collect::<Vec<_>>(), "<br>")
}

pub(super) fn undo(change: &ProposedChange) -> String {
    let until = if change.has_contract { "until its contract" } else { "yes" };
    match &change.undo {
        Undo::Leaves => "leaves it as it is".to_owned(),
        Undo::Whole => until.to_owned(),
        Undo::Never => "**no**".to_owned(),
        Undo::Loses(lost) => {
            let lost: Vec<String> = lost.iter().map(|one| words(one, Room::Cell)).collect();
            format!("{until}; loses what is in {} by then", some(&lost, ", "))
        }
    }
}

/// The first of them, and how many more there are.
fn some(all: &[String], between: &str) -> String {
    const FIRST: usize = 3;
    let more = match all.len().saturating_sub(FIRST) {
        0 => String::new(),
        more => format!("{between}and {more} more"),
    };
    all.iter().take(FIRST).cloned().collect::<Vec<_>>().join(between) + &more
}

/// A table's declaration may be long: its columns stand in the SQL.
pub(super) fn short(text: &str) -> String {
    const LONGEST: usize = 100;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{} …", &line[..at]),
        None => line,
    }
}

/// `1200000` as `1,200,000`.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}
