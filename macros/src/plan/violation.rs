//! Rows that a constraint would fail on, found before anything is locked.

use crate::plan::{Phase, Require, Step, Work};
use crate::syntax::constraint::{Constraint, Rule, join};
use crate::syntax::index::Index;
use crate::syntax::key::Key;
use crate::syntax::name::{Name, TableName};
use crate::syntax::reference::Reference;

/// Looks for such rows and stops with samples of them. An exclusion constraint is its own search:
/// nothing tells its rows sooner than its index.
pub(crate) fn require(table: &TableName, constraint: &Constraint, help: &str) -> Option<Step> {
    let require = Require {
        table: table.quoted(),
        violation: condition(table, constraint)?,
        problem: problem(constraint),
        help: help.to_owned(),
    };
    let why = "finds rows that would fail, before anything is locked";
    Some(Step::new(Phase::Migrate, why, Work::Require(require)))
}

/// The condition of a row that breaks the constraint.
pub(crate) fn condition(table: &TableName, constraint: &Constraint) -> Option<String> {
    Some(match &constraint.rule {
        Rule::Check(sql) => format!("not ({})", sql.text),
        Rule::ForeignKey { columns, target } => orphan(&table.quoted(), columns, target, ""),
        Rule::Unique(columns) if constraint.terms.nulls_not_distinct => {
            same(table, &quoted(columns), "")
        }
        Rule::Unique(columns) | Rule::PrimaryKey(columns) => equal(table, &quoted(columns), ""),
        Rule::Exclude(_) => return None,
    })
}

/// The condition of a row that a trigger function is about to write. A row that a foreign key
/// points at is locked as the key itself will lock it, so that it cannot go in between.
pub(crate) fn of_new(table: &TableName, constraint: &Constraint) -> Option<String> {
    match &constraint.rule {
        Rule::Check(sql) => {
            let row = table.name.quoted();
            Some(format!("(select not ({}) from (select new.*) as {row})", sql.text))
        }
        Rule::ForeignKey { columns, target } => {
            Some(orphan("new", columns, target, " for key share"))
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
fn orphan(row: &str, columns: &[Name], target: &Reference, lock: &str) -> String {
    let own = |name: &Name| format!("{row}.{}", name.quoted());
    let pairs = columns.iter().zip(&target.columns);
    let same: Vec<String> =
        pairs.map(|(from, to)| format!("parent.{} = {}", to.quoted(), own(from))).collect();
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

/// Looks for rows that a unique index would fail on.
pub(crate) fn require_unique(table: &TableName, index: &Index) -> Option<Step> {
    if !index.unique {
        return None;
    }
    let keys: Vec<String> = index.keys.iter().map(Key::value_sql).collect();
    let keys = keys.join(", ");
    let predicate = index.predicate.as_ref().map(|sql| format!(" where {}", sql.text));
    let find = if index.nulls_not_distinct { same } else { equal };
    let mut violation = find(table, &keys, predicate.as_deref().unwrap_or_default());
    if let Some(sql) = &index.predicate {
        violation = format!("({}) and {violation}", sql.text);
    }
    let name = index.name.as_ref().map_or("", |name| &name.text);
    let require = Require {
        table: table.quoted(),
        violation,
        problem: format!("share their key in `{name}` with another row"),
        help: "make them differ, or delete all but one".into(),
    };
    let why = "finds rows that would fail, before anything is built";
    Some(Step::new(Phase::Migrate, why, Work::Require(require)))
}

/// One scan and a hash: looked for row by row, it would be a scan for each.
fn equal(table: &TableName, keys: &str, predicate: &str) -> String {
    format!(
        "({keys}) in (select {keys} from {}{predicate} group by {keys} having count(*) > 1)",
        table.quoted()
    )
}

/// The same where nulls are equal, which `in` does not find.
fn same(table: &TableName, keys: &str, predicate: &str) -> String {
    format!(
        "(tableoid, ctid) in (select tableoid, ctid from (select tableoid, ctid, count(*) over \
         (partition by {keys}) as rows from {}{predicate}) as counted where rows > 1)",
        table.quoted()
    )
}

fn quoted(columns: &[Name]) -> String {
    columns.iter().map(Name::quoted).collect::<Vec<_>>().join(", ")
}
