//! A foreign key without an index on its own columns: each delete of a parent reads the whole
//! child.

use crate::change::allow::FOREIGN_KEY_WITHOUT_INDEX;
use crate::diag::Errors;
use crate::migration::Migration;
use crate::syntax::tables::constraint::Rule;
use crate::syntax::tables::table::Table;
use crate::syntax::words::name::Name;
use crate::syntax::words::name::join;

pub(crate) fn check(migration: &Migration, errors: &mut Errors) {
    for change in &migration.changes {
        for (table, constraint) in &change.made.constraints {
            let Rule::ForeignKey { columns, target } = &constraint.rule else { continue };
            // A later change of the migration may have made the index.
            let Some(now) = migration.schema.find(table) else { continue };
            if is_indexed(now, columns) || change.allows(FOREIGN_KEY_WITHOUT_INDEX) {
                continue;
            }
            let (parent, columns) = (&target.table, join(columns));
            let message = format!("no index of `{table}` begins with `{columns}`");
            errors
                .warn(FOREIGN_KEY_WITHOUT_INDEX, constraint.span, message)
                .help(format_args!("add_index!({table}({columns}));"))
                .note(format_args!(
                    "each delete of a row of `{parent}`, and each update of its key, reads all of `{table}`"
                ));
        }
    }
}

fn is_indexed(table: &Table, columns: &[Name]) -> bool {
    let begins = |key: &[Name]| {
        let first = key.get(..columns.len()).unwrap_or_default();
        !first.is_empty() && columns.iter().all(|column| first.contains(column))
    };
    let keys = table.constraints.iter().filter_map(|constraint| match &constraint.rule {
        Rule::PrimaryKey(key) | Rule::Unique(key) => Some(key),
        _ => None,
    });
    let complete = table.indexes.iter().filter(|index| index.predicate.is_none());
    keys.cloned()
        .chain(complete.map(|index| index.leading_columns().cloned().collect()))
        .any(|key| begins(&key))
}
