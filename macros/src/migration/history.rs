//! A whole history, `migrations! { pub static MIGRATIONS = [m0001, m0002]; }`, and the links of
//! its chain.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Attribute, Token, Visibility, bracketed};

use crate::diag::Errors;
use crate::migration::schema_names::Names;
use crate::model::Schema;

/// The list of migrations, the oldest first.
pub(crate) struct History {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) name: Ident,
    pub(crate) modules: Vec<Ident>,
    /// Where it asks for the names of its schema.
    pub(crate) names: Option<Names>,
}

impl Parse for History {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        input.parse::<Token![static]>()?;
        let name = input.parse()?;
        input.parse::<Token![=]>()?;
        let content;
        let bracket = bracketed!(content in input);
        let modules = Punctuated::<Ident, Token![,]>::parse_terminated(&content)?;
        input.parse::<Token![;]>()?;
        if modules.is_empty() {
            let message = "a history has at least one migration\nhelp: [m0001_create_users]";
            return Err(syn::Error::new(bracket.span.open(), message));
        }
        let names = if input.is_empty() { None } else { Some(input.parse()?) };
        let modules = modules.into_iter().collect();
        Ok(History { attributes, visibility, name, modules, names })
    }
}

impl History {
    pub(crate) fn check(&self, errors: &mut Errors) {
        let mut known = HashMap::new();
        for module in &self.modules {
            match known.entry(module.to_string()) {
                Entry::Vacant(free) => drop(free.insert(module)),
                Entry::Occupied(first) => {
                    let message = format!("`{module}` is listed twice");
                    errors.at(first.get().span(), &message);
                    errors.at(module.span(), &message);
                }
            }
        }
    }

    /// The state that a migration put before its tokens.
    pub(crate) fn state(token: Option<TokenTree>) -> syn::Result<Group> {
        match token {
            Some(TokenTree::Group(state)) => Ok(state),
            _ => Err(syn::Error::new(Span::call_site(), "expected what a migration hands on")),
        }
    }
}

/// One migration's place in the list, held against the parent that it names itself.
pub(crate) struct Link {
    pub(crate) state: Group,
    pub(crate) this: Ident,
    /// The one before it, and the one before that: the whole list in each link would be felt.
    before: Vec<Ident>,
    /// Whether it is the last.
    pub(crate) is_head: bool,
}

impl Link {
    /// Reads `{ state } m0003 [m0002, m0001] head`.
    pub(crate) fn read(input: TokenStream) -> syn::Result<Self> {
        let mut tokens = input.into_iter();
        let state = History::state(tokens.next())?;
        let read = |input: ParseStream| {
            let this = input.parse()?;
            let content;
            bracketed!(content in input);
            let before = Punctuated::<Ident, Token![,]>::parse_terminated(&content)?;
            let is_head = input.parse::<Option<Ident>>()?.is_some();
            Ok(Link { state, this, before: before.into_iter().collect(), is_head })
        };
        read.parse2(tokens.collect())
    }

    pub(crate) fn check(&self, errors: &mut Errors) {
        let (this, state) = (&self.this, &self.state);
        match (self.before.first(), Schema::parent_of(state).as_deref()) {
            (None, None) => {}
            (Some(before), Some(parent)) if before == parent => {}
            // Its own error says that it has lost its parent.
            (Some(_), None) if Schema::is_incomplete(state) => {}
            (Some(before), None) => {
                errors
                    .at(
                        this.span(),
                        format_args!("`{this}` names no parent, but stands behind `{before}`"),
                    )
                    .help(format_args!("in `{this}`: after super::{before};"));
            }
            (None, Some(parent)) => {
                errors
                    .at(
                        this.span(),
                        format_args!(
                            "`{this}` comes after `{parent}`, which does not stand before it"
                        ),
                    )
                    .help(format_args!("{parent}, {this}"));
            }
            (Some(before), Some(parent)) => self.out_of_place(before, parent, errors),
        }
    }

    /// Reports what a merge of two branches leaves: two children of one parent.
    fn out_of_place(&self, before: &Ident, parent: &str, errors: &mut Errors) {
        let this = &self.this;
        let forked = self.before.get(1).is_some_and(|earlier| earlier == parent);
        let message = if forked {
            format!("`{before}` and `{this}` both come after `{parent}`")
        } else {
            format!("`{this}` comes after `{parent}`, but stands behind `{before}`")
        };
        if forked {
            errors.at(before.span(), &message);
        }
        errors.at(this.span(), &message).help(format_args!("in `{this}`: after super::{before};"));
    }
}
