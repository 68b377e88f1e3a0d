//! Options of sequences, `start = 1000, increment = 10, as = bigint, …`: what `create_sequence!`
//! and `change_sequence!` take, and the form in which a sequence is kept.

use std::fmt;

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Ident, LitBool, LitInt, Token};

use crate::diag::{Errors, nearest};
use crate::syntax::words::list::{options, value};
use crate::syntax::words::name::ColumnName;

/// What is said of a sequence; what is not said is as PostgreSQL has it.
#[derive(Clone, Default)]
pub(crate) struct Sequence {
    pub(crate) ty: Option<Width>,
    pub(crate) increment: Option<Number>,
    pub(crate) min: Option<Number>,
    pub(crate) max: Option<Number>,
    pub(crate) start: Option<Number>,
    pub(crate) restart: Option<Number>,
    pub(crate) cache: Option<Number>,
    pub(crate) cycle: Option<bool>,
    pub(crate) owner: Option<Owner>,
}

/// An integer type.
#[derive(Clone, Copy)]
pub(crate) struct Width {
    pub(crate) bits: u32,
    pub(crate) span: Span,
}

#[derive(Clone, Copy)]
pub(crate) struct Number {
    pub(crate) value: i64,
    pub(crate) span: Span,
}

/// The column with which a sequence is dropped.
#[derive(Clone)]
pub(crate) enum Owner {
    None,
    Column(Box<ColumnName>),
}

const WIDTHS: &[(&str, u32)] = &[("smallint", 16), ("integer", 32), ("bigint", 64)];

impl Sequence {
    /// Reads `, option = value` to the end.
    pub(crate) fn parse(input: ParseStream, errors: &mut Errors) -> Self {
        let mut read = Sequence::default();
        let mut cycle = None::<LitBool>;
        options(
            input,
            errors,
            &mut [
                ("as", &mut value(&mut read.ty)),
                ("increment", &mut value(&mut read.increment)),
                ("min_value", &mut value(&mut read.min)),
                ("max_value", &mut value(&mut read.max)),
                ("start", &mut value(&mut read.start)),
                ("restart", &mut value(&mut read.restart)),
                ("cache", &mut value(&mut read.cache)),
                ("cycle", &mut value(&mut cycle)),
                ("owned_by", &mut value(&mut read.owner)),
            ],
        );
        read.cycle = cycle.map(|cycle| cycle.value);
        read
    }

    /// The options with those of a change in their place.
    pub(crate) fn with(&self, change: &Sequence) -> Sequence {
        let ty = change.ty.or(self.ty);
        // PostgreSQL moves a bound that is the type's own with the type (manual, ALTER SEQUENCE).
        let moved = |bound: Option<Number>, edge: i64| {
            let bits = ty.map_or(64, |ty| ty.bits);
            let of = |number: Number, bits: u32| number.value == edge >> (64 - bits);
            bound.map(|number| {
                if of(number, self.bits()) {
                    Number { value: edge >> (64 - bits), ..number }
                } else {
                    number
                }
            })
        };
        Sequence {
            ty,
            increment: change.increment.or(self.increment),
            min: change.min.or(moved(self.min, i64::MIN)),
            max: change.max.or(moved(self.max, i64::MAX)),
            // A change of the bounds leaves the start that they once gave.
            start: change.start.or(Some(self.first())),
            restart: None,
            cache: change.cache.or(self.cache),
            cycle: change.cycle.or(self.cycle),
            owner: change.owner.clone().or_else(|| self.owner.clone()),
        }
    }

    /// The same, with errors in it to be reported at another token.
    pub(crate) fn at(mut self, span: Span) -> Self {
        let (increment, min, max) = (&mut self.increment, &mut self.min, &mut self.max);
        for number in [increment, min, max, &mut self.start, &mut self.cache].into_iter().flatten()
        {
            number.span = span;
        }
        self
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.to_string().is_empty()
    }

    pub(crate) fn bits(&self) -> u32 {
        self.ty.map_or(64, |ty| ty.bits)
    }

    pub(crate) fn is_descending(&self) -> bool {
        self.increment.is_some_and(|number| number.value < 0)
    }

    pub(crate) fn least(&self) -> i64 {
        let none = if self.is_descending() { i64::MIN >> (64 - self.bits()) } else { 1 };
        self.min.map_or(none, |number| number.value)
    }

