//! Rows that a constraint would fail on, found before anything is locked.

use crate::plan::{NoRows, Phase, Step, Work};
use crate::syntax::indexes::index::Index;
use crate::syntax::indexes::key::Key;
use crate::syntax::tables::constraint::{Constraint, Rule};
use crate::syntax::tables::reference::Reference;
use crate::syntax::values::comparison::Comparison;
use crate::syntax::words::name::join;
use crate::syntax::words::name::{Name, TableName};
use crate::syntax::words::sql::Sql;

/// Looks for such rows and stops with samples of them. An exclusion constraint is its own search:
/// nothing tells its rows sooner than its index. The columns of a foreign key are compared as is
/// said.
pub(crate) fn require(
    table: &TableName,
    constraint: &Constraint,
    how: &[Comparison],
    help: &str,
) -> Option<Step> {
    let require = required(table, constraint, how, help)?;
    let why = "finds rows that would fail, before anything is locked";
    Some(Step::new(Phase::Migrate, why, Work::NoRows(require)))
}

/// The same, to be looked for in its turn.
pub(crate) fn required(
    table: &TableName,
    constraint: &Constraint,
    how: &[Comparison],
    help: &str,
) -> Option<NoRows> {
    Some(NoRows {
        table: table.quoted(),
        violation: condition(table, constraint, how)?,
        problem: problem(constraint),
        help: help.to_owned(),
    })
}

/// The condition of a row that breaks the constraint.
pub(crate) fn condition(
    table: &TableName,
    constraint: &Constraint,
    how: &[Comparison],
) -> Option<String> {
    Some(match &constraint.rule {
        Rule::Check(sql) => format!("not ({})", sql.text),
        Rule::ForeignKey { columns, target } => orphan(&table.quoted(), columns, target, how, ""),
        Rule::Unique(columns) | Rule::PrimaryKey(columns) => {
            shared(table, &quoted(columns), None, constraint.terms.nulls_not_distinct)
        }
        Rule::Exclude(_) => return None,
    })
}

/// The condition of a row that a trigger function is about to write. A row that a foreign key
/// points at is locked as the key itself will lock it, so that it cannot go in between.
pub(crate) fn of_new(
    table: &TableName,
    constraint: &Constraint,
    how: &[Comparison],
) -> Option<String> {
    match &constraint.rule {
        Rule::Check(sql) => {
            let row = table.name.quoted();
            Some(format!("(select not ({}) from (select new.*) as {row})", sql.text))
        }
        Rule::ForeignKey { columns, target } => {
            Some(orphan("new", columns, target, how, " for key share"))
        }
        _ => None,
    }
}

fn problem(constraint: &Constraint) -> String {
    match &constraint.rule {
        Rule::Check(sql) => format!("break `{}`", sql.text),
        Rule::ForeignKey { columns, target } => {
            format!("point with `{}` at no row of `{}`", join(columns), target.table)
        }
        _ => format!("share their `{}` with another row", join(constraint.columns())),
    }
}

/// A key that is null, in part at least, points nowhere. One scan of each table: the planner makes
/// an anti-join of it. Names are qualified, because both tables may have the column.
fn orphan(
    row: &str,
    columns: &[Name],
    target: &Reference,
    how: &[Comparison],
    lock: &str,
) -> String {
    let own = |name: &Name| format!("{row}.{}", name.quoted());
    let pairs = columns.iter().zip(&target.columns).zip(how);
    let same: Vec<String> = pairs
        .map(|((from, to), how)| how.equal(&format!("parent.{}", to.quoted()), &own(from)))
        .collect();
    let given: Vec<String> =
        columns.iter().map(|name| format!("{} is not null", own(name))).collect();
    let orphan = format!(
        "{} and not exists (select from {} as parent where {}{lock})",
        given.join(" and "),
        target.table.quoted(),
        same.join(" and ")
    );
    if !target.is_full || columns.len() == 1 {
        return orphan;
    }
    let all: Vec<String> = columns.iter().map(own).collect();
    format!(
        "pg_catalog.num_nulls({}) between 1 and {} or ({orphan})",
        all.join(", "),
        columns.len() - 1
    )
}

/// Returns what finds rows of which the same would be made, by expressions over them.
pub(crate) fn required_distinct(table: &TableName, made: &str, problem: String) -> NoRows {
    NoRows {
        table: table.quoted(),
        violation: shared(table, made, None, false),
        problem,
        help: "make them differ, or delete all but one".into(),
    }
}

/// Looks for rows that a unique index would fail on.
pub(crate) fn require_unique(table: &TableName, index: &Index) -> Option<Step> {
    let require = required_unique(table, index)?;
    let why = "finds rows that would fail, before anything is built";
    Some(Step::new(Phase::Migrate, why, Work::NoRows(require)))
}

/// The same, to be looked for in its turn.
pub(crate) fn required_unique(table: &TableName, index: &Index) -> Option<NoRows> {
    if !index.unique {
        return None;
    }
    let keys: Vec<String> = index.keys.iter().map(Key::value_sql).collect();
    let violation =
        shared(table, &keys.join(", "), index.predicate.as_ref(), index.nulls_not_distinct);
    let name = index.name.as_ref().map_or("", |name| &name.text);
    Some(NoRows {
        table: table.quoted(),
        violation,
        problem: format!("share their key in `{name}` with another row"),
        help: "make them differ, or delete all but one".into(),
    })
}

/// One scan and a sort: looked for row by row, it would be a scan for each. What `partition by`
/// takes for equal is what the index does, of whatever type the keys are.
fn shared(
    table: &TableName,
    keys: &str,
    predicate: Option<&Sql>,
    nulls_not_distinct: bool,
) -> String {
    let given = (!nulls_not_distinct).then(|| format!("pg_catalog.num_nulls({keys}) = 0"));
    let conditions: Vec<String> =
        given.into_iter().chain(predicate.map(|sql| format!("({})", sql.text))).collect();
    let filter = match conditions.as_slice() {
        [] => String::new(),
        all => format!(" where {}", all.join(" and ")),
    };
    format!(
        "(tableoid, ctid) in (select tableoid, ctid from (select tableoid, ctid, count(*) over \
         (partition by {keys}) as rows from {}{filter}) as counted where rows > 1)",
        table.quoted()
    )
}

fn quoted(columns: &[Name]) -> String {
    columns.iter().map(Name::quoted).collect::<Vec<_>>().join(", ")
}
