//! Partitioned tables, `partition_by(range(created_at))`, and the bounds of their partitions,
//! `from("2027-01-01") to("2028-01-01")`.

use std::fmt;

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Ident, Lit, Token, parenthesized};

use crate::diag::{Errors, nearest};
use crate::syntax::indexes::key::{Key, KeyValue};
use crate::syntax::values::comparison::Comparison;
use crate::syntax::values::default::literal;
use crate::syntax::words::list::items;
use crate::syntax::words::name::{Name, TableName};
use crate::syntax::words::sql::Sql;

/// How a table is partitioned (manual, "Table Partitioning").
#[derive(Clone)]
pub(crate) struct PartitionBy {
    pub(crate) method: Method,
    pub(crate) keys: Vec<Key>,
    pub(crate) span: Span,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    Range,
    List,
    Hash,
}

const METHODS: [(&str, Method); 3] =
    [("range", Method::Range), ("list", Method::List), ("hash", Method::Hash)];

/// The rows that a partition takes.
#[derive(Clone)]
pub(crate) struct Bound {
    pub(crate) rows: Rows,
    pub(crate) span: Span,
}

#[derive(Clone)]
pub(crate) enum Rows {
    Range {
        from: Vec<Value>,
        to: Vec<Value>,
    },
    List(Vec<Value>),
    Hash {
        modulus: u32,
        remainder: u32,
    },
    /// Those that no other partition takes.
    Rest,
}

/// A value of a bound.
#[derive(Clone)]
pub(crate) enum Value {
    /// As it is written in SQL.
    Literal(String),
    /// `minvalue`, `maxvalue`: no bound at all.
    Open(&'static str),
    Null,
}

/// A partition with the table that it is of, `events_2027 of events`.
pub(crate) struct Of {
    pub(crate) name: TableName,
    pub(crate) parent: TableName,
}

impl Parse for Of {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let name: TableName = input.parse()?;
        if !input.peek(Ident::peek_any) {
            let message =
                format!("nothing says what `{name}` is a partition of\nhelp: {name} of …");
            return Err(syn::Error::new(name.span(), message));
        }
        let of = input.call(Ident::parse_any)?;
        if of != "of" {
            let message = format!("expected `of`, found `{of}`\nhelp: {name} of …");
            return Err(syn::Error::new(of.span(), message));
        }
        Ok(Of { name, parent: input.parse()? })
    }
}

impl Method {
    pub(crate) fn word(self) -> &'static str {
        METHODS.iter().find(|(_, method)| *method == self).map_or("", |(word, _)| word)
    }
}

impl PartitionBy {
    /// One of which nothing is known.
    pub(crate) fn unstated(span: Span) -> Self {
        PartitionBy { method: Method::Range, keys: Vec::new(), span }
    }

    /// Reads what stands inside `partition_by(…)`.
    pub(crate) fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let word = input.call(Ident::parse_any)?;
        let Some((_, method)) = METHODS.iter().find(|(known, _)| word == known) else {
            let known = METHODS.map(|(known, _)| known);
            let help = match nearest(&word.to_string(), &known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("one of `{}`", known.join("`, `")),
            };
            let message = format!("unknown way to partition `{word}`\nhelp: {help}");
            return Err(syn::Error::new(word.span(), message));
        };
        let content;
        parenthesized!(content in input);
        let mut keys = Vec::new();
        items(&content, errors, |input, errors| {
            keys.push(Key::parse(input, errors)?);
            Ok(())
        });
        let partition = PartitionBy { method: *method, keys, span: word.span() };
        partition.check(errors);
        Ok(partition)
    }

    fn check(&self, errors: &mut Errors) {
        for word in self.keys.iter().filter_map(Key::order) {
            errors.at(word.span(), "a partition key has no order");
        }
        if self.keys.is_empty() {
            errors.at(self.span, "a partition key has a column");
        } else if self.method == Method::List && self.keys.len() > 1 {
            errors.at(self.span, "a list partition key has one column").help("range");
        }
    }

    pub(crate) fn columns(&self) -> impl Iterator<Item = &Name> {
        self.keys.iter().filter_map(|key| match &key.value {
            KeyValue::Column(name) => Some(name),
            KeyValue::Expression(_) => None,
        })
    }

    pub(crate) fn expressions(&self) -> impl Iterator<Item = &Sql> {
        self.keys.iter().filter_map(|key| match &key.value {
            KeyValue::Expression(sql) => Some(sql),
            KeyValue::Column(_) => None,
        })
    }

    pub(crate) fn needs(&self, column: &str) -> bool {
        self.columns().any(|name| name == column)
            || self.expressions().any(|sql| sql.mentions(column))
    }

    /// As it is written in SQL.
    pub(crate) fn sql(&self) -> String {
        let keys: Vec<String> = self.keys.iter().map(Key::sql).collect();
        format!("partition by {} ({})", self.method.word(), keys.join(", "))
    }
}