    pub(crate) fn most(&self) -> i64 {
        let none = if self.is_descending() { -1 } else { i64::MAX >> (64 - self.bits()) };
        self.max.map_or(none, |number| number.value)
    }

    /// The first value that it gives.
    pub(crate) fn first(&self) -> Number {
        let value = if self.is_descending() { self.most() } else { self.least() };
        let bound = self.max.or(self.min).map_or_else(Span::call_site, |number| number.span);
        self.start.unwrap_or(Number { value, span: bound })
    }

    /// Reports what PostgreSQL would refuse when it is made.
    pub(crate) fn check(&self, errors: &mut Errors) {
        if let Some(increment) = self.increment.filter(|number| number.value == 0) {
            errors.at(increment.span, "a sequence that counts by 0 stands still").help("1");
        }
        if let Some(cache) = self.cache.filter(|number| number.value < 1) {
            errors.at(cache.span, "a sequence keeps at least one value at hand").help("1");
        }
        let range = (i64::MIN >> (64 - self.bits()))..=(i64::MAX >> (64 - self.bits()));
        for number in self.min.iter().chain(&self.max) {
            if !range.contains(&number.value) {
                let ty = self.ty.map(|ty| ty.to_string()).unwrap_or_default();
                errors.at(number.span, format_args!("out of range for type `{ty}`"));
            }
        }
        let (least, most) = (self.least(), self.most());
        if let Some(number) = self.max.or(self.min).filter(|_| least >= most) {
            errors.at(
                number.span,
                format_args!("the least value, {least}, is not below the greatest, {most}"),
            );
        }
        for number in self.start.iter().chain(&self.restart) {
            if least < most && !(least..=most).contains(&number.value) {
                errors.at(number.span, format_args!("the sequence goes from {least} to {most}"));
            }
        }
    }
}

impl Parse for Width {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let word = input.call(Ident::parse_any)?;
        if let Some((_, bits)) = WIDTHS.iter().find(|(name, _)| word == name) {
            return Ok(Width { bits: *bits, span: word.span() });
        }
        let names: Vec<&str> = WIDTHS.iter().map(|(name, _)| *name).collect();
        let help = match nearest(&word.to_string(), &names) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("one of `{}`", names.join("`, `")),
        };
        Err(syn::Error::new(word.span(), format!("a sequence has no type `{word}`\nhelp: {help}")))
    }
}

impl fmt::Display for Width {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = WIDTHS.iter().find(|(_, bits)| *bits == self.bits).map_or("", |(name, _)| name);
        f.write_str(name)
    }
}

impl Parse for Number {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let minus: Option<Token![-]> = input.parse()?;
        let literal: LitInt = input.parse()?;
        let sign = if minus.is_some() { "-" } else { "" };
        let value = format!("{sign}{}", literal.base10_digits()).parse().map_err(|_| {
            syn::Error::new(literal.span(), "a sequence counts in whole numbers of 64 bits")
        })?;
        Ok(Number { value, span: literal.span() })
    }
}

impl Parse for Owner {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let is_none = input.fork().call(Ident::parse_any).is_ok_and(|word| word == "none");
        if is_none && !input.peek2(Token![.]) {
            input.call(Ident::parse_any)?;
            return Ok(Owner::None);
        }
        Ok(Owner::Column(Box::new(input.parse()?)))
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Owner::None => f.write_str("none"),
            Owner::Column(column) => write!(f, "{column}"),
        }
    }
}

impl fmt::Display for Sequence {
    /// As it is written in a macro, each option with a comma in front.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |number: Option<Number>| number.map(|number| number.value.to_string());
        let options = [
            ("as", self.ty.map(|ty| ty.to_string())),
            ("increment", number(self.increment)),
            ("min_value", number(self.min)),
            ("max_value", number(self.max)),
            ("start", number(self.start)),
            ("restart", number(self.restart)),
            ("cache", number(self.cache)),
            ("cycle", self.cycle.map(|cycle| cycle.to_string())),
            ("owned_by", self.owner.as_ref().map(Owner::to_string)),
        ];
        for (name, value) in options {
            if let Some(value) = value {
                write!(f, ", {name} = {value}")?;
            }
        }
        Ok(())
    }
}
