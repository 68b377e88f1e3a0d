//! Comma lists that recover: an item in error hides none of the others.

use proc_macro2::TokenTree;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Ident, Token, parenthesized};

use crate::diag::{Errors, nearest};

/// Reads items to the end of `input`, separated by commas.
pub(crate) fn items(
    input: ParseStream,
    errors: &mut Errors,
    mut item: impl FnMut(ParseStream, &mut Errors) -> syn::Result<()>,
) {
    while !input.is_empty() {
        let read = item(input, errors).and_then(|()| {
            if input.is_empty() { Ok(()) } else { input.parse::<Token![,]>().map(|_| ()) }
        });
        if let Err(error) = read {
            errors.syntax(error);
            skip_past_comma(input);
        }
    }
}

fn skip_past_comma(input: ParseStream) {
    while !input.is_empty() {
        if input.parse::<Token![,]>().is_ok() || input.parse::<TokenTree>().is_err() {
            return;
        }
    }
}

/// Reads one option's value from behind its key.
pub(crate) type Reader<'a> = dyn FnMut(ParseStream) -> syn::Result<()> + 'a;

/// An option `key = value`.
pub(crate) fn value<T: Parse>(slot: &mut Option<T>) -> impl FnMut(ParseStream) -> syn::Result<()> {
    move |input| {
        input.parse::<Token![=]>()?;
        *slot = Some(input.parse()?);
        Ok(())
    }
}

/// A value behind its word.
pub(crate) fn next<T: Parse>(slot: &mut Option<T>) -> impl FnMut(ParseStream) -> syn::Result<()> {
    move |input| {
        *slot = Some(input.parse()?);
        Ok(())
    }
}

/// An option that is a word alone.
pub(crate) fn flag(slot: &mut bool) -> impl FnMut(ParseStream) -> syn::Result<()> {
    move |_| {
        *slot = true;
        Ok(())
    }
}

/// A value in parentheses.
pub(crate) fn inside<T: Parse>(slot: &mut Option<T>) -> impl FnMut(ParseStream) -> syn::Result<()> {
    move |input| {
        let content;
        parenthesized!(content in input);
        *slot = Some(content.parse()?);
        if content.is_empty() { Ok(()) } else { Err(content.error("unexpected token")) }
    }
}

/// The words that a place takes, and which of them were read.
pub(crate) struct Words<'a, 'b> {
    /// What such a word is called, `option` or `modifier`.
    pub(crate) kind: &'static str,
    pub(crate) known: &'a mut [(&'static str, &'b mut Reader<'b>)],
    seen: Vec<Ident>,
}

impl<'a, 'b> Words<'a, 'b> {
    pub(crate) fn new(
        kind: &'static str,
        known: &'a mut [(&'static str, &'b mut Reader<'b>)],
    ) -> Self {
        Words { kind, known, seen: Vec::new() }
    }

    /// Reads one word with its value.
    pub(crate) fn read(&mut self, input: ParseStream, errors: &mut Errors) -> syn::Result<()> {
        let word = input.call(Ident::parse_any)?;
        let names: Vec<&str> = self.known.iter().map(|(name, _)| *name).collect();
        let Some(at) = names.iter().position(|name| word == name) else {
            return Err(unknown(self.kind, &word, &names));
        };
        let before = self.seen.iter().find(|seen| **seen == word);
        if let Some(first) = before.filter(|_| word != "check") {
            let message = format!("{} `{word}` is given twice", self.kind);
            errors.at(first.span(), &message);
            errors.at(word.span(), &message);
        }
        self.seen.push(word);
        (self.known[at].1)(input)
    }
}

/// Reads a word of the grammar; `help` is how the whole is written.
pub(crate) fn keyword(word: &str, help: &str, input: ParseStream) -> syn::Result<()> {
    let ahead = input.fork().call(Ident::parse_any);
    if ahead.is_ok_and(|found| found == word) {
        return input.call(Ident::parse_any).map(drop);
    }
    Err(input.error(format!("expected `{word}`\nhelp: {help}")))
}

/// A word that a place does not take; `kind` is what it takes.
pub(crate) fn unknown(kind: &str, word: &Ident, names: &[&str]) -> syn::Error {
    let help = match nearest(&word.to_string(), names) {
        Some(near) => format!("\nhelp: did you mean `{near}`?"),
        None if names.is_empty() => String::new(),
        None => format!("\nhelp: one of `{}`", names.join("`, `")),
    };
    syn::Error::new(word.span(), format!("unknown {kind} `{word}`{help}"))
}

/// Reads `, key` and `, key = value` to the end of `input`.
pub(crate) fn options<'b>(
    input: ParseStream,
    errors: &mut Errors,
    known: &mut [(&'static str, &'b mut Reader<'b>)],
) {
    if input.is_empty() {
        return;
    }
    if let Err(error) = input.parse::<Token![,]>() {
        errors.syntax(error);
        skip_past_comma(input);
    }
    options_alone(input, errors, known);
}

/// Reads options where nothing stands before them.
pub(crate) fn options_alone<'b>(
    input: ParseStream,
    errors: &mut Errors,
    known: &mut [(&'static str, &'b mut Reader<'b>)],
) {
    let mut words = Words::new("option", known);
    items(input, errors, |input, errors| words.read(input, errors));
}
