//! Arguments of functions, `out total: bigint default 0`.

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Ident, Token, parenthesized};

use crate::diag::Errors;
use crate::syntax::values::default::Default;
use crate::syntax::values::types::Type;
use crate::syntax::words::list::items;
use crate::syntax::words::name::Name;

/// One argument, or one column of a table that is returned.
pub(crate) struct Argument {
    pub(crate) mode: Mode,
    /// None where calls and the body know it by its place.
    pub(crate) name: Option<Name>,
    pub(crate) ty: Type,
    pub(crate) default: Option<Default>,
}

/// Which way the value of an argument goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    In,
    Out,
    InOut,
    Variadic,
}

pub(in crate::syntax) fn parse_arguments(
    input: ParseStream,
    errors: &mut Errors,
) -> syn::Result<Vec<Argument>> {
    let content;
    parenthesized!(content in input);
    let mut arguments: Vec<Argument> = Vec::new();
    items(&content, errors, |input, errors| {
        let argument: Argument = input.parse()?;
        if let Some(default) = &argument.default {
            default.check(&argument.ty, errors);
        }
        argument.check_place(&arguments, errors);
        arguments.push(argument);
        Ok(())
    });
    Ok(arguments)
}

impl Mode {
    fn of(word: &Ident) -> Option<Self> {
        Some(match word.to_string().as_str() {
            "in" => Mode::In,
            "out" => Mode::Out,
            "inout" => Mode::InOut,
            "variadic" => Mode::Variadic,
            _ => return None,
        })
    }

    /// As it stands before the argument in SQL.
    pub(crate) fn sql(self) -> &'static str {
        match self {
            Mode::In => "",
            Mode::Out => "out ",
            Mode::InOut => "inout ",
            Mode::Variadic => "variadic ",
        }
    }

    pub(crate) fn is_given_back(self) -> bool {
        matches!(self, Mode::Out | Mode::InOut)
    }
}

impl Argument {
    /// As a message shows it.
    fn shown(&self) -> String {
        self.name.as_ref().map_or_else(|| self.ty.to_string(), Name::to_string)
    }

    pub(crate) fn span(&self) -> Span {
        self.name.as_ref().map_or(self.ty.span, |name| name.span)
    }

    /// Holds it against those before it.
    fn check_place(&self, before: &[Argument], errors: &mut Errors) {
        let (shown, span) = (self.shown(), self.span());
        if self.name.is_some() && before.iter().any(|other| other.name == self.name) {
            errors.at(span, format_args!("argument `{shown}` is given twice"));
        }
        if self.mode == Mode::Out {
            if let Some(default) = &self.default {
                errors.at(
                    default.span,
                    format_args!("argument `{shown}` is given back, so that no call gives it"),
                );
            }
            return;
        }
        let mut inputs = before.iter().filter(|other| other.mode != Mode::Out);
        if before.iter().any(|other| other.mode == Mode::Variadic) {
            errors
                .at(span, format_args!("argument `{shown}` follows the variadic one"))
                .note("a variadic argument takes all that a call has left");
        }
        if self.mode == Mode::Variadic && !self.ty.is_array() {
            errors
                .at(
                    self.ty.span,
                    format_args!("a variadic argument is an array, not `{}`", self.ty),
                )
                .help(format_args!("{}[]", self.ty));
        }
        let needs_default = inputs.next_back().is_some_and(|last| last.default.is_some());
        if needs_default && self.default.is_none() && self.mode != Mode::Variadic {
            errors
                .at(span, format_args!("argument `{shown}` follows one with a default"))
                .note("a call leaves arguments out from the end");
        }
    }
}

impl Parse for Argument {
    /// `out total: bigint default 0`: its mode, its name and its default may be left out.
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let is_name = |input: ParseStream| input.peek2(Token![:]) && !input.peek2(Token![::]);
        let mut mode = Mode::In;
        let ahead = input.fork().call(Ident::parse_any).ok();
        if let Some(given) = ahead.as_ref().and_then(Mode::of).filter(|_| !is_name(input)) {
            input.call(Ident::parse_any)?;
            mode = given;
        }
        let mut name = None;
        if is_name(input) {
            name = Some(input.parse()?);
            input.parse::<Token![:]>()?;
        }
        let ty = input.parse()?;
        let ahead = input.fork().call(Ident::parse_any).ok();
        let default = match ahead {
            Some(word) if word == "default" => {
                input.call(Ident::parse_any)?;
                Some(input.parse()?)
            }
            _ => None,
        };
        Ok(Argument { mode, name, ty, default })
    }
}
