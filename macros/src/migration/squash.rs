//! `baseline(squashes = [m0001_users, m0002_rename contracted], schema = "…");`: the migrations whose
//! place a baseline takes, and the shape of the schema that they made.

use proc_macro2::{Ident, Span};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{LitStr, Token, bracketed};

use crate::diag::Errors;
use crate::model::Schema;
use crate::plan::Phase;

/// What a baseline takes the place of.
pub(crate) struct Squash {
    word: Span,
    pub(crate) migrations: Vec<Squashed>,
    /// The shape of the schema after them, as their own macros had it.
    shape: LitStr,
}

/// One of the migrations, the oldest first.
pub(crate) struct Squashed {
    pub(crate) id: Ident,
    /// The last phase that it had.
    pub(crate) last: Phase,
    /// What it took the place of itself.
    pub(crate) squashes: Vec<Squashed>,
}

const HELP: &str = "help: `squash` writes it: baseline(squashes = [m0001_users, m0002_rename contracted], schema = \"…\")";

impl Squash {
    pub(crate) fn begins(input: ParseStream) -> bool {
        let word = input.fork().call(Ident::parse_any);
        word.is_ok_and(|word| word == "squashes" || word == "schema")
    }

    /// Reports what cannot be true of a baseline after `before`.
    pub(crate) fn check(&self, before: &Schema, errors: &mut Errors) {
        if let Some(parent) = before.history.last() {
            errors
                .at(self.word, format_args!("a baseline that squashes is the first migration, and this one comes after `{parent}`"))
                .help(format_args!("squashes = [{parent}, …], and no `after`"));
        }
        let mut known: Vec<&Ident> = Vec::new();
        all(&self.migrations, &mut |one| {
            if known.contains(&&one.id) {
                errors.at(one.id.span(), format_args!("`{}` is listed twice", one.id));
            }
            known.push(&one.id);
        });
    }

    /// The ids of those that have a place of their own: what squashes others has the last of theirs.
    pub(crate) fn places(&self) -> Vec<String> {
        let mut ids = Vec::new();
        all(&self.migrations, &mut |one| {
            if one.squashes.is_empty() {
                ids.push(one.id.unraw().to_string());
            }
        });
        ids
    }

    /// Reports a schema that is not the one which the squashed migrations made.
    pub(crate) fn compare(&self, after: &Schema, errors: &mut Errors) {
        if self.shape.value() == after.shape() {
            return;
        }
        let last = self.migrations.last().map_or(String::new(), |last| last.id.to_string());
        errors
            .at(
                self.shape.span(),
                format_args!("this baseline does not make the schema that `{last}` left"),
            )
            .help("take it as `squash` wrote it, and write what is new as a migration behind it")
            .note(
                "the text stands for the kinds and names of all objects, the types of columns, \
                 and what may be null, is generated or an identity",
            );
    }
}

/// Looks at each, those before what they were squashed into.
fn all<'a>(migrations: &'a [Squashed], look: &mut dyn FnMut(&'a Squashed)) {
    for one in migrations {
        all(&one.squashes, look);
        look(one);
    }
}

impl Parse for Squash {
    /// Reads `squashes = […], schema = "…"`.
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let word = keyword(input, "squashes")?;
        let migrations = list(input, word)?;
        input.parse::<Option<Token![,]>>()?;
        if input.is_empty() {
            return Err(syn::Error::new(word, format!("what schema did they make?\n{HELP}")));
        }
        keyword(input, "schema")?;
        let shape = input.parse()?;
        input.parse::<Option<Token![,]>>()?;
        if !input.is_empty() {
            return Err(input.error("unexpected token"));
        }
        Ok(Squash { word, migrations, shape })
    }
}

/// Reads `word =`.
fn keyword(input: ParseStream, expected: &str) -> syn::Result<Span> {
    let word = input.call(Ident::parse_any)?;
    if word != expected {
        let message = format!("expected `{expected}`, found `{word}`\n{HELP}");
        return Err(syn::Error::new(word.span(), message));
    }
    input.parse::<Token![=]>()?;
    Ok(word.span())
}

/// Reads `[m0001_users, m0002_rename contracted]`.
fn list(input: ParseStream, word: Span) -> syn::Result<Vec<Squashed>> {
    let content;
    bracketed!(content in input);
    let found = Punctuated::<Squashed, Token![,]>::parse_terminated(&content)?;
    if found.is_empty() {
        return Err(syn::Error::new(word, format!("which migrations does it squash?\n{HELP}")));
    }
    Ok(found.into_iter().collect())
}

impl Parse for Squashed {
    /// Reads `m0001_users`, `m0002_rename contracted`, `m0002_baseline = [m0001_users, m0002_rename]`.
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let id = input.call(Ident::parse_any)?;
        let mut one = Squashed { id, last: Phase::Migrate, squashes: Vec::new() };
        if input.parse::<Option<Token![=]>>()?.is_some() {
            one.squashes = list(input, one.id.span())?;
        } else if !input.is_empty() && !input.peek(Token![,]) {
            let word = input.call(Ident::parse_any)?;
            one.last = match word.to_string().as_str() {
                "completed" => Phase::Background,
                "switched" => Phase::Switch,
                "contracted" => Phase::Contract,
                _ => {
                    let message = format!(
                        "unknown word `{word}`\nhelp: `completed`, `switched` or `contracted`"
                    );
                    return Err(syn::Error::new(word.span(), message));
                }
            };
        }
        Ok(one)
    }
}
