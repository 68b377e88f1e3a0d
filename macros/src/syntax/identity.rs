//! Identity columns, `identity(always, start = 1000, increment = 10)`.

use std::fmt;

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Ident, LitInt, Token, parenthesized};

use crate::diag::nearest;

/// How PostgreSQL numbers a column (manual, CREATE TABLE, "GENERATED … AS IDENTITY").
#[derive(Clone)]
pub(crate) struct Identity {
    /// Whether an insert may not give a number of its own, save by `overriding system value`.
    pub(crate) always: bool,
    pub(crate) start: Option<i64>,
    pub(crate) increment: Option<i64>,
    pub(crate) span: Span,
}

const OPTIONS: [&str; 3] = ["always", "start", "increment"];

impl Identity {
    /// One of which only that it is there is known and matters.
    pub(crate) fn unstated(span: Span) -> Self {
        Identity { always: false, start: None, increment: None, span }
    }

    /// Reads what stands behind the word, if anything does.
    pub(crate) fn parse(span: Span, input: ParseStream) -> syn::Result<Self> {
        let mut identity = Identity::unstated(span);
        if input.peek(syn::token::Paren) {
            let content;
            parenthesized!(content in input);
            while !content.is_empty() {
                identity.parse_option(&content)?;
                if !content.is_empty() {
                    content.parse::<Token![,]>()?;
                }
            }
        }
        Ok(identity)
    }

    fn parse_option(&mut self, input: ParseStream) -> syn::Result<()> {
        let word = input.call(Ident::parse_any)?;
        if word == "always" {
            self.always = true;
        } else if word == "start" {
            self.start = Some(number(input)?.0);
        } else if word == "increment" {
            let (value, span) = number(input)?;
            if value == 0 {
                return Err(syn::Error::new(span, "an increment is not 0"));
            }
            self.increment = Some(value);
        } else {
            let help = match nearest(&word.to_string(), &OPTIONS) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("one of `{}`", OPTIONS.join("`, `")),
            };
            return Err(syn::Error::new(
                word.span(),
                format!("unknown option `{word}`\nhelp: {help}"),
            ));
        }
        Ok(())
    }

    /// As a column's definition has it.
    pub(crate) fn sql(&self) -> String {
        let options = self.sequence_options();
        let options =
            if options.is_empty() { options } else { format!(" ({})", options.trim_start()) };
        format!("generated {} as identity{options}", self.word())
    }

    pub(crate) fn word(&self) -> &'static str {
        if self.always { "always" } else { "by default" }
    }

    /// What a sequence that gives the same numbers has behind its name.
    pub(crate) fn sequence_options(&self) -> String {
        let start = self.start.map(|start| format!(" start with {start}"));
        let increment = self.increment.map(|increment| format!(" increment by {increment}"));
        start.into_iter().chain(increment).collect()
    }
}

/// `= -10`
fn number(input: ParseStream) -> syn::Result<(i64, Span)> {
    input.parse::<Token![=]>()?;
    let minus: Option<Token![-]> = input.parse()?;
    let literal: LitInt = input.parse()?;
    let sign = if minus.is_some() { "-" } else { "" };
    let value = format!("{sign}{}", literal.base10_digits()).parse();
    let value = value.map_err(|_| syn::Error::new(literal.span(), "the number is out of range"))?;
    Ok((value, literal.span()))
}

impl fmt::Display for Identity {
    /// As it is written in a macro.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut options: Vec<String> = Vec::new();
        options.extend(self.always.then(|| "always".to_owned()));
        options.extend(self.start.map(|start| format!("start = {start}")));
        options.extend(self.increment.map(|increment| format!("increment = {increment}")));
        f.write_str("identity")?;
        if options.is_empty() { Ok(()) } else { write!(f, "({})", options.join(", ")) }
    }
}
