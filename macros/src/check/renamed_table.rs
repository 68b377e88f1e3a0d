//! What a migration does to a table under its old name is done before the table has another one:
//! steps that come later would meet the view.

use crate::diag::Errors;
use crate::migration::Migration;
use crate::model::Object;
use crate::plan::{Phase, Step, Work};
use crate::syntax::words::name::TableName;

pub(crate) fn check(migration: &Migration, errors: &mut Errors) {
    let renames = |change: &crate::change::Change| change.operation == "rename_table";
    for (at, change) in migration.changes.iter().enumerate().filter(|(_, change)| renames(change)) {
        let [old, new] = change.claims.as_slice() else { continue };
        let (Object::Table(from), Object::Table(to)) = (&old.object, &new.object) else { continue };
        let Ok(table) = syn::parse_str::<TableName>(from) else { continue };
        for earlier in &migration.changes[..at] {
            let later = earlier.plan.steps.iter().filter(|step| step.phase != Phase::Expand);
            if !later.clone().any(|step| names(step, &table.quoted())) {
                continue;
            }
            let span = earlier.claims.first().map_or(old.span, |claim| claim.span);
            errors
                .at(span, format_args!("table `{from}` has another name when this goes on"))
                .help(format_args!("this change after `rename_table!({from} => {to});`, on `{to}`"))
                .note("every change expands before any goes on");
        }
    }
}

/// Tells whether a step is about a table, by its name in SQL.
pub(super) fn names(step: &Step, table: &str) -> bool {
    match &step.work {
        Work::Transaction(statements) => {
            statements.iter().any(|statement| statement.sql.contains(table))
        }
        Work::BuildIndex(index) | Work::DropIndex(index) => index.table == table,
        Work::Backfill(fill) => fill.table == table,
        Work::Convert(fill) => fill.table == table,
        Work::Removal(rows) => rows.table == table || rows.into.as_deref() == Some(table),
        Work::Compaction(of) => of.table == table,
        Work::Reindex(of) => of == table,
        Work::Partitions(of) => of.table == table,
        Work::NoRows(rows) => rows.table == table,
        Work::NonTransactional(alone) => {
            alone.statement.locks.iter().any(|lock| lock.table == table)
        }
        Work::SizeLimit(bound) => bound.table == table,
    }
}
