//! Types that the schema itself makes: enums and domains.

use proc_macro2::Span;
use syn::parse::{ParseStream, Parser};

use crate::diag::Errors;
use crate::model::Schema;
use crate::model::entity::{Entity, Kind};
use crate::syntax::column::{Column, ColumnDef, Inline};
use crate::syntax::default::Default;
use crate::syntax::name::TableName;
use crate::syntax::types::Type;

/// A domain as it is written in a macro; none where only its name is known.
pub(crate) fn definition(domain: &Entity) -> Option<ColumnDef> {
    let text = domain.parts.first()?;
    let mut errors = Errors::new();
    let read = (|input: ParseStream| ColumnDef::parse(input, &mut errors)).parse_str(text);
    // It was checked when it was made.
    errors.compile_errors();
    read.ok()
}

/// Whether a domain refuses values.
fn is_constrained(domain: &ColumnDef) -> bool {
    let is_check = |inline: &Inline| matches!(inline, Inline::Check(_));
    domain.column.not_null || domain.inline.iter().any(is_check)
}

impl Schema {
    /// Reports a type of a new column that nothing makes, and a default that it does not take.
    pub(crate) fn check_column(&self, column: &Column, errors: &mut Errors) {
        self.check_type(&column.ty, errors);
        if let Some(default) = &column.default {
            self.check_default(&column.ty, default, errors);
        }
    }

    /// Reports a default that an enum or a domain of the schema does not take.
    pub(crate) fn check_default(&self, ty: &Type, default: &Default, errors: &mut Errors) {
        let Some(name) = &ty.named else { return };
        if let Some(labels) = self.find_entity(Kind::Enum, name, None) {
            check_label(ty, &labels.parts, default, errors);
        } else if !ty.is_array()
            && let Some(domain) = self.find_entity(Kind::Domain, name, None).and_then(definition)
        {
            let mut base = domain.column.ty;
            base.span = ty.span;
            default.check(&base, errors);
            self.check_default(&base, default, errors);
        }
    }

    /// Reports a column that cannot be added to a table with rows (catalog A9): PostgreSQL checks
    /// a domain for each row, a null one too, and rewrites the table as it goes.
    pub(crate) fn check_added_type(
        &self,
        table: &TableName,
        column: &Column,
        span: Span,
        errors: &mut Errors,
    ) {
        let Some(name) = &column.ty.named else { return };
        let domain = self.find_entity(Kind::Domain, name, None).and_then(definition);
        let Some(domain) = domain.filter(is_constrained) else { return };
        if self.is_fresh(table) || column.ty.is_array() {
            return;
        }
        errors
            .at(span, format_args!("a column of domain `{name}` rewrites the table"))
            .help(format_args!(
                "{}: {}, and the domain's rule as a check of `{table}`",
                column.name, domain.column.ty
            ))
            .note("PostgreSQL checks the domain for every row while nobody can read the table");
    }
}

fn check_label(ty: &Type, labels: &[String], default: &Default, errors: &mut Errors) {
    let known = || labels.iter().map(String::as_str);
    match default.text() {
        // Each item of an array that needs no quotes; others are for the server to read.
        Some(text) if ty.is_array() => {
            let items = text.trim().trim_start_matches('{').trim_end_matches('}');
            for item in items.split(',').map(str::trim) {
                if !item.is_empty()
                    && !item.contains(['"', '\\', '{'])
                    && known().all(|l| l != item)
                {
                    report(ty, item, known(), default, errors);
                }
            }
        }
        Some(text) if known().all(|label| label != text) => {
            report(ty, text, known(), default, errors);
        }
        None if !ty.is_array() && !default.is_sql() => {
            errors
                .at(default.span, format_args!("the default is no string, as enum `{ty}` takes it"))
                .nearest("", known());
        }
        _ => {}
    }
}

fn report<'a>(
    ty: &Type,
    label: &str,
    known: impl Iterator<Item = &'a str>,
    default: &Default,
    errors: &mut Errors,
) {
    let name = ty.named.as_ref().map(TableName::to_string).unwrap_or_default();
    errors
        .at(default.span, format_args!("enum `{name}` has no value `{label}`"))
        .nearest(label, known);
}
