//! Whether a table can be a partition of another: PostgreSQL asks for the same columns and
//! constraints (manual, ALTER TABLE, ATTACH PARTITION).

use proc_macro2::Span;

use crate::diag::Errors;
use crate::syntax::tables::column::Column;
use crate::syntax::tables::constraint::{Constraint, Rule};
use crate::syntax::tables::table::Table;
use crate::syntax::words::name::join;

impl Table {
    /// Reports, at `span`, what the other has and this table lacks.
    pub(crate) fn check_like(&self, other: &Table, span: Span, errors: &mut Errors) {
        let name = &self.name;
        if self.partition_by.is_some() {
            errors.at(span, format_args!("table `{name}` is partitioned itself"));
        }
        for column in &other.columns {
            self.check_column_like(column, span, errors);
        }
        let more = self.columns.iter().filter(|own| other.column(&own.name.text).is_none());
        for column in more {
            let column = &column.name;
            errors
                .at(span, format_args!("`{}` has no column `{column}`", other.name))
                .help(format_args!("drop_column!({name}.{column}); first, and contract that"));
        }
        let lacks = |wanted: &&Constraint| !self.constraints.iter().any(|own| is_like(own, wanted));
        for constraint in other.constraints.iter().filter(lacks) {
            let of = &other.name;
            let message = match &constraint.name {
                Some(constraint) => format!("`{name}` lacks constraint `{constraint}` of `{of}`"),
                None => format!("`{name}` lacks a constraint of `{of}`"),
            };
            let help = match self.constraints.iter().find(|own| own.would_be(constraint)) {
                Some(own) => format!("{} first", own.proving(name)),
                None => way_in(self, constraint),
            };
            errors.at(span, message).help(help);
        }
        self.check_own_checks(other, span, errors);
    }

    /// Reports a check that is not proved: whether it is for one partition, the server alone
    /// would know.
    pub(crate) fn check_proved(&self, span: Span, errors: &mut Errors) {
        let checks = self.constraints.iter().filter(|item| matches!(item.rule, Rule::Check(_)));
        for constraint in checks.filter(|item| item.terms.not_valid) {
            let (table, name) = (&self.name, constraint.name.as_ref());
            let name = name.map_or("", |name| name.text.as_str());
            errors
                .at(span, format_args!("constraint `{name}` of `{table}` is not valid"))
                .help(format_args!("{} first", constraint.proving(table)));
        }
    }

    /// PostgreSQL would take them. But once such a check has the name that PostgreSQL gives the copy
    /// of a bound, nothing tells the two apart when the partition is to be a table again.
    fn check_own_checks(&self, other: &Table, span: Span, errors: &mut Errors) {
        let checks = self.constraints.iter().filter(|own| matches!(own.rule, Rule::Check(_)));
        let own = checks.filter(|own| !other.constraints.iter().any(|wanted| is_like(own, wanted)));
        for name in own.filter_map(|own| own.name.as_ref()) {
            let (table, of) = (&self.name, &other.name);
            errors
                .at(span, format_args!("`{of}` has no constraint `{name}`, and `{table}` has it"))
                .help(format_args!("drop_constraint!({table}.{name}); first, and contract that"));
        }
    }

    /// Reports a constraint that PostgreSQL adds with all its rows alone.
    pub(crate) fn check_unproved(&self, constraint: &Constraint, errors: &mut Errors) {
        let is_key = matches!(constraint.rule, Rule::ForeignKey { .. });
        if is_key && constraint.terms.not_valid && self.partition_by.is_some() {
            errors
                .at(
                    constraint.span,
                    format_args!("`not_valid`, and `{}` is partitioned", self.name),
                )
                .help("without `not_valid`")
                .note("before 18 PostgreSQL takes a foreign key of a partitioned table with all its rows alone");
        }
    }

    fn check_column_like(&self, wanted: &Column, span: Span, errors: &mut Errors) {
        let (name, column, ty) = (&self.name, &wanted.name, &wanted.ty);
        let Some(own) = self.column(&column.text) else {
            errors
                .at(span, format_args!("`{name}` has no column `{column}`"))
                .help(format_args!("add_column!({name}.{column}: {ty}); first"));
            return;
        };
        if own.ty != *ty {
            errors
                .at(span, format_args!("column `{name}.{column}` is `{}`, not `{ty}`", own.ty))
                .help(format_args!("change_type!({name}.{column}: {ty}); first"));
        }
        if wanted.not_null && !own.not_null {
            errors
                .at(span, format_args!("column `{name}.{column}` may be null"))
                .help(format_args!("set_not_null!({name}.{column}); first"));
        }
        if own.identity.is_some() {
            errors
                .at(span, format_args!("column `{name}.{column}` is an identity column"))
                .help(format_args!("drop_identity!({name}.{column}); first, and contract that"));
        }
    }
}

/// Checks are told apart by their names, all others by what they say.
fn is_like(own: &Constraint, wanted: &Constraint) -> bool {
    let unnamed = |constraint: &Constraint| Constraint { name: None, ..constraint.clone() };
    match &wanted.rule {
        Rule::Check(_) => own.to_string() == wanted.to_string(),
        _ => unnamed(own).to_string() == unnamed(wanted).to_string(),
    }
}

fn way_in(table: &Table, constraint: &Constraint) -> String {
    let (table, columns) = (&table.name, join(constraint.columns()));
    match &constraint.rule {
        Rule::PrimaryKey(_) => format!("add_primary_key!({table}({columns})); first"),
        Rule::Unique(_) => format!("add_unique!({table}({columns})); first"),
        Rule::Check(sql) => {
            let name = constraint.name.as_ref().map(|name| format!(", name = {name}"));
            format!("add_check!({table}, {sql}{}); first", name.unwrap_or_default())
        }
        Rule::ForeignKey { target, .. } => {
            let (parent, keys) = (&target.table, join(&target.columns));
            format!("add_foreign_key!({table}({columns}) => {parent}({keys})); first")
        }
        Rule::Exclude(_) => "the same, on a new table".into(),
    }
}