impl Bound {
    /// Reads `to(…)` besides, of the first partition: whatever comes before.
    pub(crate) fn parse_first(input: ParseStream) -> syn::Result<Self> {
        let ahead = input.fork();
        if !ahead.call(Ident::parse_any).is_ok_and(|word| word == "to") {
            return Bound::parse_one_of("`to(…)`, `from(…) to(…)`, `in(…)` or `default`", input);
        }
        let span = input.call(Ident::parse_any)?.span();
        let to = values(input)?;
        let from = to.iter().map(|_| Value::Open("minvalue")).collect();
        Ok(Bound { rows: Rows::Range { from, to }, span })
    }

    /// Reads `from(…) to(…)`, `in(…)`, `modulus(4) remainder(0)` or `default`.
    pub(crate) fn parse(input: ParseStream) -> syn::Result<Self> {
        Bound::parse_one_of(
            "`from(…) to(…)`, `in(…)`, `modulus(…) remainder(…)` or `default`",
            input,
        )
    }

    /// The same; an error names these forms.
    fn parse_one_of(forms: &str, input: ParseStream) -> syn::Result<Self> {
        let word = input.call(Ident::parse_any)?;
        let span = word.span();
        let rows = match word.to_string().as_str() {
            "default" => Rows::Rest,
            "in" => Rows::List(values(input)?),
            "from" => {
                let from = values(input)?;
                expect(input, "to")?;
                Rows::Range { from, to: values(input)? }
            }
            "modulus" => {
                let modulus = number(input)?;
                expect(input, "remainder")?;
                Rows::Hash { modulus, remainder: number(input)? }
            }
            other => {
                let message = format!("expected {forms}, found `{other}`");
                return Err(syn::Error::new(span, message));
            }
        };
        Ok(Bound { rows, span })
    }

    /// Reports a bound that does not fit its table's key.
    pub(crate) fn check(&self, by: &PartitionBy, errors: &mut Errors) {
        let keys = by.keys.len();
        if keys == 0 {
            return;
        }
        let fits = match &self.rows {
            Rows::Rest => by.method != Method::Hash,
            Rows::Range { .. } => by.method == Method::Range,
            Rows::List(_) => by.method == Method::List,
            Rows::Hash { .. } => by.method == Method::Hash,
        };
        if !fits {
            let help = match by.method {
                Method::Range => "from(…) to(…)",
                Method::List => "in(…)",
                Method::Hash => "modulus(…) remainder(…)",
            };
            let message = format!("the table is partitioned by {}", by.method.word());
            errors.at(self.span, message).help(help);
        }
        match &self.rows {
            Rows::Range { from, to } if from.len() != keys || to.len() != keys => {
                errors.at(self.span, format_args!("the partition key has {keys} columns"));
            }
            Rows::Hash { modulus, remainder } if remainder >= modulus => {
                errors.at(self.span, "a remainder is smaller than its modulus");
            }
            _ => {}
        }
    }

    pub(crate) fn is_rest(&self) -> bool {
        matches!(self.rows, Rows::Rest)
    }

