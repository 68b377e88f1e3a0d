//! Names that are left out, because the compiler derives the same.

use crate::catalog::read::tables::keys::is_name;
use crate::catalog::said;

const MAX_BYTES: usize = 63;

/// `name = …`, unless the name is made of the table's, the columns' and the suffix. A longer one the
/// compiler shortens in a way of its own.
pub(super) fn option(name: &str, table: &str, parts: &[&str], suffix: &str) -> Option<String> {
    let derived = [&[table], parts, &[suffix]].concat().join("_");
    let is_derived = derived == name && name.len() <= MAX_BYTES;
    (!is_derived).then(|| format!("name = {}", said::name(name)))
}

/// Columns where options may follow them: those that are called like one are written as strings.
pub(super) fn columns(lines: &str) -> String {
    let column = |name: &str| {
        if WORDS.contains(&name) { format!("{name:?}") } else { said::name(name) }
    };
    lines.lines().map(column).collect::<Vec<_>>().join(", ")
}

const WORDS: [&str; 4] = ["deferrable", "initially_deferred", "nulls_not_distinct", "include"];

/// Tells whether the macros take all of these for names.
pub(super) fn are_names<'a>(names: impl IntoIterator<Item = &'a str>) -> bool {
    names.into_iter().all(is_name)
}
