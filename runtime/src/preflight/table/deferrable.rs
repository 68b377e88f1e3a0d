//! Keys whose copy would refuse what they take until the commit.

use crate::migration::{Change, KnownColumn, Work};
use crate::outcome::finding::{Check, Severity};
use crate::preflight::look::{Look, Scene};
use crate::session::sql::quote_literal;

pub(in crate::preflight) const LOOK: Look = Look {
    check: Check::Drift,
    severity: |_| Severity::Fatal,
    sql,
    effect: "the copy of the key that is built beside it refuses at once, and a transaction fails \
             that mends its keys before it commits (23505)",
    help: "drop the constraint, or make it part of the history: then the compiler says what to do",
};

/// Operations that put another column in the place of one, with copies of its keys.
const COPYING: [&str; 2] = ["rename_column", "change_type"];

/// Those of the columns whose changes build copies of their keys. What the history knows as
/// deferrable is refused by the compiler.
pub(in crate::preflight) fn copied(
    changes: &'static [Change],
    columns: &[&'static KnownColumn],
) -> Vec<&'static KnownColumn> {
    let copies = |change: &&Change, table: &str| {
        COPYING.contains(&change.operation)
            && change.steps.iter().any(|step| {
                matches!(step.work, Work::BuildIndex(index) if index.unique && index.table == table)
            })
    };
    let is_copied = |column: &&&'static KnownColumn| {
        let own = changes.iter().filter(|change| copies(change, column.table));
        own.flat_map(|change| change.columns).any(|known| std::ptr::eq(known, **column))
    };
    columns.iter().filter(is_copied).copied().collect()
}

fn sql(Scene { touched, .. }: Scene<'_>) -> Option<String> {
    if touched.copied.is_empty() {
        return None;
    }
    let row = |column: &&KnownColumn| {
        format!("({}, {})", quote_literal(column.table), quote_literal(column.name))
    };
    let columns: Vec<String> = touched.copied.iter().map(row).collect();
    Some(format!(
        "select distinct pg_catalog.format('constraint %I on %s is deferrable, which the history \
         does not know', k.conname, k.conrelid::regclass) \
         from (values {}) as n (relation, name) \
         join pg_catalog.pg_constraint k on k.conrelid = pg_catalog.to_regclass(n.relation) \
         and k.contype in ('p', 'u') and k.condeferrable \
         join pg_catalog.pg_attribute a on a.attrelid = k.conrelid \
         and a.attnum = any (k.conkey) and a.attname = n.name",
        columns.join(", ")
    ))
}
