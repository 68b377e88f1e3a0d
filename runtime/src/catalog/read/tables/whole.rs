//! Tables: `create_table!`.

use super::keys;
use super::parameters::Parameters;
use crate::catalog::declaration::{Declaration, DeclaredKind};
use crate::catalog::read::kind::Kind;
use crate::catalog::read::relation::{ByHand, Relation, literal, quoted};
use crate::catalog::said;
use crate::session::executor::{Row, Rows};

pub(in crate::catalog::read) const KIND: Kind =
    Kind { sql: concat!(include_str!("../relation.sql"), include_str!("tables.sql")), say };

fn say(rows: &Rows, found: &mut Vec<Declaration>) {
    for row in rows.iter() {
        let table = Relation::of(row);
        let mut parameters =
            Parameters::of(row.text(4), "").and(Parameters::of(row.text(5), "toast."));
        let mut later = later(&table, row);
        if let Some(value) = parameters.take("user_catalog_table") {
            later.push(set(&table, "parameters", &format!("set (user_catalog_table = {value})")));
        }
        let mut items = Vec::new();
        if !parameters.is_empty() {
            items.push(format!("with({})", parameters.said()));
        }
        match row.get(6).map(partition_by) {
            Some(Some(by)) => items.push(by),
            Some(None) => {
                let reason = "no macro says such a partition key";
                later.push(table.unsaid("partition key", row.text(6).to_owned(), reason));
            }
            None => {}
        }
        if let Some(comment) = row.get(7) {
            items.push(format!("comment({})", said::text(comment)));
        }
        let items: Vec<String> = items.iter().map(|item| format!("    {item},\n")).collect();
        let unlogged = if row.is_true(3) { "unlogged " } else { "" };
        let text = format!(
            "create_table!({unlogged}{} {{\n{}}});",
            said::qualified(&table.name),
            items.concat()
        );
        found.push(table.declared(DeclaredKind::Table, text));
        found.append(&mut later);
    }
}

/// `partition_by(range(at))`, of `RANGE (at)`.
fn partition_by(definition: &str) -> Option<String> {
    let (method, keys) = definition.split_once(' ')?;
    let keys = keys::said(keys)?;
    Some(format!("partition_by({}({}))", method.to_lowercase(), keys.join(", ")))
}

/// Returns what is said when the table is there, its indexes too.
fn later(table: &Relation, row: Row<'_>) -> Vec<Declaration> {
    let tablespace =
        row.get(8).map(|name| ("tablespace", format!("set tablespace {}", quoted(name))));
    let method =
        row.get(9).map(|name| ("access method", format!("set access method {}", quoted(name))));
    let clustered = row.get(10).map(|name| ("order", format!("cluster on {name}")));
    let all = [tablespace, method, clustered].into_iter().flatten();
    all.map(|(what, action)| set(table, what, &action)).collect()
}

fn set(table: &Relation, what: &str, action: &str) -> Declaration {
    let sql = format!("alter table {} {action}", table.sql());
    let reason = "no macro says it of a table";
    table.by_hand(&format!("{what} of the table"), &ByHand { sql, reason, has_known_locks: true })
}

/// A comment on a table or a column that no macro makes.
pub(super) fn comment(table: &Relation, on: &str, name: &str, text: &str) -> Declaration {
    let sql = format!("comment on {on} is {}", literal(text));
    let reason = "no macro says a comment on it";
    table.by_hand(&format!("comment on {name}"), &ByHand { sql, reason, has_known_locks: true })
}
