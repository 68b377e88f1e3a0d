//! NOT NULL on a column with rows, without a scan under a lock that blocks (catalog B2).

use crate::model::names;
use crate::plan::sql::ddl;
use crate::plan::{Mode, NoRows, Phase, Statement, Step, Work};
use crate::syntax::tables::column::Column;
use crate::syntax::values::default::literal;
use crate::syntax::words::name::{Name, TableName};

/// The step that drops a NOT NULL, and those by which it comes back in an undo.
pub(crate) fn loosen(table: &TableName, of: &Column) -> Vec<Step> {
    let column = &of.name;
    let check = names::internal(table, &[&column.text], "not_null");
    let condition = format!("{} is not null", column.quoted());
    let left = || {
        ddl::drop_constraint_if_exists(table, &check).why("left by a way back that was cut short")
    };
    let add = vec![left(), ddl::add_check_not_valid(table, &check, &condition)];
    let set = vec![
        ddl::set_not_null(table, column),
        ddl::drop_constraint_if_exists(table, &check)
            .why("two statements: one `alter table` with both would scan"),
    ];
    let back = |why: &str, undo| Step::way_back(Phase::Expand, why, undo);
    let help = "give them a value, or keep the column as it is";
    vec![
        back(
            "the valid check proves it, so that no row is read under the lock",
            Work::Transaction(set),
        ),
        back("reads every row; blocks nobody", ddl::validate_if_there(table, &check, None)),
        back(
            &format!("new rows must have `{column}`; old ones are not read yet"),
            Work::Transaction(add),
        ),
        back(
            "finds rows that would fail, before anything is locked",
            Work::NoRows(required(table, of, help)),
        ),
        Step::transaction(
            Phase::Expand,
            "before any build writes a null",
            vec![ddl::drop_not_null(table, column), left()],
        ),
    ]
}

/// Looks for rows that the NOT NULL would fail on: found later, they would leave a check behind
/// that fails every write of them.
pub(crate) fn require(table: &TableName, column: &Column, help: &str) -> Step {
    Step::new(
        Phase::Migrate,
        "finds rows that would fail, before anything is locked",
        Work::NoRows(required(table, column, help)),
    )
}

/// The same, to be looked for in its turn.
pub(crate) fn required(table: &TableName, column: &Column, help: &str) -> NoRows {
    NoRows {
        table: table.quoted(),
        violation: column.is_null(""),
        problem: format!("have no `{}`", column.name),
        help: help.to_owned(),
    }
}

/// The steps, once every row has a value.
pub(crate) fn tighten(table: &TableName, of: &Column) -> Vec<Step> {
    let column = &of.name;
    let check = names::internal(table, &[&column.text], "not_null");
    let condition = of.is_not_null("");
    vec![
        Step::transaction(
            Phase::Migrate,
            format!("new rows must have `{column}`; old ones are not read yet"),
            vec![ddl::add_check_not_valid(table, &check, &condition)],
        )
        .undo(vec![ddl::drop_constraint_if_exists(table, &check)]),
        Step::transaction(
            Phase::Migrate,
            format!(
                "reads every row of `{table}`, in a transaction of its own because a scan under the lock of the step before would block"
            ),
            vec![ddl::validate(table, &check)],
        ),
        Step::transaction(
            Phase::Migrate,
            "the valid check proves it, so that no row is read under the lock",
            vec![
                ddl::set_not_null(table, column),
                ddl::drop_constraint_if_exists(table, &check)
                    .why("two statements: one `alter table` with both would scan"),
            ],
        )
        .undo(vec![ddl::drop_not_null(table, column)]),
    ]
}

/// Lets the NOT NULL of a column, which has a name from PostgreSQL 18 on, be called as that of the
/// column whose place it takes: by the name that a user gave it, or by that of the place.
pub(crate) fn take_name(table: &TableName, column: &Name, other: &Name) -> Statement {
    let arguments = format!("{}, {}", literal(&column.text), literal(&other.text));
    named(table, "take_not_null_name", &arguments)
        .why("from PostgreSQL 18 on a NOT NULL has a name, which stays with its place")
}

/// Names those of a table after it, once it is called otherwise than it was.
pub(crate) fn name_after(table: &TableName, was: &Name) -> Statement {
    named(table, "name_not_nulls", &literal(&was.text))
        .why("from PostgreSQL 18 on a NOT NULL is named after its table")
}

fn named(table: &TableName, function: &str, arguments: &str) -> Statement {
    let sql = format!("select changeover.{function}({}, {arguments})", literal(&table.quoted()));
    Statement::locking(sql, table, Mode::AccessExclusive)
}
