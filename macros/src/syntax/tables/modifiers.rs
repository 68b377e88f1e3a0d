//! The words behind a column's type, each with what it takes.

use proc_macro2::Group;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Ident, LitStr, Token, parenthesized};

use crate::diag::Errors;
use crate::syntax::words::list::{Reader, Words, inside, keyword, value};
use crate::syntax::words::name::Name;
use crate::syntax::words::setting::{Kind, Setting};
use crate::syntax::words::sql::Sql;

/// A string in parentheses, or behind an equals sign.
pub(super) fn text(slot: &mut Option<LitStr>) -> impl FnMut(ParseStream) -> syn::Result<()> {
    |input| if input.peek(Token![=]) { value(slot)(input) } else { inside(slot)(input) }
}

/// `not_null`, or `not_null(name = …)`.
pub(super) fn of_not_null(
    slot: &mut bool,
    name: &mut Option<Name>,
) -> impl FnMut(ParseStream) -> syn::Result<()> {
    |input| {
        *slot = true;
        if !input.peek(syn::token::Paren) {
            return Ok(());
        }
        let content;
        parenthesized!(content in input);
        keyword("name", "not_null(name = …)", &content)?;
        value(name)(&content)?;
        if content.is_empty() { Ok(()) } else { Err(content.error("unexpected token")) }
    }
}

/// Returns what a constraint has in parentheses, to be read when all errors can be told. One that needs
/// them has a form to show.
pub(super) fn group(
    slot: &mut Vec<Option<Group>>,
    needed: Option<&'static str>,
) -> impl FnMut(ParseStream) -> syn::Result<()> {
    move |input| {
        if let Some(form) = needed.filter(|_| !input.peek(syn::token::Paren)) {
            return Err(input.error(format!("expected parentheses\nhelp: {form}")));
        }
        let has_group = input.peek(syn::token::Paren);
        slot.push(if has_group { Some(input.parse()?) } else { None });
        Ok(())
    }
}

/// A setting in parentheses.
pub(super) fn setting(
    kind: Kind,
    slot: &mut Option<Setting>,
) -> impl FnMut(ParseStream) -> syn::Result<()> {
    move |input| {
        let content;
        parenthesized!(content in input);
        *slot = Some(kind.parse(&content)?);
        if content.is_empty() { Ok(()) } else { Err(content.error("unexpected token")) }
    }
}

/// What stands inside `generated(…)`.
pub(super) struct Generated {
    pub(super) value: Sql,
    pub(super) is_virtual: bool,
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
pub(super) fn read_modifiers<'b>(
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
