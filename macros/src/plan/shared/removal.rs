//! What it takes to let rows of a table go, and what refers to them.

use crate::diag::Errors;
use crate::model::Schema;
use crate::plan::{Lock, Mode};
use crate::syntax::tables::constraint::Rule;
use crate::syntax::tables::reference::Action;
use crate::syntax::tables::table::Table;
use crate::syntax::words::name::{Name, TableName, join};
use crate::syntax::words::sql::Sql;

/// The rule that a key has an index, which a change may say that it breaks.
pub(crate) const FOREIGN_KEY_WITHOUT_INDEX: &str = "foreign_key_without_index";

/// A foreign key that points at rows which go.
pub(crate) struct Referring {
    pub(crate) table: TableName,
    pub(crate) constraint: Name,
    pub(crate) action: Action,
}

/// Finds the foreign keys that point at a table, and at what goes with its rows. One without an index is
/// an error, because the server would read all of its table for each row that goes.
pub(crate) fn referring(schema: &Schema, to: &TableName, errors: &mut Errors) -> Vec<Referring> {
    let mut all: Vec<Referring> = Vec::new();
    let mut next = vec![to.clone()];
    while let Some(goes) = next.pop() {
        for table in schema.tables_that_mention(&goes.name.text) {
            for item in &table.constraints {
                let Rule::ForeignKey { columns, target } = &item.rule else { continue };
                let known = |one: &Referring| {
                    one.table == table.name && Some(&one.constraint) == item.name.as_ref()
                };
                let Some(constraint) = &item.name else { continue };
                if target.table != goes || all.iter().any(known) {
                    continue;
                }
                if !table.is_indexed_by(columns) && !schema.allows(FOREIGN_KEY_WITHOUT_INDEX) {
                    report_scan(to, table, columns, errors);
                }
                let action = target.on_delete.as_ref().map_or(Action::Nothing, |on| on.action);
                if action == Action::Cascade {
                    next.push(table.name.clone());
                }
                let (table, constraint) = (table.name.clone(), constraint.clone());
                all.push(Referring { table, constraint, action });
            }
        }
    }
    all
}

fn report_scan(to: &TableName, table: &Table, columns: &[Name], errors: &mut Errors) {
    let (name, columns) = (&table.name, join(columns));
    errors
        .at(to.span(), format_args!("no index of `{name}` begins with `{columns}`"))
        .help(format_args!("add_index!({name}({columns})); in a migration before it"))
        .help(format_args!("allow({FOREIGN_KEY_WITHOUT_INDEX}, reason = \"…\")"))
        .note(format_args!(
            "for each row that goes PostgreSQL looks for rows of `{name}` that refer to it, and would \
             read all of it"
        ));
}

/// Returns what is locked while rows of these tables go: none of it keeps a client from reading or writing
/// other rows.
pub(crate) fn locks<'a>(
    tables: impl IntoIterator<Item = &'a TableName>,
    referring: &[Referring],
) -> Vec<Lock> {
    let own = tables.into_iter().map(|table| (table, Mode::RowExclusive));
    let others = referring.iter().map(|one| match one.action {
        Action::Nothing | Action::Restrict => (&one.table, Mode::RowShare),
        Action::Cascade | Action::SetNull | Action::SetDefault => (&one.table, Mode::RowExclusive),
    });
    own.chain(others).map(|(table, mode)| Lock { table: table.quoted(), mode }).collect()
}

impl Referring {
    /// Says what becomes of rows that refer to one that goes.
    pub(crate) fn note(&self) -> String {
        let Referring { table, constraint, action } = self;
        match action {
            Action::Cascade => {
                format!("rows of `{table}` that refer to them go too, by `{constraint}`")
            }
            Action::SetNull | Action::SetDefault => format!(
                "rows of `{table}` that refer to them refer to nothing afterwards, by `{constraint}`"
            ),
            Action::Nothing | Action::Restrict => format!(
                "a row that one of `{table}` still refers to stops it (23503): let the condition leave it out"
            ),
        }
    }
}

/// Checks which rows are to go.
pub(crate) fn check_condition(
    schema: &Schema,
    (table, name): (&Table, &TableName),
    condition: Option<&Sql>,
    errors: &mut Errors,
) {
    match condition {
        Some(sql) => schema.expression(table, sql, errors),
        None => {
            errors
                .at(name.span(), "which rows go is not said")
                .help("where = \"…\"")
                .note("`where = \"true\"` is all of them");
        }
    }
}

/// Returns what a client notices of a row that goes under its hands.
pub(crate) const FOUND_GONE: &str =
    "a client that waits for a row which goes at that moment finds none: 0 rows, without an error";
