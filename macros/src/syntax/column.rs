//! Column definitions, `name: type modifier*`.

use std::fmt;

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Ident, LitStr, Token, parenthesized};

use crate::diag::Errors;
use crate::syntax::default::Default;
use crate::syntax::identity::Identity;
use crate::syntax::list::{Reader, Words, flag, inside, next};
use crate::syntax::name::Name;
use crate::syntax::reference::References;
use crate::syntax::setting::{Kind, Setting};
use crate::syntax::sql::Sql;
use crate::syntax::types::{Family, Type};

/// A column.
#[derive(Clone)]
pub(crate) struct Column {
    pub(crate) name: Name,
    pub(crate) ty: Type,
    pub(crate) not_null: bool,
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

/// A constraint that is written with a column and belongs to the table.
#[derive(Clone)]
pub(crate) enum Inline {
    PrimaryKey(Span),
    Unique(Span),
    Check(Sql),
    References(Box<References>),
}

/// A column as it is written, its constraints included.
#[derive(Clone)]
pub(crate) struct ColumnDef {
    pub(crate) column: Column,
    pub(crate) inline: Vec<Inline>,
}

impl ColumnDef {
    /// A column about which only its name is known and matters.
    pub(crate) fn bare(name: Name) -> Self {
        let column = Column {
            name,
            ty: Type::text(),
            not_null: false,
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
        let mut def = Self::parse_type(name, input, errors)?;
        if def.inline.iter().any(|inline| matches!(inline, Inline::PrimaryKey(_))) {
            def.column.not_null = true;
        }
        Ok(def)
    }

    /// Reads what stands behind `name:`.
    pub(crate) fn parse_type(
        name: Name,
        input: ParseStream,
        errors: &mut Errors,
    ) -> syn::Result<Self> {
        let (mut not_null, mut identity, mut key, mut unique) = (false, None, false, false);
        let (mut default, mut generated, mut collate, mut comment) = (None, None, None, None);
        let (mut check, mut reference) = (None, None);
        let (mut statistics, mut storage, mut compression) = (None, None, None);
        let ty: Type = input.parse()?;
        let mut spans = Vec::new();
        read_modifiers(
            input,
            errors,
            &mut spans,
            &mut [
                ("not_null", &mut flag(&mut not_null)),
                ("default", &mut next(&mut default)),
                ("identity", &mut |input: ParseStream| {
                    identity = Some(Identity::parse(name.span, input)?);
                    Ok(())
                }),
                ("generated", &mut inside(&mut generated)),
                ("collate", &mut inside(&mut collate)),
                ("comment", &mut inside(&mut comment)),
                ("statistics", &mut setting(Kind::Statistics, &mut statistics)),
                ("storage", &mut setting(Kind::Storage, &mut storage)),
                ("compression", &mut setting(Kind::Compression, &mut compression)),
                ("primary_key", &mut flag(&mut key)),
                ("unique", &mut flag(&mut unique)),
                ("check", &mut inside(&mut check)),
                ("references", &mut inside(&mut reference)),
            ],
        )?;
        let span_of =
            |word: &str| spans.iter().find(|seen| *seen == word).map_or(name.span, Ident::span);
        let inline = [
            key.then(|| Inline::PrimaryKey(span_of("primary_key"))),
            unique.then(|| Inline::Unique(span_of("unique"))),
            check.map(Inline::Check),
            reference.map(Box::new).map(Inline::References),
        ];
        let identity = identity.map(|found| Identity { span: span_of("identity"), ..found });
        let settings = [statistics, storage, compression].into_iter().flatten().collect();
        let is_virtual = generated.as_ref().is_some_and(|found: &Generated| found.is_virtual);
        let generated = generated.map(|found| found.value);
        // PostgreSQL makes an identity column NOT NULL by itself.
        let not_null = not_null || identity.is_some();
        let column = Column {
            name,
            ty,
            not_null,
            default,
            identity,
            generated,
            is_virtual,
            collate,
            comment,
            settings,
        };
        column.check(errors);
        Ok(ColumnDef { column, inline: inline.into_iter().flatten().collect() })
    }
}

/// A setting in parentheses.
fn setting(kind: Kind, slot: &mut Option<Setting>) -> impl FnMut(ParseStream) -> syn::Result<()> {
    move |input| {
        let content;
        parenthesized!(content in input);
        *slot = Some(kind.parse(&content)?);
        if content.is_empty() { Ok(()) } else { Err(content.error("unexpected token")) }
    }
}

/// What stands inside `generated(…)`.
struct Generated {
    value: Sql,
    is_virtual: bool,
}

impl Parse for Generated {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let value = input.parse()?;
        if input.is_empty() {
            return Ok(Generated { value, is_virtual: false });
        }
        input.parse::<Token![,]>()?;
        let word = input.call(Ident::parse_any)?;
        if word != "virtual" && word != "stored" {
            let message = format!("unknown word `{word}`\nhelp: one of `stored`, `virtual`");
            return Err(syn::Error::new(word.span(), message));
        }
        Ok(Generated { value, is_virtual: word == "virtual" })
    }
}

/// Reads modifiers up to a comma, an equals sign or the end.
fn read_modifiers<'b>(
    input: ParseStream,
    errors: &mut Errors,
    spans: &mut Vec<Ident>,
    known: &mut [(&'static str, &'b mut Reader<'b>)],
) -> syn::Result<()> {
    let mut words = Words::new("modifier", known);
    while !(input.is_empty() || input.peek(Token![,]) || input.peek(Token![=])) {
        spans.push(input.fork().call(Ident::parse_any)?);
        words.read(input, errors)?;
    }
    Ok(())
}

impl Column {
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

    /// Whether an insert may leave the column out.
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
