//! How a column is sampled, stored and compressed, and what its NOT NULL is called.

use super::types::Type;
use crate::catalog::declaration::Declaration;
use crate::catalog::read::relation::{ByHand, Relation, derived_name, quoted};
use crate::session::executor::Row;

/// What is said of a column beside its type and its values.
pub(super) struct Attributes {
    /// Words behind the others of the column.
    pub(super) inline: Vec<String>,
    /// What each is about, and the action of `alter column` that says it.
    pub(super) later: Vec<(&'static str, String)>,
}

const STORAGES: [(&str, &str); 4] =
    [("p", "plain"), ("e", "external"), ("x", "extended"), ("m", "main")];
const COMPRESSIONS: [(&str, &str); 2] = [("p", "pglz"), ("l", "lz4")];

impl Attributes {
    pub(super) fn of(row: Row<'_>, ty: &Type) -> Attributes {
        let mut found = Attributes { inline: Vec::new(), later: Vec::new() };
        let word = |words: &[(&str, &'static str)], letter: Option<&str>| {
            let letter = letter?;
            words.iter().find(|(known, _)| *known == letter).map(|(_, word)| *word)
        };
        if let Some(statistics) = row.get(16) {
            found.inline.push(format!(" statistics({statistics})"));
        }
        let storage = word(&STORAGES, row.get(17));
        let compression = word(&COMPRESSIONS, row.get(18));
        for (what, value) in [("storage", storage), ("compression", compression)] {
            let Some(value) = value else { continue };
            if ty.is_long {
                found.inline.push(format!(" {what}({value})"));
            } else {
                found.later.push((what, format!("set {what} {value}")));
            }
        }
        if let Some(options) = row.get(19) {
            let mut options: Vec<&str> = options.lines().collect();
            options.sort_unstable();
            found.later.push(("options", format!("set ({})", options.join(", "))));
        }
        found
    }
}

/// The name of the column's NOT NULL, where it has one that the server would not give.
pub(super) fn name_of_not_null(row: Row<'_>) -> Option<&str> {
    let name = row.get(29).filter(|_| !is_partial(row))?;
    (name != derived_name(row.text(2), row.text(3), "not_null")).then_some(name)
}

/// Tells whether its NOT NULL is not for all rows of before, or not for tables that inherit.
pub(super) fn is_partial(row: Row<'_>) -> bool {
    row.get(29).is_some() && (row.is_true(30) || !row.is_true(31))
}

/// Such a NOT NULL.
pub(super) fn partial_not_null(table: &Relation, row: Row<'_>) -> Option<Declaration> {
    let name = row.get(29).filter(|_| is_partial(row))?;
    let (own, rule, column) = (table.sql(), quoted(name), quoted(row.text(3)));
    let inherited = if row.is_true(30) { " no inherit" } else { "" };
    let valid = if row.is_true(31) { "" } else { " not valid" };
    let sql =
        format!("alter table {own} add constraint {rule} not null {column}{inherited}{valid}");
    let reason = "no macro says such a NOT NULL";
    let statement = ByHand { sql, reason, has_known_locks: true };
    Some(table.by_hand(&format!("constraint {name}"), &statement))
}
