//! A foreign key of a table that outlives a crash cannot point at one that does not.

use crate::diag::Errors;
use crate::migration::Migration;

pub(crate) fn check(migration: &Migration, errors: &mut Errors) {
    let is_unlogged = |name| migration.schema.find(name).is_some_and(|table| table.unlogged);
    let made = migration.changes.iter().flat_map(|change| &change.made.constraints);
    for (table, constraint) in made {
        let Some(target) = constraint.parent() else { continue };
        if is_unlogged(target) && !is_unlogged(table) {
            errors
                .at(
                    target.span(),
                    format_args!("table `{target}` is unlogged, and `{table}` is not"),
                )
                .note("what points at rows that are lost in a crash would be wrong after it");
        }
    }
}
