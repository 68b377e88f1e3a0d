//! What a migration plans for a plain table is done before that becomes partitioned: an index, for one, is
//! dropped in another way then.

use crate::change::Change;
use crate::check::renamed_table::names;
use crate::diag::Errors;
use crate::migration::Migration;
use crate::model::Object;
use crate::plan::Phase;
use crate::syntax::words::name::TableName;

/// Tells whether all of it is done by the time that the table becomes partitioned.
fn is_before(phase: Phase) -> bool {
    matches!(phase, Phase::Expand | Phase::Migrate)
}

pub(crate) fn check(migration: &Migration, errors: &mut Errors) {
    let partitions = |change: &Change| change.operation == "partition_table";
    for (at, change) in migration.changes.iter().enumerate().filter(|(_, it)| partitions(it)) {
        let Some(claim) = change.claims.first() else { continue };
        let Object::Table(name) = &claim.object else { continue };
        let Some(table) = TableName::read(name) else { continue };
        for earlier in &migration.changes[..at] {
            let mut later = earlier.plan.steps.iter().filter(|step| !is_before(step.phase));
            if !later.any(|step| names(step, &table.quoted())) {
                continue;
            }
            let span = earlier.claims.first().map_or(claim.span, |claim| claim.span);
            errors
                .at(span, format_args!("table `{name}` is partitioned before this is at its end"))
                .help(
                    "`partition_table!` in a migration of its own, behind the contract of this one",
                )
                .note("what is left to the contract was planned for a plain table");
        }
    }
}
