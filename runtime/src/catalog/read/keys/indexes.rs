//! Indexes that no constraint has.

use super::names;
use crate::catalog::declaration::{Declaration, DeclaredKind};
use crate::catalog::read::kind::Kind;
use crate::catalog::read::relation::{ByHand, Relation, bare, qualified_sql};
use crate::catalog::read::tables::{Parameters, keys};
use crate::catalog::said;
use crate::session::executor::{Row, Rows};

pub(in crate::catalog::read) const KIND: Kind =
    Kind { sql: concat!(include_str!("../relation.sql"), include_str!("indexes.sql")), say };

/// The methods that the macros know.
const METHODS: [&str; 11] = [
    "btree", "hash", "gist", "spgist", "gin", "brin", "bloom", "hnsw", "ivfflat", "rum", "pgroonga",
];

fn say(rows: &Rows, found: &mut Vec<Declaration>) {
    for row in rows.iter() {
        let (table, name) = (Relation::of(row), row.text(3));
        let definition = row.text(4).to_owned();
        if !row.is_true(13) {
            let reason = "the index is invalid";
            let what = table.unsaid("", definition, reason);
            let name = table.part(DeclaredKind::Index, name, String::new()).name;
            found.push(Declaration { kind: DeclaredKind::Index, name, ..what });
            continue;
        }
        let sayable = row.is_true(14)
            && METHODS.contains(&row.text(8))
            && names::are_names([name].into_iter().chain(row.text(10).lines()));
        let said = sayable.then(|| text(row, &table)).flatten().unwrap_or_else(|| {
            let reason = "no macro says such an index";
            // On partitions it would be made by hand.
            let sql = definition.replacen(" ON ONLY ", " ON ", 1);
            ByHand { sql, reason, has_known_locks: true }.said()
        });
        found.push(table.part(DeclaredKind::Index, name, said));
        found.extend(statistics(row, &table));
    }
}

/// As it stands in a table's list; none where a macro cannot say its keys.
fn text(row: Row<'_>, table: &Relation) -> Option<String> {
    let mut words = vec![format!("index(({})", keys::said(row.text(4))?.join(", "))];
    let flags = [(", unique", row.is_true(5)), (", nulls_not_distinct", row.is_true(6))];
    words.extend(flags.iter().filter(|(_, is_set)| *is_set).map(|(word, _)| (*word).to_owned()));
    if let Some(predicate) = row.get(7) {
        words.push(format!(", where = {}", said::text(bare(predicate))));
    }
    if row.text(8) != "btree" {
        words.push(format!(", using = {}", row.text(8)));
    }
    if let Some(included) = row.get(10) {
        words.push(format!(", include({})", names::columns(included)));
    }
    if let Some(options) = row.get(11) {
        words.push(format!(", with({})", Parameters::of(options, "").said()));
    }
    if let Some(tablespace) = row.get(12) {
        words.push(format!(", tablespace = {}", said::name(tablespace)));
    }
    let parts: Vec<&str> = row.text(9).lines().chain(row.text(10).lines()).collect();
    if let Some(name) = names::option(row.text(3), &table.name.name, &parts, "idx") {
        words.push(format!(", {name}"));
    }
    Some(words.concat() + ")")
}

/// Samples of the values that an index computes.
fn statistics(row: Row<'_>, table: &Relation) -> Option<Declaration> {
    let (name, actions) = (row.text(3), row.get(15)?);
    let sql = format!("alter index {} {actions}", qualified_sql(&table.name.schema, name));
    let reason = "no macro says it of an index";
    let statement = ByHand { sql, reason, has_known_locks: false };
    Some(table.by_hand(&format!("statistics of {name}"), &statement))
}
