//! Identity columns, `identity(always, start = 1000, increment = 10)`.

use std::fmt;

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Ident, LitBool, LitInt, Token, parenthesized};

use crate::diag::nearest;

/// How PostgreSQL numbers a column (manual, CREATE TABLE, "GENERATED … AS IDENTITY").
#[derive(Clone)]
pub(crate) struct Identity {
    /// Whether an insert may not give a number of its own, save by `overriding system value`.
    pub(crate) always: bool,
    pub(crate) start: Option<i64>,
    pub(crate) increment: Option<i64>,
    pub(crate) min: Option<i64>,
    pub(crate) max: Option<i64>,
    pub(crate) cache: Option<i64>,
    /// Whether it begins again behind its last number.
    pub(crate) cycles: bool,
    pub(crate) span: Span,
}

const OPTIONS: [&str; 7] =
    ["always", "start", "increment", "min_value", "max_value", "cache", "cycle"];

impl Identity {
    /// One of which only that it is there is known and matters.
    pub(crate) fn unstated(span: Span) -> Self {
        Identity {
            always: false,
            start: None,
            increment: None,
            min: None,
            max: None,
            cache: None,
            cycles: false,
            span,
        }
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
        } else if word == "min_value" {
            self.min = Some(number(input)?.0);
        } else if word == "max_value" {
            self.max = Some(number(input)?.0);
        } else if word == "cache" {
            let (value, span) = number(input)?;
            if value < 1 {
                return Err(syn::Error::new(span, "a sequence keeps at least one value at hand"));
            }
            self.cache = Some(value);
        } else if word == "cycle" {
            input.parse::<Token![=]>()?;
            self.cycles = input.parse::<LitBool>()?.value;
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

    /// Returns what a sequence that gives the same numbers has behind its name.
    pub(crate) fn sequence_options(&self) -> String {
        let options = [
            (" start with", self.start),
            (" increment by", self.increment),
            (" minvalue", self.min),
            (" maxvalue", self.max),
            (" cache", self.cache),
        ];
        let options = options.into_iter().filter_map(|(words, value)| {
            let value = value?;
            Some(format!("{words} {value}"))
        });
        options.chain(self.cycles.then(|| " cycle".to_owned())).collect()
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
        let numbers = [
            ("start", self.start),
            ("increment", self.increment),
            ("min_value", self.min),
            ("max_value", self.max),
            ("cache", self.cache),
        ];
        for (word, value) in numbers {
            options.extend(value.map(|value| format!("{word} = {value}")));
        }
        options.extend(self.cycles.then(|| "cycle = true".to_owned()));
        f.write_str("identity")?;
        if options.is_empty() { Ok(()) } else { write!(f, "({})", options.join(", ")) }
    }
}
