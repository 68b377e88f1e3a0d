//! Storage parameters, `with(fillfactor = 70, autovacuum_enabled = false)`: what the macros know of
//! them, and how they are written.

use std::fmt;

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Ident, Lit, Token};

use crate::diag::Errors;
use crate::syntax::default::literal;

/// Parameters in the order in which they were set.
#[derive(Clone, Default)]
pub(crate) struct Parameters(Vec<Parameter>);

/// One parameter with its value.
#[derive(Clone)]
pub(crate) struct Parameter {
    /// `fillfactor`, `toast.autovacuum_enabled`.
    pub(crate) name: String,
    value: Lit,
    negative: bool,
    span: Span,
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

/// PostgreSQL manual, "Built-in Operator Classes" of BRIN and GiST, and the modules `ltree`,
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
        self.0.extend(others.0.iter().cloned());
    }

    /// Reports parameters that are not known, and values that they do not take.
    pub(crate) fn check(&self, known: &[Known], errors: &mut Errors) {
        for (at, parameter) in self.0.iter().enumerate() {
            if let Some(first) = self.0[..at].iter().find(|other| other.name == parameter.name) {
                let message = format!("parameter `{}` is given twice", parameter.name);
                errors.at(first.span, &message);
                errors.at(parameter.span, &message);
            }
            let own = parameter.name.strip_prefix("toast.").filter(|name| is_of_toast(name));
            let name = own.unwrap_or(&parameter.name);
            let Some((_, takes)) = known.iter().find(|(known, _)| *known == name) else {
                errors
                    .at(parameter.span, format_args!("unknown parameter `{}`", parameter.name))
                    .nearest(&parameter.name, known.iter().map(|(name, _)| *name));
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
        match &self.value {
            Lit::Int(number) => format!("{sign}{}", number.base10_digits()),
            Lit::Float(number) => format!("{sign}{}", number.base10_digits()),
            Lit::Bool(value) => value.value.to_string(),
            Lit::Str(text) => literal(&text.value()),
            _ => String::new(),
        }
    }

    fn check(&self, takes: Takes, errors: &mut Errors) {
        let text = self.sql();
        let span = self.value.span();
        let name = &self.name;
        match takes {
            Takes::Switch if matches!(self.value, Lit::Bool(_)) => {}
            Takes::Switch => {
                errors.at(span, format_args!("`{name}` is `true` or `false`")).help("false");
            }
            Takes::Word(words) => {
                let Lit::Str(word) = &self.value else {
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
        let mut name = word.to_string();
        if input.peek(Token![.]) {
            input.parse::<Token![.]>()?;
            name = format!("{name}.{}", input.call(Ident::parse_any)?);
        }
        input.parse::<Token![=]>()?;
        let negative = input.parse::<Option<Token![-]>>()?.is_some();
        let value: Lit = input.parse()?;
        if !matches!(value, Lit::Int(_) | Lit::Float(_) | Lit::Bool(_) | Lit::Str(_)) {
            return Err(syn::Error::new(
                value.span(),
                "expected a number, `true`, `false` or a string",
            ));
        }
        Ok(Parameter { name, value, negative, span: word.span() })
    }
}

impl fmt::Display for Parameters {
    /// As they are written in a macro.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, parameter) in self.0.iter().enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            let value = match &parameter.value {
                Lit::Str(text) => format!("{:?}", text.value()),
                _ => parameter.sql(),
            };
            write!(f, "{comma}{} = {value}", parameter.name)?;
        }
        Ok(())
    }
}
