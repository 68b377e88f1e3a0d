//! A foreign key without an index on its own columns: each delete of a parent reads the whole
//! child.

use crate::change::allow::FOREIGN_KEY_WITHOUT_INDEX;
use crate::diag::Errors;
use crate::migration::Migration;
use crate::syntax::tables::constraint::Rule;
use crate::syntax::words::name::join;

pub(crate) fn check(migration: &Migration, errors: &mut Errors) {
    for change in &migration.changes {
        for (table, constraint) in &change.made.constraints {
            let Rule::ForeignKey { columns, target } = &constraint.rule else { continue };
            // A later change of the migration may have made the index.
            let Some(now) = migration.schema.find(table) else { continue };
            if now.is_indexed_by(columns) || change.allows(FOREIGN_KEY_WITHOUT_INDEX) {
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
