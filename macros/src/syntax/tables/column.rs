//! Column definitions, `name: type modifier*`.

use std::fmt;

use syn::parse::ParseStream;
use syn::{Ident, LitStr, Token};

use crate::diag::Errors;
use crate::syntax::tables::constraint::{Constraint, Rule};
use crate::syntax::tables::modifiers::{
    Generated, group, of_not_null, read_modifiers, setting, text,
};
use crate::syntax::values::default::Default;
use crate::syntax::values::identity::Identity;
use crate::syntax::values::types::{Family, Type};
use crate::syntax::words::list::{inside, next};
use crate::syntax::words::name::Name;
use crate::syntax::words::setting::{Kind, Setting};
use crate::syntax::words::sql::Sql;

/// A column.
#[derive(Clone)]
pub(crate) struct Column {
    pub(crate) name: Name,
    pub(crate) ty: Type,
    pub(crate) not_null: bool,
    /// What the NOT NULL is called from PostgreSQL 18 on, where it is not named after the column.
    pub(crate) not_null_name: Option<Name>,
    pub(crate) default: Option<Default>,
    pub(crate) identity: Option<Identity>,
    pub(crate) generated: Option<Sql>,
    /// Whether a generated column is computed when it is read.
    pub(crate) is_virtual: bool,
    pub(crate) collate: Option<LitStr>,
    pub(crate) comment: Option<LitStr>,
    /// Sorted by their kind.
    pub(crate) settings: Vec<Setting>,
}

/// A column as it is written, its constraints included.
#[derive(Clone)]
pub(crate) struct ColumnDef {
    pub(crate) column: Column,
    /// Constraints that are written with it and belong to the table.
    pub(crate) inline: Vec<Constraint>,
}

impl ColumnDef {
    /// A column about which only its name is known and matters.
    pub(crate) fn bare(name: Name) -> Self {
        let column = Column {
            name,
            ty: Type::text(),
            not_null: false,
            not_null_name: None,
            default: None,
            identity: None,
            generated: None,
            is_virtual: false,
            collate: None,
            comment: None,
            settings: Vec::new(),
        };
        ColumnDef { column, inline: Vec::new() }
    }

    pub(crate) fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let name: Name = input.parse()?;
        if !input.peek(Token![:]) {
            let message = format!("column `{name}` has no type\nhelp: `{name}: text`");
            return Err(syn::Error::new(name.span, message));
        }
        input.parse::<Token![:]>()?;
        let mut def = Self::read_type(name, input, errors)?;
        if def.inline.iter().any(|inline| matches!(inline.rule, Rule::PrimaryKey(_))) {
            def.column.not_null = true;
        }
        Ok(def)
    }

    /// Reads what stands behind `name:` where no table is made.
    pub(crate) fn parse_type(
        name: Name,
        input: ParseStream,
        errors: &mut Errors,
    ) -> syn::Result<Self> {
        let def = Self::read_type(name, input, errors)?;
        if let Some(name) = &def.column.not_null_name {
            errors
                .at(name.span, "a NOT NULL gets a name where its table is made, and nowhere else")
                .help("not_null");
        }
        Ok(def)
    }

    fn read_type(name: Name, input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let (mut not_null, mut not_null_name, mut identity) = (false, None, None);
        let (mut default, mut generated, mut collate, mut comment) = (None, None, None, None);
        let (mut key, mut unique) = (Vec::new(), Vec::new());
        let (mut check, mut reference) = (Vec::new(), Vec::new());
        let (mut statistics, mut storage, mut compression) = (None, None, None);
        let ty: Type = input.parse()?;
        let mut spans = Vec::new();
        read_modifiers(
            input,
            errors,
            &mut spans,
            &mut [
                ("not_null", &mut of_not_null(&mut not_null, &mut not_null_name)),
                ("default", &mut next(&mut default)),
                ("identity", &mut |input: ParseStream| {
                    identity = Some(Identity::parse(name.span, input)?);
                    Ok(())
                }),
                ("generated", &mut inside(&mut generated)),
                ("collate", &mut text(&mut collate)),
                ("comment", &mut text(&mut comment)),
                ("statistics", &mut setting(Kind::Statistics, &mut statistics)),
                ("storage", &mut setting(Kind::Storage, &mut storage)),
                ("compression", &mut setting(Kind::Compression, &mut compression)),
                ("primary_key", &mut group(&mut key, None)),
                ("unique", &mut group(&mut unique, None)),
                ("check", &mut group(&mut check, Some("check(\"…\")"))),
                ("references", &mut group(&mut reference, Some("references(customers.id)"))),
            ],
        )?;
        let span_of =
            |word: &str| spans.iter().find(|seen| *seen == word).map_or(name.span, Ident::span);
        let mut inline = Vec::new();
        for (word, groups) in
            [("primary_key", key), ("unique", unique), ("check", check), ("references", reference)]
        {
            let words = spans.iter().filter(|seen| *seen == word);
            for (word, group) in words.zip(groups) {
                inline.push(Constraint::parse_inline(&name, word, group, errors)?);
            }
        }
        let identity = identity.map(|found| Identity { span: span_of("identity"), ..found });
        let settings = [statistics, storage, compression].into_iter().flatten().collect();
        let is_virtual = generated.as_ref().is_some_and(|found: &Generated| found.is_virtual);
        let generated = generated.map(|found| found.value);
        // PostgreSQL makes an identity column NOT NULL by itself.
        let column = Column {
            name,
            ty,
            not_null: not_null || identity.is_some(),
            not_null_name,
            default,
            identity,
            generated,
            is_virtual,
            collate,
            comment,
            settings,
        };
        column.check(errors);
        Ok(ColumnDef { column, inline })
    }
}

