//! An index that is built before the backfill of its column is written once for each row, and
//! keeps the backfill from updating in place.

use crate::change::allow::INDEX_BEFORE_BACKFILL;
use crate::diag::Errors;
use crate::migration::Migration;
use crate::plan::{Backfill, Index, Work};
use crate::syntax::words::lexer::names;

pub(crate) fn check(migration: &Migration, errors: &mut Errors) {
    for (at, change) in migration.changes.iter().enumerate() {
        if change.allows(INDEX_BEFORE_BACKFILL) {
            continue;
        }
        let later = migration.changes[at + 1..].iter().flat_map(|later| &later.plan.steps);
        let fills: Vec<&Backfill> = later
            .filter_map(|step| match &step.work {
                Work::Backfill(backfill) => Some(backfill),
                _ => None,
            })
            .collect();
        let is_early = change.plan.steps.iter().any(|step| match &step.work {
            Work::BuildIndex(index) => fills.iter().any(|fill| touches(fill, index)),
            _ => false,
        });
        if let (true, Some(claim)) = (is_early, change.claims.first()) {
            errors
                .at(
                    claim.span,
                    format_args!("{} is built before its column is filled", claim.object),
                )
                .help("put this change behind the one that fills the column")
                .note("each row that is filled then costs an entry in the index, and a new place in the table");
        }
    }
}

/// Tells whether a backfill writes a column of the index.
fn touches(fill: &Backfill, index: &Index) -> bool {
    fill.table == index.table
        && fill.columns().any(|column| names(&index.definition).any(|name| name == column))
}
