//! A column's changes in one step, which reads or writes every row while nobody can.

use crate::plan::sql::constraint;
use crate::plan::sql::ddl;
use crate::plan::sql::sea;
use crate::plan::{Mode, Phase, Statement, Step};
use crate::syntax::tables::column::Column;
use crate::syntax::tables::constraint::Constraint;
use crate::syntax::words::name::{Name, TableName};
use crate::syntax::words::sql::Sql;

const WHY: &str = "in one step, which reads or writes every row while nobody can use the table";

/// Adds a column with all that belongs to it.
pub(crate) fn add_column(
    table: &TableName,
    column: &Column,
    fill: Option<&Sql>,
    constraints: &[Constraint],
) -> Step {
    let parents: Vec<TableName> =
        constraints.iter().filter_map(Constraint::parent).cloned().collect();
    let mut statements: Vec<Statement> =
        constraints.iter().filter_map(constraint::requirement).collect();
    statements.extend(ddl::lock_parents(table, &parents, Mode::ShareRowExclusive));
    let bare = Column { default: None, not_null: false, ..column.clone() };
    statements.push(sea::add_column(table, if fill.is_some() { &bare } else { column }));
    if let Some(fill) = fill {
        statements.push(write(table, column, fill));
        let default = column.default.as_ref();
        statements
            .extend(default.map(|default| ddl::set_default(table, &column.name, &default.sql())));
        statements.extend(column.not_null.then(|| ddl::set_not_null(table, &column.name)));
    }
    statements.extend(ddl::describe(table, column));
    statements.extend(constraints.iter().map(|item| constraint::add(table, item)));
    let mut undo = ddl::lock_parents(table, &parents, Mode::AccessExclusive);
    let mut drop = sea::drop_column(table, &column.name);
    for parent in parents.iter().filter(|parent| *parent != table) {
        drop = drop.and_locks(parent, Mode::AccessExclusive);
    }
    undo.push(drop);
    Step::transaction(Phase::Expand, WHY, statements).undo(undo)
}

/// Makes a column NOT NULL; what is null gets a value first, if there is one.
pub(crate) fn set_not_null(table: &TableName, column: &Column, fill: Option<&Sql>) -> Step {
    let mut statements: Vec<Statement> = Vec::new();
    if let Some(fill) = fill {
        statements.push(ddl::lock_table(table, Mode::AccessExclusive));
        statements.push(write(table, column, fill));
    }
    statements.push(ddl::set_not_null(table, &column.name));
    Step::transaction(Phase::Expand, WHY, statements)
        .undo(vec![ddl::drop_not_null(table, &column.name)])
}

/// Lets a column be null; the way back reads every row.
pub(crate) fn drop_not_null(table: &TableName, column: &Name) -> Step {
    let why = "touches no row; its undo reads every row while nobody can use the table";
    Step::transaction(Phase::Expand, why, vec![ddl::drop_not_null(table, column)])
        .undo(vec![ddl::set_not_null(table, column)])
}

fn write(table: &TableName, column: &Column, value: &Sql) -> Statement {
    let (on, name, value) = (table.quoted(), column.name.quoted(), &value.text);
    Statement::free(format!("update {on} set {name} = {value} where {}", column.is_null("")))
        .reading_rows()
        .why("under the lock that the table is in")
}
