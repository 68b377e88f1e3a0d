//! Constraints as SQL: written here, because sea-query lacks most of what PostgreSQL's have.

use crate::plan::sql::ddl;
use crate::plan::sql::version;
use crate::plan::{Mode, Statement};
use crate::syntax::tables::constraint::{Constraint, Rule};
use crate::syntax::tables::exclusion::{Element, Exclusion};
use crate::syntax::tables::reference::Reference;
use crate::syntax::tables::terms::Timing;
use crate::syntax::words::name::{Name, TableName};

/// `constraint "name" check (…)`, as it stands in `create table` and behind `add`.
pub(crate) fn named(constraint: &Constraint) -> String {
    let name = name(constraint);
    let mut clauses = vec![format!("constraint \"{name}\""), rule(constraint)];
    if !constraint.terms.include.is_empty() {
        clauses.push(format!("include ({})", list(&constraint.terms.include)));
    }
    if let Rule::Exclude(Exclusion { predicate: Some(sql), .. }) = &constraint.rule {
        clauses.push(format!("where ({})", sql.text));
    }
    clauses.extend(timing(&constraint.terms.timing).map(str::to_owned));
    clauses.join(" ")
}

/// Adds it in one step, which reads every row and builds its index under the lock.
pub(crate) fn add(table: &TableName, constraint: &Constraint) -> Statement {
    if constraint.terms.not_valid {
        return add_not_valid(table, constraint);
    }
    adding(table, constraint, &named(constraint)).reading_rows()
}

/// Catalog B1 and B4: holds for new rows at once, and reads no old one.
pub(crate) fn add_not_valid(table: &TableName, constraint: &Constraint) -> Statement {
    adding(table, constraint, &format!("{} not valid", named(constraint)))
}

fn adding(table: &TableName, constraint: &Constraint, definition: &str) -> Statement {
    let clause = format!("add {definition}");
    let mode = match constraint.parent() {
        Some(_) => Mode::ShareRowExclusive,
        None => Mode::AccessExclusive,
    };
    let add = ddl::alter(table, &clause, mode).altering(table);
    let add = add.changing_part(table, name(constraint));
    match constraint.parent().filter(|parent| *parent != table) {
        Some(parent) => add.and_locks(parent, Mode::ShareRowExclusive),
        None => add,
    }
}

/// Catalog B5 and B6: the index is there, and becomes the constraint's.
pub(crate) fn add_using_index(table: &TableName, constraint: &Constraint) -> Statement {
    ddl::alter(
        table,
        &format!("add {}", using_index(constraint, name(constraint))),
        Mode::AccessExclusive,
    )
    .altering(table)
    .changing_part(table, name(constraint))
}

/// The clause by which an index becomes the constraint's, and takes its name.
pub(crate) fn using_index(constraint: &Constraint, index: &str) -> String {
    let kind = match constraint.rule {
        Rule::PrimaryKey(_) => "primary key",
        _ => "unique",
    };
    let mut clause = format!("constraint \"{}\" {kind} using index \"{index}\"", name(constraint));
    if let Some(timing) = timing(&constraint.terms.timing) {
        clause = clause + " " + timing;
    }
    clause
}

/// The clause that drops it.
pub(crate) fn dropping(constraint: &Constraint) -> String {
    format!("drop constraint \"{}\"", name(constraint))
}

/// Drops it, if it is there; a foreign key locks the table that it points at as well.
pub(crate) fn drop(table: &TableName, constraint: &Constraint) -> Statement {
    let drop = ddl::drop_constraint_if_exists(table, name(constraint));
    match constraint.parent().filter(|parent| *parent != table) {
        Some(parent) => drop.and_locks(parent, Mode::AccessExclusive),
        None => drop,
    }
}

/// Says what a client notices of a key that may be looked at late.
pub(crate) fn note(constraint: &Constraint) -> Option<String> {
    constraint.terms.timing.is_deferrable().then(|| {
        "`on conflict` does not take a deferrable key (55000), and no foreign key points at one; \
         while its index is built it is not deferrable yet, and refuses at once (23505)"
            .to_owned()
    })
}

/// Returns what only some servers have.
pub(crate) fn requirement(constraint: &Constraint) -> Option<Statement> {
    let effect = constraint.reference().and_then(|target| target.on_delete.as_ref());
    if constraint.terms.nulls_not_distinct {
        return Some(version::require(15, "`nulls not distinct`"));
    }
    effect
        .filter(|effect| !effect.columns.is_empty())
        .map(|effect| version::require(15, &format!("`on delete {} (…)`", effect.action.sql())))
}

fn rule(constraint: &Constraint) -> String {
    match &constraint.rule {
        Rule::Check(sql) if constraint.terms.no_inherit => {
            format!("check ({}) no inherit", sql.text)
        }
        Rule::Check(sql) => format!("check ({})", sql.text),
        Rule::PrimaryKey(columns) => format!("primary key ({})", list(columns)),
        Rule::Unique(columns) if constraint.terms.nulls_not_distinct => {
            format!("unique nulls not distinct ({})", list(columns))
        }
        Rule::Unique(columns) => format!("unique ({})", list(columns)),
        Rule::ForeignKey { columns, target } => {
            format!("foreign key ({}) {}", list(columns), references(target))
        }
        Rule::Exclude(exclusion) => exclude(exclusion),
    }
}

fn references(target: &Reference) -> String {
    let (table, columns) = (target.table.quoted(), list(&target.columns));
    let mut sql = format!("references {table} ({columns})");
    if target.is_full {
        sql += " match full";
    }
    if let Some(effect) = &target.on_delete {
        sql = sql + " on delete " + effect.action.sql();
        if !effect.columns.is_empty() {
            sql = format!("{sql} ({})", list(&effect.columns));
        }
    }
    if let Some(action) = target.on_update {
        sql = sql + " on update " + action.sql();
    }
    sql
}

fn exclude(exclusion: &Exclusion) -> String {
    let method = exclusion.method.as_ref().map_or("", |name| &name.text);
    let elements: Vec<String> = exclusion.elements.iter().map(element).collect();
    format!("exclude using {method} ({})", elements.join(", "))
}

fn element(element: &Element) -> String {
    format!("{} with {}", element.key.sql(), element.operator)
}

fn timing(timing: &Timing) -> Option<&'static str> {
    match (timing.initially_deferred, timing.deferrable) {
        (true, _) => Some("deferrable initially deferred"),
        (false, true) => Some("deferrable"),
        (false, false) => None,
    }
}

fn list(names: &[Name]) -> String {
    names.iter().map(Name::quoted).collect::<Vec<_>>().join(", ")
}

pub(crate) fn name(constraint: &Constraint) -> &str {
    constraint.name.as_ref().map_or("", |name| &name.text)
}
