//! Storage parameters, `with(fillfactor = 70, autovacuum_enabled = false)`: what the macros know of
//! them, and how they are written.

use std::fmt;

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Ident, Lit, Token};

use crate::diag::Errors;
use crate::syntax::values::default::literal;

/// Parameters in the order in which they were set.
#[derive(Clone, Default)]
pub(crate) struct Parameters(Vec<Parameter>);

/// One parameter with its value.
#[derive(Clone)]
pub(crate) struct Parameter {
    /// `fillfactor`, `toast.autovacuum_enabled`.
    pub(crate) name: String,
    /// None where the parameter goes back to its default.
    value: Option<Lit>,
    negative: bool,
    pub(crate) span: Span,
}

/// What a parameter takes.
#[derive(Clone, Copy)]
pub(crate) enum Takes {
    Switch,
    /// A number from the first to the second.
    Number(f64, f64),
    Word(&'static [&'static str]),
}

/// A parameter's name, and what it takes.
pub(crate) type Known = (&'static str, Takes);

/// A percentage, as every kind of `fillfactor` is.
pub(crate) const FILLFACTOR: Known = ("fillfactor", Takes::Number(10.0, 100.0));

const MANY: f64 = i32::MAX as f64;
const AGE: f64 = 2e9;
const HALF_AGE: f64 = 1e9;

/// PostgreSQL manual, CREATE TABLE, "Storage Parameters". `user_catalog_table` is for extensions of
/// logical decoding alone.
pub(crate) const OF_TABLES: &[Known] = &[
    FILLFACTOR,
    ("toast_tuple_target", Takes::Number(128.0, 8160.0)),
    ("parallel_workers", Takes::Number(0.0, 1024.0)),
    ("vacuum_truncate", Takes::Switch),
    ("vacuum_index_cleanup", Takes::Word(&["auto", "on", "off"])),
    ("vacuum_max_eager_freeze_failure_rate", Takes::Number(0.0, 1.0)),
    ("log_autovacuum_min_duration", Takes::Number(-1.0, MANY)),
    ("autovacuum_enabled", Takes::Switch),
    ("autovacuum_vacuum_threshold", Takes::Number(0.0, MANY)),
    ("autovacuum_vacuum_max_threshold", Takes::Number(-1.0, MANY)),
    ("autovacuum_vacuum_scale_factor", Takes::Number(0.0, 100.0)),
    ("autovacuum_vacuum_insert_threshold", Takes::Number(-1.0, MANY)),
    ("autovacuum_vacuum_insert_scale_factor", Takes::Number(0.0, 100.0)),
    ("autovacuum_analyze_threshold", Takes::Number(0.0, MANY)),
    ("autovacuum_analyze_scale_factor", Takes::Number(0.0, 100.0)),
    ("autovacuum_vacuum_cost_delay", Takes::Number(-1.0, 100.0)),
    ("autovacuum_vacuum_cost_limit", Takes::Number(1.0, 10_000.0)),
    ("autovacuum_freeze_min_age", Takes::Number(0.0, HALF_AGE)),
    ("autovacuum_freeze_max_age", Takes::Number(100_000.0, AGE)),
    ("autovacuum_freeze_table_age", Takes::Number(0.0, AGE)),
    ("autovacuum_multixact_freeze_min_age", Takes::Number(0.0, HALF_AGE)),
    ("autovacuum_multixact_freeze_max_age", Takes::Number(10_000.0, AGE)),
    ("autovacuum_multixact_freeze_table_age", Takes::Number(0.0, AGE)),
];

/// PostgreSQL manual, "Built-in Operator Classes" of BRIN and `GiST`, and the modules `ltree`,
/// `pg_trgm`, `hstore` and `intarray`.
pub(crate) const OF_OPCLASSES: &[Known] = &[
    ("siglen", Takes::Number(1.0, 2024.0)),
    ("numranges", Takes::Number(1.0, 252.0)),
    ("values_per_range", Takes::Number(8.0, 256.0)),
    ("n_distinct_per_range", Takes::Number(-1.0, MANY)),
    ("false_positive_rate", Takes::Number(0.0001, 0.25)),
];

impl Parameters {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Parameter> {
        self.0.iter()
    }

    pub(crate) fn find(&self, name: &str) -> Option<&Parameter> {
        self.0.iter().find(|parameter| parameter.name == name)
    }

    /// Sets these too; PostgreSQL puts what is set anew behind the rest.
    pub(crate) fn set(&mut self, others: &Parameters) {
        self.0.retain(|own| others.find(&own.name).is_none());
        self.0.extend(others.split_defaults().1.0);
    }

    /// Those that go back to their defaults, and those that are set.
    pub(crate) fn split_defaults(&self) -> (Parameters, Parameters) {
        let (reset, set) = self.iter().cloned().partition(|one| one.value.is_none());
        (Parameters(reset), Parameters(set))
    }

    /// Reports what cannot be set on something new.
    pub(crate) fn check(&self, known: &[Known], errors: &mut Errors) {
        for parameter in self.0.iter().filter(|parameter| parameter.value.is_none()) {
            errors.at(parameter.span, "a parameter that is not set has its default");
        }
        self.check_changed(known, errors);
    }

    /// Reports parameters that are not known, and values that they do not take.
    pub(crate) fn check_changed(&self, known: &[Known], errors: &mut Errors) {
        for (at, parameter) in self.0.iter().enumerate() {
            if let Some(first) = self.0[..at].iter().find(|other| other.name == parameter.name) {
                let message = format!("parameter `{}` is given twice", parameter.name);
                errors.at(first.span, &message);
                errors.at(parameter.span, &message);
            }
            let of_toast = parameter.name.strip_prefix("toast.");
            let name = of_toast.unwrap_or(&parameter.name);
            let mut fit = known.iter().filter(|(name, _)| of_toast.is_none() || is_of_toast(name));
            let Some((_, takes)) = fit.clone().find(|(known, _)| *known == name) else {
                errors
                    .at(parameter.span, format_args!("unknown parameter `{}`", parameter.name))
                    .nearest(name, fit.by_ref().map(|(name, _)| *name));
                continue;
            };
            parameter.check(*takes, errors);
        }
    }

    /// As they are written in SQL.
    pub(crate) fn sql(&self) -> String {
        let all: Vec<String> =
            self.0.iter().map(|one| format!("{} = {}", one.name, one.sql())).collect();
        all.join(", ")
    }
}

/// A table's hidden one for long values has most of the parameters of autovacuum too.
fn is_of_toast(name: &str) -> bool {
    let vacuums = name.starts_with("autovacuum_") && !name.starts_with("autovacuum_analyze_");
    vacuums || name.starts_with("vacuum_") || name.starts_with("log_autovacuum_")
}

impl Parameter {
    /// Its value as it is written in SQL.
    pub(crate) fn sql(&self) -> String {
        let sign = if self.negative { "-" } else { "" };
        let Some(value) = &self.value else { return "default".into() };
        match value {
            Lit::Int(number) => format!("{sign}{}", number.base10_digits()),
            Lit::Float(number) => format!("{sign}{}", number.base10_digits()),
            Lit::Bool(value) => value.value.to_string(),
            Lit::Str(text) => literal(&text.value()),
            _ => String::new(),
        }
    }

    fn check(&self, takes: Takes, errors: &mut Errors) {
        let (text, name) = (self.sql(), &self.name);
        let Some(value) = &self.value else { return };
        let span = value.span();
        match takes {
            Takes::Switch if matches!(value, Lit::Bool(_)) => {}
            Takes::Switch => {
                errors.at(span, format_args!("`{name}` is `true` or `false`")).help("false");
            }
            Takes::Word(words) => {
                let Lit::Str(word) = value else {
                    errors
                        .at(span, format_args!("`{name}` is a word"))
                        .help(format_args!("{:?}", words[0]));
                    return;
                };
                if !words.contains(&word.value().as_str()) {
                    errors
                        .at(span, format_args!("`{name}` is not {text}"))
                        .nearest(&word.value(), words.iter().copied());
                }
            }
            Takes::Number(least, most) => {
                let number = text.parse::<f64>().ok();
                if number.is_none_or(|number| number < least || number > most) {
                    errors.at(span, format_args!("`{name}` is from {least} to {most}"));
                }
            }
        }
    }
}

impl Parse for Parameters {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let list = Punctuated::<Parameter, Token![,]>::parse_terminated(input)?;
        Ok(Parameters(list.into_iter().collect()))
    }
}

