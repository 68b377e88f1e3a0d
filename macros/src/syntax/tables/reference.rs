//! What a foreign key points at, and what it does there.

use std::fmt;

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Ident, Token, parenthesized};

use crate::diag::suggestion;
use crate::syntax::words::name::join;
use crate::syntax::words::name::{ColumnName, Name, TableName};

#[derive(Clone)]
pub(crate) struct Reference {
    pub(crate) table: TableName,
    pub(crate) columns: Vec<Name>,
    pub(crate) on_delete: Option<Effect>,
    pub(crate) on_update: Option<Action>,
    /// Whether a key that is null in part is refused; else a null in it makes it point nowhere.
    pub(crate) is_full: bool,
}

/// What happens to a row when the row that it points at goes.
#[derive(Clone)]
pub(crate) struct Effect {
    pub(crate) action: Action,
    /// The columns of the key that are set; none for all of them.
    pub(crate) columns: Vec<Name>,
    pub(crate) span: Span,
}

/// What happens to a row when the row that it points at goes or changes its key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Nothing,
    Restrict,
    Cascade,
    SetNull,
    SetDefault,
}

const ACTIONS: &[(&str, &str, Action)] = &[
    ("no_action", "no action", Action::Nothing),
    ("restrict", "restrict", Action::Restrict),
    ("cascade", "cascade", Action::Cascade),
    ("set_null", "set null", Action::SetNull),
    ("set_default", "set default", Action::SetDefault),
];

impl Reference {
    /// `customers.id` or `customers(id, region)`.
    pub(crate) fn parse_target(input: ParseStream) -> syn::Result<Self> {
        let (table, columns) = columns_of(input)?;
        Ok(Reference { table, columns, on_delete: None, on_update: None, is_full: false })
    }

    /// The token that says what it does.
    pub(crate) fn effect_span(&self) -> Span {
        self.on_delete.as_ref().map_or(self.table.span(), |effect| effect.span)
    }

    /// Tells whether it does anything but forbid.
    pub(crate) fn acts(&self) -> bool {
        let on_delete = self.on_delete.as_ref().map(|effect| effect.action);
        let forbids = |action: Option<Action>| {
            matches!(action, None | Some(Action::Nothing | Action::Restrict))
        };
        !forbids(on_delete) || !forbids(self.on_update)
    }
}

/// Reads `orders.customer_id` or `orders(customer_id, region)`.
pub(crate) fn columns_of(input: ParseStream) -> syn::Result<(TableName, Vec<Name>)> {
    let ahead = input.fork();
    if ahead.parse::<TableName>().is_ok() && ahead.peek(syn::token::Paren) {
        let table = input.parse()?;
        let content;
        parenthesized!(content in input);
        let columns = Punctuated::<Name, Token![,]>::parse_terminated(&content)?;
        return Ok((table, columns.into_iter().collect()));
    }
    let column: ColumnName = input.parse()?;
    Ok((column.table, vec![column.name]))
}

impl Action {
    pub(crate) fn sql(self) -> &'static str {
        ACTIONS.iter().find(|(.., action)| *action == self).map_or("", |(_, sql, _)| sql)
    }
}

impl Parse for Action {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let word = input.call(Ident::parse_any)?;
        if let Some((.., action)) = ACTIONS.iter().find(|(name, ..)| word == name) {
            return Ok(*action);
        }
        let names: Vec<&str> = ACTIONS.iter().map(|(name, ..)| *name).collect();
        let help = suggestion(&word.to_string(), &names);
        Err(syn::Error::new(word.span(), format!("unknown action `{word}`\nhelp: {help}")))
    }
}

impl Parse for Effect {
    /// `cascade`, `set_null`, `set_null(customer_id)`.
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let span = input.span();
        let action = input.parse()?;
        let mut columns = Vec::new();
        if input.peek(syn::token::Paren) {
            if !matches!(action, Action::SetNull | Action::SetDefault) {
                return Err(syn::Error::new(span, format!("`{action}` sets no columns")));
            }
            let content;
            parenthesized!(content in input);
            columns.extend(content.parse_terminated(Name::parse, Token![,])?);
        }
        Ok(Effect { action, columns, span })
    }
}

/// The value of the option `match`.
pub(crate) struct Match {
    pub(crate) is_full: bool,
}

impl Parse for Match {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let word = input.call(Ident::parse_any)?;
        if word == "full" || word == "simple" {
            return Ok(Match { is_full: word == "full" });
        }
        let message = format!("unknown match `{word}`\nhelp: one of `full`, `simple`");
        Err(syn::Error::new(word.span(), message))
    }
}

impl fmt::Display for Reference {
    /// As it is written in a macro, behind the arrow.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({})", self.table, join(&self.columns))?;
        if let Some(effect) = &self.on_delete {
            write!(f, ", on_delete = {effect}")?;
        }
        if let Some(action) = &self.on_update {
            write!(f, ", on_update = {action}")?;
        }
        f.write_str(if self.is_full { ", match = full" } else { "" })
    }
}

impl fmt::Display for Action {
    /// As it is written in a macro.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            ACTIONS.iter().find(|(.., action)| action == self).map_or("", |(name, ..)| name),
        )
    }
}

impl fmt::Display for Effect {
    /// As it is written in a macro.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.action)?;
        if self.columns.is_empty() {
            return Ok(());
        }
        write!(f, "({})", join(&self.columns))
    }
}
