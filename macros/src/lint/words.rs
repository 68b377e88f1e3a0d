//! Parts of a statement as a macro writes them.

use crate::grammar::{Kind, Node};

pub(super) fn index_key(item: Node) -> String {
    let text = item.text();
    match item.children().next() {
        Some(value) if value.kind() != Kind::NAME_REF => {
            let (sql, rest) = text.split_at(value.text().len());
            let sql = sql.strip_prefix('(').and_then(|sql| sql.strip_suffix(')')).unwrap_or(sql);
            format!("sql({}){}", quoted(sql), order(rest))
        }
        _ => order(text),
    }
}

/// As a string of the macro's.
pub(super) fn quoted(sql: &str) -> String {
    format!("{sql:?}")
}

/// `desc nulls_last`.
fn order(text: &str) -> String {
    let text = text.to_lowercase();
    text.replace("nulls first", "nulls_first").replace("nulls last", "nulls_last")
}
