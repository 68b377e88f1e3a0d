//! Which tables Diesel lets be joined, and stand in one query.

use std::slice;

use super::naming::Table;
use crate::catalog::code::lines::Lines;
use crate::catalog::code::names::Taken;
use crate::catalog::code::schema::{DeclaredForeignKey, DeclaredSchema};

const ALLOW: &str = "diesel::allow_tables_to_appear_in_same_query!";

/// A foreign key with the places of its tables.
struct Join<'a> {
    child: usize,
    parent: usize,
    key: &'a DeclaredForeignKey,
}

pub(super) fn write(lines: &mut Lines, schema: &DeclaredSchema, tables: &[Table<'_>]) {
    let joins = joins(schema, tables);
    lines.gap();
    for join in joins.iter().filter(|join| is_for_joinable(join, &joins, tables)) {
        let (child, parent) = (&tables[join.child], &tables[join.parent]);
        let column = join.key.columns.first().and_then(|name| child.column(name));
        let column = column.unwrap_or_default();
        lines.line(&format!(
            "diesel::joinable!({} -> {} ({column}));",
            child.path(),
            parent.path()
        ));
    }
    if tables.len() > 1 {
        allow_all(lines.gap(), tables);
    }
}

/// The foreign keys between different tables of these.
fn joins<'a>(schema: &'a DeclaredSchema, tables: &[Table<'a>]) -> Vec<Join<'a>> {
    let mut joins = Vec::new();
    for (child, table) in tables.iter().enumerate() {
        for key in &table.of.foreign_keys {
            let parent = schema.parent(key);
            let parent = parent.and_then(|parent| tables.iter().position(|it| it.of == parent));
            joins.extend(parent.map(|parent| Join { child, parent, key }));
        }
    }
    joins.retain(|join| join.child != join.parent);
    joins
}

/// `joinable!` is about the one foreign key between two tables, of one column to a primary key of one.
fn is_for_joinable(join: &Join<'_>, all: &[Join<'_>], tables: &[Table<'_>]) -> bool {
    let ends = |join: &Join<'_>| (join.child.min(join.parent), join.child.max(join.parent));
    let is_only = all.iter().filter(|other| ends(other) == ends(join)).count() == 1;
    is_only && join.key.columns.len() == 1 && join.key.keys == tables[join.parent].of.primary_key
}

/// The macro takes no paths, so that a table of another module is brought in by another name.
fn allow_all(lines: &mut Lines, tables: &[Table<'_>]) {
    let mut taken = Taken::default();
    let mut name = |table: &Table<'_>| match table.module {
        Some(module) => taken.take(&[format!("{module}_{}", table.ident)]),
        None => taken.take(slice::from_ref(&table.ident)),
    };
    let mut names: Vec<String> = tables.iter().map(&mut name).collect();
    if tables.iter().all(|table| table.module.is_none()) {
        names.sort();
        lines.call(ALLOW, &names);
        return;
    }
    lines.ended_block("const _: () =", "};", |lines| {
        for (table, name) in tables.iter().zip(&names).filter(|(table, _)| table.module.is_some()) {
            lines.line(&format!("use {} as {name};", table.path()));
        }
        lines.gap().call(ALLOW, &names);
    });
}