    /// Returns what follows the partition's name in SQL.
    pub(crate) fn sql(&self) -> String {
        let list = |values: &[Value]| {
            let values: Vec<String> = values.iter().map(Value::sql).collect();
            values.join(", ")
        };
        match &self.rows {
            Rows::Rest => "default".into(),
            Rows::Range { from, to } => {
                format!("for values from ({}) to ({})", list(from), list(to))
            }
            Rows::List(values) => format!("for values in ({})", list(values)),
            Rows::Hash { modulus, remainder } => {
                format!("for values with (modulus {modulus}, remainder {remainder})")
            }
        }
    }

    /// The condition that its rows meet, in the form that PostgreSQL takes for a proof of it; none
    /// where there is no such form (several keys, a hash) or no such condition.
    pub(crate) fn condition(&self, by: &PartitionBy, how: Option<Comparison>) -> Option<String> {
        let ([key], how) = (by.keys.as_slice(), how?) else { return None };
        let key = key.value_sql();
        match &self.rows {
            Rows::Range { from, to } => {
                let mut parts = vec![format!("{key} is not null")];
                for (sign, value) in [(">=", from.first()?), ("<", to.first()?)] {
                    if let Value::Literal(value) = value {
                        parts.push(how.sql(&key, sign, value));
                    }
                }
                Some(parts.join(" and "))
            }
            Rows::List(values) => {
                let known = values.iter().filter(|value| !matches!(value, Value::Null));
                let known: Vec<String> = known.map(Value::sql).collect();
                let holds_null = known.len() < values.len();
                Some(match (known.is_empty(), holds_null) {
                    (true, _) => format!("{key} is null"),
                    (false, true) => format!("{key} is null or {}", how.one_of(&key, &known)),
                    (false, false) => {
                        format!("{key} is not null and {}", how.one_of(&key, &known))
                    }
                })
            }
            Rows::Hash { .. } | Rows::Rest => None,
        }
    }
}

impl Value {
    fn sql(&self) -> String {
        match self {
            Value::Literal(text) => text.clone(),
            Value::Open(word) => (*word).to_owned(),
            Value::Null => "null".into(),
        }
    }
}

impl Parse for Value {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        if input.peek(Ident::peek_any) && !input.peek(syn::LitBool) {
            let word = input.call(Ident::parse_any)?;
            return match word.to_string().as_str() {
                "minvalue" => Ok(Value::Open("minvalue")),
                "maxvalue" => Ok(Value::Open("maxvalue")),
                "null" => Ok(Value::Null),
                _ => {
                    let known = ["minvalue", "maxvalue", "null"];
                    let near = nearest(&word.to_string(), &known).unwrap_or("minvalue");
                    let message = format!("unknown value `{word}`\nhelp: did you mean `{near}`?");
                    Err(syn::Error::new(word.span(), message))
                }
            };
        }
        let sign = if input.parse::<Option<Token![-]>>()?.is_some() { "-" } else { "" };
        let value: Lit = input.parse()?;
        Ok(Value::Literal(match &value {
            Lit::Str(text) => literal(&text.value()),
            Lit::Int(number) => format!("{sign}{}", number.base10_digits()),
            Lit::Float(number) => format!("{sign}{}", number.base10_digits()),
            Lit::Bool(value) => value.value.to_string(),
            _ => return Err(syn::Error::new(value.span(), "expected a string or a number")),
        }))
    }
}

fn values(input: ParseStream) -> syn::Result<Vec<Value>> {
    let content;
    parenthesized!(content in input);
    let values = Punctuated::<Value, Token![,]>::parse_terminated(&content)?;
    if values.is_empty() {
        return Err(content.error("expected a value"));
    }
    Ok(values.into_iter().collect())
}

fn number(input: ParseStream) -> syn::Result<u32> {
    let content;
    parenthesized!(content in input);
    content.parse::<syn::LitInt>()?.base10_parse()
}

fn expect(input: ParseStream, wanted: &str) -> syn::Result<()> {
    let word = input.call(Ident::parse_any)?;
    if word == wanted {
        return Ok(());
    }
    Err(syn::Error::new(word.span(), format!("expected `{wanted}(…)`, found `{word}`")))
}

impl fmt::Display for PartitionBy {
    /// As it is written in a table's list.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys: Vec<String> = self.keys.iter().map(Key::to_string).collect();
        write!(f, "partition_by({}({}))", self.method.word(), keys.join(", "))
    }
}
