//! The column that tells which partition a row is in stays as it is.

use crate::diag::Errors;
use crate::migration::Migration;
use crate::model::Object;
use crate::syntax::words::name::TableName;

/// The operations that put another column in the place of one, or none.
const REPLACE: [&str; 5] =
    ["change_type", "drop_column", "merge_columns", "rename_column", "split_column"];

pub(crate) fn check(migration: &Migration, errors: &mut Errors) {
    let changes = migration.changes.iter();
    for change in changes.filter(|change| REPLACE.contains(&change.operation.as_str())) {
        for claim in &change.claims {
            let Object::Column(table, column) = &claim.object else { continue };
            let table = syn::parse_str::<TableName>(table).ok();
            let table = table.and_then(|name| migration.schema.find(&name));
            let by = table.and_then(|table| table.partition_by.as_ref());
            if by.is_some_and(|by| by.needs(column)) {
                errors
                    .at(claim.span, format_args!("{} is part of the partition key", claim.object))
                    .note("PostgreSQL could not tell which partition a row is in");
            }
        }
    }
}
