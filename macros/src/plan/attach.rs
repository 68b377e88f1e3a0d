//! Constraints on a column with rows, without a scan or a build under a lock that blocks.

use crate::plan::{Lock, Mode, Phase, Statement, Step, ddl, index, sql};
use crate::syntax::constraint::{Constraint, Rule};
use crate::syntax::name::{Name, TableName};

/// The steps that add a constraint, once the rows are right.
pub(crate) fn steps(table: &TableName, constraint: &Constraint) -> Vec<Step> {
    let Some(name) = &constraint.name else { return Vec::new() };
    match &constraint.rule {
        Rule::PrimaryKey(_) => Vec::new(),
        Rule::Unique(columns) => unique(table, name, columns),
        Rule::Check(sql) => {
            let add = ddl::add_check_not_valid(table, &name.text, &sql.text);
            not_valid(
                table,
                name,
                vec![add],
                vec![ddl::drop_constraint_if_exists(table, &name.text)],
            )
        }
        Rule::ForeignKey { target, .. } => {
            let parent = &target.table;
            let drop = ddl::drop_constraint_if_exists(table, &name.text)
                .and_locks(parent, Mode::AccessExclusive);
            let parents = std::slice::from_ref(parent);
            let mut add = ddl::lock_parents(table, parents, Mode::ShareRowExclusive);
            add.push(sql::add_foreign_key_not_valid(table, constraint, parent));
            let mut undo = ddl::lock_parents(table, parents, Mode::AccessExclusive);
            undo.push(drop);
            not_valid(table, name, add, undo)
        }
    }
}

/// The statement that adds a check or a foreign key, without reading a row.
pub(crate) fn not_valid_statement(table: &TableName, constraint: &Constraint) -> Option<Statement> {
    let name = constraint.name.as_ref()?;
    match &constraint.rule {
        Rule::Check(sql) => Some(ddl::add_check_not_valid(table, &name.text, &sql.text)),
        Rule::ForeignKey { target, .. } => {
            Some(sql::add_foreign_key_not_valid(table, constraint, &target.table))
        }
        Rule::PrimaryKey(_) | Rule::Unique(_) => None,
    }
}

/// Catalog B1 and B4.
fn not_valid(
    table: &TableName,
    name: &Name,
    add: Vec<Statement>,
    undo: Vec<Statement>,
) -> Vec<Step> {
    let mut validate = ddl::validate(table, &name.text);
    // A foreign key's validation reads the table that it points at.
    for lock in add.iter().flat_map(|statement| &statement.locks) {
        if lock.table != table.quoted() {
            let mode = Mode::RowShare;
            validate.locks.push(Lock { table: lock.table.clone(), mode });
        }
    }
    let why = format!("`{name}` holds for new rows; old ones are not read yet");
    vec![
        Step::transaction(Phase::Migrate, why, add).undo(undo),
        Step::transaction(
            Phase::Migrate,
            "reads every row, in a transaction of its own because a scan under the lock of the step before would block",
            vec![validate],
        ),
    ]
}

/// Catalog B5.
fn unique(table: &TableName, name: &Name, columns: &[Name]) -> Vec<Step> {
    let index = index::unique(table, name, columns);
    vec![
        Step::build_index("concurrently: reads and writes go on", index),
        Step::transaction(
            Phase::Migrate,
            "the index is there already and becomes the constraint's",
            vec![ddl::add_unique_using_index(table, name)],
        )
        .undo(vec![ddl::drop_constraint_if_exists(table, &name.text)]),
    ]
}
