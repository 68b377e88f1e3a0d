//! Columns, items of `create_table!`.

mod attributes;
mod defaults;
mod identity;
mod types;

use self::attributes::Attributes;
use self::types::Type;
use super::relation::{ByHand, Relation, bare, quoted};
use crate::catalog::declaration::{Declaration, DeclaredKind};
use crate::catalog::read::kind::Kind;
use crate::catalog::said;
use crate::session::executor::{Row, Rows};

pub(super) const KIND: Kind =
    Kind { sql: concat!(include_str!("../relation.sql"), include_str!("columns.sql")), say };

fn say(rows: &Rows, found: &mut Vec<Declaration>) {
    for row in rows.iter() {
        let table = Relation::of(row);
        let ty = Type::of(row);
        let attributes = Attributes::of(row, &ty);
        found.push(table.part(DeclaredKind::Column, row.text(3), item(row, &ty, &attributes)));
        for (what, action) in attributes.later {
            found.push(later(&table, row.text(3), what, &action));
        }
        found.extend(attributes::partial_not_null(&table, row));
        found.extend(identity::name_of_sequence(&table, row));
    }
}

/// `name: type word word`, as it stands in a table's list.
fn item(row: Row<'_>, ty: &Type, attributes: &Attributes) -> String {
    let mut words = vec![format!("{}: {}", said::name(row.text(3)), ty.said)];
    if let Some(identity) = identity::said(row) {
        words.push(format!(" {identity}"));
    } else if row.is_true(10) && !attributes::is_partial(row) {
        words.push(" not_null".into());
    }
    if let Some(name) = attributes::name_of_not_null(row) {
        let word = if row.text(11).is_empty() { "" } else { " not_null" };
        words.push(format!("{word}(name = {})", said::name(name)));
    }
    match (row.get(13), row.text(12)) {
        (None, _) => {}
        (Some(default), "") => words.push(format!(" default {}", defaults::said(default, ty))),
        (Some(value), kept) => {
            let kept = if kept == "v" { ", virtual" } else { "" };
            words.push(format!(" generated({}{kept})", said::text(bare(value))));
        }
    }
    if let Some(collation) = row.get(14) {
        words.push(format!(" collate({})", said::text(collation)));
    }
    if let Some(comment) = row.get(15) {
        words.push(format!(" comment({})", said::text(comment)));
    }
    words.concat() + &attributes.inline.concat()
}

/// Returns what is said of a column when its table is there.
fn later(table: &Relation, column: &str, what: &str, action: &str) -> Declaration {
    let sql = format!("alter table {} alter column {} {action}", table.sql(), quoted(column));
    let reason = "no macro says it of a column of this type";
    table.by_hand(
        &format!("{what} of column {column}"),
        &ByHand { sql, reason, has_known_locks: true },
    )
}
