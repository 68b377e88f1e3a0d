//! Identities: `identity(always, start = 1000)`, and the sequences behind them.

use crate::catalog::declaration::Declaration;
use crate::catalog::read::relation::{ByHand, Relation, derived_name, qualified_sql, quoted};
use crate::catalog::read::sequences::Options;
use crate::session::executor::Row;

/// The words of a column that the server numbers.
pub(super) fn said(row: Row<'_>) -> Option<String> {
    let kind = row.text(11);
    if kind.is_empty() {
        return None;
    }
    let options = Options::of(row, 20).said();
    let always = (kind == "a").then(|| "always".to_owned());
    let all: Vec<String> = always.into_iter().chain(options).collect();
    Some(if all.is_empty() { "identity".into() } else { format!("identity({})", all.join(", ")) })
}

/// The name of the sequence, where it is not the one that the server derives.
pub(super) fn name_of_sequence(table: &Relation, row: Row<'_>) -> Option<Declaration> {
    let (schema, name) = (row.get(27)?, row.get(28)?);
    let column = row.text(3);
    let usual = derived_name(&table.name.name, column, "seq");
    if usual == name && schema == table.name.schema {
        return None;
    }
    let sql = format!(
        "alter sequence {} rename to {}",
        qualified_sql(&table.name.schema, &usual),
        quoted(name)
    );
    let reason = "the sequence of an identity has a name of its own";
    let what = format!("sequence of column {column}");
    Some(table.by_hand(&what, &ByHand { sql, reason, has_known_locks: false }))
}
