//! Foreign keys: items, or `add_foreign_key!` where tables point at each other.

use super::names;
use crate::catalog::declaration::QualifiedName;
use crate::catalog::said;
use crate::session::executor::Row;

/// `a, b => other(x, y), on_delete = cascade`, without its columns' table and its name.
pub(super) fn target(row: Row<'_>) -> String {
    let of = QualifiedName { schema: row.text(13).into(), name: row.text(14).into() };
    let mut words = vec![format!("{}({})", said::qualified(&of), names::columns(row.text(15)))];
    let columns = row.get(18).map(|names| format!("({})", names::columns(names)));
    if let Some(action) = action(row.text(17)) {
        words.push(format!(", on_delete = {action}{}", columns.unwrap_or_default()));
    }
    if let Some(action) = action(row.text(16)) {
        words.push(format!(", on_update = {action}"));
    }
    words.concat() + if row.is_true(19) { ", match = full" } else { "" }
}

fn action(letter: &str) -> Option<&'static str> {
    match letter {
        "r" => Some("restrict"),
        "c" => Some("cascade"),
        "n" => Some("set_null"),
        "d" => Some("set_default"),
        _ => None,
    }
}