impl Parse for Parameter {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let word = input.call(Ident::parse_any)?;
        let (mut name, mut span) = (word.to_string(), word.span());
        if input.peek(Token![.]) {
            if word != "toast" {
                let message = format!("`{word}` has no parameters\nhelp: did you mean `toast`?");
                return Err(syn::Error::new(word.span(), message));
            }
            input.parse::<Token![.]>()?;
            let own = input.call(Ident::parse_any)?;
            (name, span) = (format!("{name}.{own}"), own.span());
        }
        input.parse::<Token![=]>()?;
        if input.fork().call(Ident::parse_any).is_ok_and(|word| word == "default") {
            input.call(Ident::parse_any)?;
            return Ok(Parameter { name, value: None, negative: false, span });
        }
        let negative = input.parse::<Option<Token![-]>>()?.is_some();
        let value: Lit = input.parse()?;
        if !matches!(value, Lit::Int(_) | Lit::Float(_) | Lit::Bool(_) | Lit::Str(_)) {
            return Err(syn::Error::new(
                value.span(),
                "expected a number, `true`, `false` or a string",
            ));
        }
        Ok(Parameter { name, value: Some(value), negative, span })
    }
}

impl fmt::Display for Parameters {
    /// As they are written in a macro.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, parameter) in self.0.iter().enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            let value = match &parameter.value {
                Some(Lit::Str(text)) => format!("{:?}", text.value()),
                _ => parameter.sql(),
            };
            write!(f, "{comma}{} = {value}", parameter.name)?;
        }
        Ok(())
    }
}
