//! Types that hurt later.

use crate::change::Change;
use crate::change::allow::{FIXED_LENGTH, JSON, NARROW_KEY, TIMESTAMP_WITHOUT_TIME_ZONE};
use crate::diag::Errors;
use crate::migration::Migration;
use crate::syntax::tables::column::Column;
use crate::syntax::tables::constraint::Rule;
use crate::syntax::values::types::Family;
use crate::syntax::words::name::{Name, TableName};

pub(crate) fn check(migration: &Migration, errors: &mut Errors) {
    for change in &migration.changes {
        for (_, column) in &change.made.columns {
            check_type(change, column, errors);
        }
        check_keys(change, errors);
    }
}

fn check_type(change: &Change, column: &Column, errors: &mut Errors) {
    let sql = column.ty.sql.trim_end_matches("[]");
    let name = sql.split('(').next().unwrap_or(sql);
    let (rule, message, help, note) = match name {
        "timestamp" => (
            TIMESTAMP_WITHOUT_TIME_ZONE,
            "a `timestamp` does not say which moment it is",
            "timestamptz",
            "it keeps the digits and drops the zone, so that each session reads them as its own",
        ),
        "char" => (
            FIXED_LENGTH,
            "a `char(n)` is filled up with spaces",
            "text",
            "it saves nothing, and comparisons pass over spaces that other types keep",
        ),
        "json" => (
            JSON,
            "a `json` cannot be compared or indexed",
            "jsonb",
            "it has no `=`: `distinct`, `group by` and `union` over it fail",
        ),
        _ => return,
    };
    if !change.allows(rule) {
        errors.warn(rule, column.ty.span, message).help(help).note(note);
    }
}

/// Keys that run out.
fn check_keys(change: &Change, errors: &mut Errors) {
    for (table, constraint) in &change.made.constraints {
        let Rule::PrimaryKey(key) = &constraint.rule else { continue };
        let [key] = key.as_slice() else { continue };
        let Some(column) = made_column(change, table, key) else { continue };
        let Family::Integer { bits: bits @ ..64 } = column.ty.family else { continue };
        if !change.allows(NARROW_KEY) {
            let values = if bits == 16 { "32,767" } else { "2,147,483,647" };
            errors
                .warn(NARROW_KEY, column.ty.span, format_args!("the key ends at {values}"))
                .help("bigint")
                .note("a wider key costs four bytes a row; widening it later, a migration of every table that points here");
        }
    }
}

fn made_column<'a>(change: &'a Change, table: &TableName, name: &Name) -> Option<&'a Column> {
    let mut columns = change.made.columns.iter();
    columns.find(|(of, column)| of == table && column.name == *name).map(|(_, column)| column)
}
