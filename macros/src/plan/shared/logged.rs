//! Whether a table's rows outlive a crash of the server.

use crate::diag::Errors;
use crate::plan::Direct;
use crate::plan::sql::ddl;
use crate::plan::{Mode, Phase, Step};
use crate::syntax::tables::table::Table;
use crate::syntax::words::name::TableName;

/// Measured (catalog 2.K).
pub(crate) const REASON: &str = "PostgreSQL writes the whole table and its indexes anew under a lock \
    that blocks reads and writes; a new table beside it, filled by the application, has no such lock";

/// The only form.
pub(crate) fn direct(table: &TableName, unlogged: bool) -> Direct {
    let set = |unlogged: bool| {
        let word = if unlogged { "unlogged" } else { "logged" };
        let set = ddl::alter(table, &format!("set {word}"), Mode::AccessExclusive).reading_rows();
        vec![set.changing_settings(table.quoted())]
    };
    let why = "reads and writes wait until the table is written anew";
    let step = Step::transaction(Phase::Expand, why, set(unlogged)).undo(set(!unlogged));
    Direct::of(table.clone(), step)
}

/// Reports a table that is so already, or has no rows of its own.
pub(crate) fn check(table: &Table, name: &TableName, unlogged: bool, errors: &mut Errors) {
    if table.unlogged == unlogged {
        let word = if unlogged { "unlogged" } else { "logged" };
        errors.at(name.span(), format_args!("table `{name}` is {word}"));
    }
    if table.partition_by.is_some() {
        errors.at(name.span(), "a partitioned table holds no rows itself");
    }
}