impl Column {
    /// Returns the condition that it has no value in a row: what NOT NULL asks, which `is null` is
    /// not of a composite.
    pub(crate) fn is_null(&self, row: &str) -> String {
        let test = if self.ty.may_have_fields() { "is not distinct from null" } else { "is null" };
        format!("{row}{} {test}", self.name.quoted())
    }

    /// Returns the condition that it has one.
    pub(crate) fn is_not_null(&self, row: &str) -> String {
        let test = if self.ty.may_have_fields() { "is distinct from null" } else { "is not null" };
        format!("{row}{} {test}", self.name.quoted())
    }

    fn check(&self, errors: &mut Errors) {
        if let Some(default) = &self.default {
            default.check(&self.ty, errors);
        }
        for setting in self.settings.iter().filter(|setting| !setting.kind.fits(&self.ty)) {
            errors
                .at(setting.span, format_args!("type `{}` has no {}", self.ty, setting.kind.word()))
                .note("PostgreSQL keeps its values in the row, as they are");
        }
        let Some(identity) = &self.identity else { return };
        if !matches!(self.ty.family, Family::Integer { .. }) {
            errors
                .at(
                    self.ty.span,
                    format_args!("an identity column is an integer, not `{}`", self.ty),
                )
                .help("bigint");
        }
        if let Some(default) = &self.default {
            errors.at(default.span, "an identity column has no default of its own");
        }
        if let Some(generated) = &self.generated {
            errors.at(generated.span, "a column is `identity` or `generated`, not both");
            errors.at(identity.span, "a column is `identity` or `generated`, not both");
        }
    }

    /// The same with a NOT NULL that is named after it.
    pub(crate) fn with_own_not_null(self) -> Column {
        Column { not_null_name: None, ..self }
    }

    /// Tells whether an insert may leave the column out.
    pub(crate) fn may_be_omitted(&self) -> bool {
        !self.not_null
            || self.default.is_some()
            || self.identity.is_some()
            || self.generated.is_some()
    }
}

impl fmt::Display for Column {
    /// As it is written in a macro, without the table's constraints.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.ty)?;
        match &self.identity {
            Some(identity) => write!(f, " {identity}")?,
            None if self.not_null => f.write_str(" not_null")?,
            None => {}
        }
        if let Some(name) = &self.not_null_name {
            f.write_str(if self.identity.is_some() { " not_null" } else { "" })?;
            write!(f, "(name = {name})")?;
        }
        if let Some(default) = &self.default {
            write!(f, " default {default}")?;
        }
        if let Some(generated) = &self.generated {
            let kept = if self.is_virtual { ", virtual" } else { "" };
            write!(f, " generated({generated}{kept})")?;
        }
        if let Some(collate) = &self.collate {
            write!(f, " collate({:?})", collate.value())?;
        }
        if let Some(comment) = &self.comment {
            write!(f, " comment({:?})", comment.value())?;
        }
        for setting in &self.settings {
            write!(f, " {setting}")?;
        }
        Ok(())
    }
}
