//! Types that the schema itself makes: enums and domains.

use proc_macro2::Span;
use syn::parse::{ParseStream, Parser};

use crate::diag::Errors;
use crate::model::Schema;
use crate::model::parts::definition::Definition;
use crate::model::parts::entity::Entity;
use crate::model::parts::kind::Kind;
use crate::syntax::tables::column::{Column, ColumnDef};
use crate::syntax::tables::constraint::{Constraint, Rule};
use crate::syntax::tables::partition::PartitionBy;
use crate::syntax::tables::table::Table;
use crate::syntax::values::comparison::Comparison;
use crate::syntax::values::default::Default;
use crate::syntax::values::types::{Family, Type};
use crate::syntax::words::lexer::{Token, tokens};
use crate::syntax::words::name::{Name, TableName};
use crate::syntax::words::sql::Sql;

/// A domain as it is written in a macro; none where only its name is known.
pub(crate) fn domain(entity: &Entity) -> Option<ColumnDef> {
    let Definition::Domain { written } = &entity.definition else { return None };
    let mut errors = Errors::new();
    let read = (|input: ParseStream| ColumnDef::parse(input, &mut errors)).parse_str(written);
    // It was checked when it was made.
    errors.compile_errors();
    read.ok()
}

/// Tells whether a domain refuses values.
fn is_constrained(domain: &ColumnDef) -> bool {
    let is_check = |inline: &Constraint| matches!(inline.rule, Rule::Check(_));
    domain.column.not_null || domain.inline.iter().any(is_check)
}

impl Schema {
    /// Returns how values of a type are compared. Outside a history what a type is made of is not
    /// known, but that it is one of PostgreSQL's own is likely.
    pub(crate) fn comparison(&self, ty: &Type) -> Comparison {
        if self.is_assumed {
            return Comparison::Qualified;
        }
        if let Some(known) = Comparison::of(ty) {
            return known;
        }
        let Some(name) = &ty.named else { return Comparison::Own };
        if self.find_entity(Kind::Enum, name, None).is_some() {
            return Comparison::Qualified;
        }
        let base = self.find_entity(Kind::Domain, name, None).and_then(domain);
        // A domain has the operators of its base type, and none of its own.
        match base.map(|base| self.comparison(&base.column.ty)) {
            Some(Comparison::Exact | Comparison::Qualified) => Comparison::Qualified,
            Some(Comparison::Own) | None => Comparison::Own,
        }
    }

    /// Returns how the columns of a foreign key are compared with those that it points at.
    pub(crate) fn comparisons(&self, table: &Table, key: &[Name]) -> Vec<Comparison> {
        let of = |name: &Name| {
            let column = table.column(&name.text);
            column.map_or(Comparison::Own, |column| self.comparison(&column.ty))
        };
        key.iter().map(of).collect()
    }

    /// Returns how the key of a partitioned table is compared with a bound, if there is one form
    /// for it that PostgreSQL takes for a proof.
    pub(crate) fn comparison_with_bound(
        &self,
        table: &Table,
        by: &PartitionBy,
    ) -> Option<Comparison> {
        let column = by.columns().next().and_then(|name| table.column(&name.text));
        let Some(column) = column else { return Some(Comparison::Qualified) };
        // A number in a bound is of another type than such a column.
        if column.ty.family == Family::Decimal {
            return Some(Comparison::Qualified);
        }
        Some(self.comparison(&column.ty)).filter(|known| *known != Comparison::Own)
    }

    /// Reports a type of a new column that nothing makes, and a default that it does not take.
    pub(crate) fn check_column(&self, column: &Column, errors: &mut Errors) {
        self.check_type(&column.ty, errors);
        if let Some(default) = &column.default {
            self.check_default(&column.ty, default, errors);
            if let Some(sql) = default.computed() {
                self.check_literal(&column.ty, sql, errors);
            }
        }
    }

    /// Reports a default that an enum or a domain of the schema does not take.
    pub(crate) fn check_default(&self, ty: &Type, default: &Default, errors: &mut Errors) {
        let Some(name) = &ty.named else { return };
        if let Some(known) = self.find_entity(Kind::Enum, name, None) {
            check_label(ty, &known.live_labels(), default, errors);
        } else if !ty.is_array()
            && let Some(domain) = self.find_entity(Kind::Domain, name, None).and_then(domain)
        {
            let mut base = domain.column.ty;
            base.span = ty.span;
            default.check(&base, errors);
            self.check_default(&base, default, errors);
        }
    }

    /// Reports a string that an enum does not have, where an expression is nothing else.
    pub(crate) fn check_literal(&self, ty: &Type, sql: &Sql, errors: &mut Errors) {
        let tokens = tokens(&sql.text).unwrap_or_default();
        let ([Token::Text(text)], false) = (tokens.as_slice(), ty.is_array()) else { return };
        let text = text.trim_matches('\'').replace("''", "'");
        self.check_default(ty, &Default::of_text(&text, sql.span), errors);
    }

    /// Reports casts of strings to an enum that does not have them.
    pub(crate) fn check_labels_in(&self, sql: &Sql, errors: &mut Errors) {
        let tokens = tokens(&sql.text).unwrap_or_default();
        for (at, token) in tokens.iter().enumerate() {
            let Token::Text(text) = token else { continue };
            let behind = tokens.get(at + 1..).unwrap_or_default();
            let [Token::Sign(':'), Token::Sign(':'), name @ ..] = behind else { continue };
            let path = match name {
                [schema, Token::Sign('.'), name, ..] => Some((word(schema), word(name))),
                [name, ..] => Some((None, word(name))),
                [] => None,
            };
            let Some((schema, Some(name))) = path else { continue };
            let schema = schema.filter(|schema| schema != "public").map(Name::new);
            let name = TableName { schema, name: Name::new(name) };
            let Some(known) = self.find_entity(Kind::Enum, &name, None) else { continue };
            let (labels, text) = (known.live_labels(), text.trim_matches('\'').replace("''", "'"));
            let is_array = tokens.contains(&Token::Sign('['));
            if !labels.contains(&text) && !is_array {
                errors
                    .at(sql.span, format_args!("enum `{name}` has no value `{text}`"))
                    .nearest(&text, labels.iter().map(String::as_str));
            }
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
        let domain = self.find_entity(Kind::Domain, name, None).and_then(domain);
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

fn word(token: &Token) -> Option<String> {
    match token {
        Token::Word(word) => Some(word.to_lowercase()),
        Token::Quoted(word) => Some((*word).to_owned()),
        Token::Text(_) | Token::Sign(_) => None,
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
