//! Constraints of tables.

use super::{foreign_keys, names};
use crate::catalog::declaration::{Declaration, DeclaredKind, ObjectId};
use crate::catalog::read::kind::Kind;
use crate::catalog::read::relation::{ByHand, Relation, bare, qualified_sql, quoted};
use crate::catalog::read::tables::keys;
use crate::catalog::said;
use crate::session::executor::{Row, Rows};

pub(in crate::catalog::read) const KIND: Kind =
    Kind { sql: concat!(include_str!("../relation.sql"), include_str!("constraints.sql")), say };

const PG_CONSTRAINT: u32 = 2606;

fn say(rows: &Rows, found: &mut Vec<Declaration>) {
    for row in rows.iter() {
        let table = Relation::of(row);
        let name = row.text(3);
        let sayable = row.is_true(26) && names::are_names([name]);
        let said = sayable.then(|| text(row, &table)).flatten();
        let said = said.unwrap_or_else(|| by_hand(row, &table));
        let part = table.part(DeclaredKind::Constraint, name, said);
        // It needs other tables: what it points at, or what inherits it.
        let own = row.number(28).filter(|_| row.is_true(29));
        let id = own.map_or(part.id, |oid| ObjectId { catalog: PG_CONSTRAINT, oid });
        found.push(Declaration { id, ..part });
        found.extend(later(row, &table));
    }
}

/// As a macro says it, if one does.
fn text(row: Row<'_>, table: &Relation) -> Option<String> {
    let (own, columns) = (&table.name.name, row.text(10));
    let parts: Vec<&str> = columns.lines().collect();
    let (head, suffix, parts) = match row.text(4) {
        "p" => (format!("primary_key({}", names::columns(columns)), "pkey", Vec::new()),
        "u" => (format!("unique({}", names::columns(columns)), "key", parts),
        "c" => (format!("check({}", said::text(bare(row.text(12)))), "check", Vec::new()),
        "x" => {
            let keys = keys::said(row.text(5))?.join(", ");
            let filter = row.get(22).map(|sql| format!(", where = {}", said::text(bare(sql))));
            // Its name is made of expressions too: it is always stated.
            (
                format!("exclude({keys}, using = {}{}", row.text(21), filter.unwrap_or_default()),
                "",
                Vec::new(),
            )
        }
        _ => {
            let (columns, target) = (names::columns(columns), foreign_keys::target(row));
            (format!("foreign_key({columns} => {target}"), "fkey", parts)
        }
    };
    let name = names::option(row.text(3), own, &parts, suffix);
    let name = name.map_or(String::new(), |name| format!(", {name}"));
    Some(format!("{head}{}{name})", terms(row)?))
}

/// The words behind what it is about; none where its kind does not take one of them.
fn terms(row: Row<'_>) -> Option<String> {
    let kind = row.text(4);
    let mut terms = Vec::new();
    if let Some(included) = row.get(11) {
        if kind == "x" {
            return None;
        }
        terms.push(format!(", include({})", names::columns(included)));
    }
    for (word, is_set) in [
        ("no_inherit", kind == "c" && row.is_true(9)),
        ("not_valid", !row.is_true(8)),
        ("nulls_not_distinct", row.is_true(20)),
        ("deferrable", row.is_true(6) && !row.is_true(7)),
        ("initially_deferred", row.is_true(7)),
    ] {
        if is_set {
            terms.push(format!(", {word}"));
        }
    }
    Some(terms.concat())
}

fn by_hand(row: Row<'_>, table: &Relation) -> String {
    let (own, name) = (table.sql(), quoted(row.text(3)));
    let (rule, validated) = (row.text(5), row.text(27));
    let sql = format!("alter table {own} add constraint {name} {rule}{validated}");
    let reason = "no macro says such a constraint";
    ByHand { sql, reason, has_known_locks: true }.said()
}

/// Returns what of its index no constraint says.
fn later(row: Row<'_>, table: &Relation) -> Vec<Declaration> {
    let name = row.text(3);
    let index = qualified_sql(&table.name.schema, row.text(25));
    let mut found = Vec::new();
    let mut alter = |what: &str, action: String| {
        let sql = format!("alter index {index} {action}");
        let reason = "no macro says it of a constraint's index";
        let statement = ByHand { sql, reason, has_known_locks: false };
        found.push(table.by_hand(&format!("{what} of {name}"), &statement));
    };
    if let Some(options) = row.get(23) {
        alter("parameters", format!("set ({})", options.lines().collect::<Vec<_>>().join(", ")));
    }
    if let Some(tablespace) = row.get(24) {
        alter("tablespace", format!("set tablespace {}", quoted(tablespace)));
    }
    found
}
