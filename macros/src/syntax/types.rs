//! Column types, by PostgreSQL's own short names (manual, "Data Types").

use std::fmt;

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Ident, LitInt, Token, bracketed, parenthesized};

use crate::diag::nearest;
use crate::syntax::sql::Sql;

/// A column's type.
#[derive(Clone)]
pub(crate) struct Type {
    /// As it is written in a macro.
    written: String,
    /// As it is written in SQL.
    pub(crate) sql: String,
    pub(crate) family: Family,
    pub(crate) span: Span,
}

/// What a literal must be to fit a type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Family {
    Integer {
        bits: u32,
    },
    Decimal,
    Boolean,
    /// Character strings, with their limit.
    Text {
        limit: Option<u32>,
    },
    /// Types whose values are written as strings.
    Quoted,
}

/// A type's name in the macros, its name in SQL, and what its values are.
const TYPES: &[(&str, &str, Family)] = &[
    ("smallint", "smallint", Family::Integer { bits: 16 }),
    ("integer", "integer", Family::Integer { bits: 32 }),
    ("int", "integer", Family::Integer { bits: 32 }),
    ("bigint", "bigint", Family::Integer { bits: 64 }),
    ("numeric", "numeric", Family::Decimal),
    ("decimal", "numeric", Family::Decimal),
    ("real", "real", Family::Decimal),
    ("double_precision", "double precision", Family::Decimal),
    ("boolean", "boolean", Family::Boolean),
    ("bool", "boolean", Family::Boolean),
    ("text", "text", Family::Text { limit: None }),
    ("varchar", "varchar", Family::Text { limit: None }),
    ("char", "char", Family::Text { limit: None }),
    ("date", "date", Family::Quoted),
    ("time", "time", Family::Quoted),
    ("timestamp", "timestamp", Family::Quoted),
    ("timestamptz", "timestamptz", Family::Quoted),
    ("interval", "interval", Family::Quoted),
    ("uuid", "uuid", Family::Quoted),
    ("json", "json", Family::Quoted),
    ("jsonb", "jsonb", Family::Quoted),
    ("bytea", "bytea", Family::Quoted),
    ("inet", "inet", Family::Quoted),
    ("cidr", "cidr", Family::Quoted),
    ("macaddr", "macaddr", Family::Quoted),
    ("bit", "bit", Family::Quoted),
    ("varbit", "varbit", Family::Quoted),
    ("tsvector", "tsvector", Family::Quoted),
    ("int4range", "int4range", Family::Quoted),
    ("int8range", "int8range", Family::Quoted),
    ("numrange", "numrange", Family::Quoted),
    ("daterange", "daterange", Family::Quoted),
    ("tstzrange", "tstzrange", Family::Quoted),
];

/// How many numbers a type takes in parentheses, at the most, and what each may be.
fn parameters(name: &str) -> &'static [std::ops::RangeInclusive<u32>] {
    match name {
        "varchar" | "char" => &[1..=10_485_760],
        "bit" | "varbit" => &[1..=83_886_080],
        "numeric" | "decimal" => &[1..=1000, 0..=1000],
        "time" | "timestamp" | "timestamptz" | "interval" => &[0..=6],
        _ => &[],
    }
}

impl Type {
    /// The type of a column about which only its name is known and matters.
    pub(crate) fn text() -> Self {
        let (written, sql) = ("text".to_owned(), "text".to_owned());
        Type { written, sql, family: Family::Text { limit: None }, span: Span::call_site() }
    }
}

impl Parse for Type {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let name: Ident = input.call(Ident::parse_any)?;
        let mut ty = if name == "sql" { own(input, &name)? } else { builtin(input, &name)? };
        if input.peek(syn::token::Bracket) {
            let content;
            bracketed!(content in input);
            if !content.is_empty() {
                return Err(content.error("an array's type is written `text[]`"));
            }
            ty.written += "[]";
            ty.sql += "[]";
            ty.family = Family::Quoted;
        }
        Ok(ty)
    }
}

/// `sql("ltree")`: a type that the list does not know.
fn own(input: ParseStream, name: &Ident) -> syn::Result<Type> {
    let content;
    parenthesized!(content in input);
    let sql: Sql = content.parse()?;
    Ok(Type {
        written: format!("sql({sql})"),
        sql: sql.text,
        family: Family::Quoted,
        span: name.span(),
    })
}

fn builtin(input: ParseStream, name: &Ident) -> syn::Result<Type> {
    let known = TYPES.iter().find(|(written, ..)| name == written);
    let Some((written, sql, family)) = known else { return Err(unknown(name)) };
    let numbers = if input.peek(syn::token::Paren) { numbers(input, name)? } else { Vec::new() };
    let suffix = match numbers.as_slice() {
        [] => String::new(),
        [one] => format!("({one})"),
        many => format!("({})", many.iter().map(u32::to_string).collect::<Vec<_>>().join(", ")),
    };
    let family = match family {
        Family::Text { .. } if *sql == "char" => {
            Family::Text { limit: Some(numbers.first().copied().unwrap_or(1)) }
        }
        Family::Text { .. } => Family::Text { limit: numbers.first().copied() },
        other => *other,
    };
    Ok(Type {
        written: format!("{written}{suffix}"),
        sql: format!("{sql}{suffix}"),
        family,
        span: name.span(),
    })
}

fn numbers(input: ParseStream, name: &Ident) -> syn::Result<Vec<u32>> {
    let content;
    let parens = parenthesized!(content in input);
    let allowed = parameters(&name.to_string());
    let literals = content.parse_terminated(LitInt::parse, Token![,])?;
    if literals.is_empty() || literals.len() > allowed.len() {
        let message = match allowed.len() {
            0 => format!("type `{name}` takes no length"),
            1 => format!("type `{name}` takes one number"),
            _ => format!("type `{name}` takes a precision and a scale"),
        };
        return Err(syn::Error::new(parens.span.open(), message));
    }
    let mut numbers = Vec::new();
    for (literal, range) in literals.iter().zip(allowed) {
        let number = literal.base10_parse()?;
        if !range.contains(&number) {
            let (low, high) = (range.start(), range.end());
            let message = format!("`{name}` takes a number from {low} to {high} here");
            return Err(syn::Error::new(literal.span(), message));
        }
        numbers.push(number);
    }
    Ok(numbers)
}

fn unknown(name: &Ident) -> syn::Error {
    let written = name.to_string();
    let other_names = match written.as_str() {
        "string" | "String" | "str" => Some("text"),
        "i16" | "int2" => Some("smallint"),
        "i32" | "int4" | "u16" => Some("integer"),
        "i64" | "int8" | "u32" | "long" => Some("bigint"),
        "f32" | "float4" => Some("real"),
        "f64" | "float8" | "float" | "double" => Some("double_precision"),
        "datetime" => Some("timestamptz"),
        "blob" => Some("bytea"),
        "serial" => Some("integer identity"),
        "bigserial" => Some("bigint identity"),
        _ => None,
    };
    let names: Vec<&str> = TYPES.iter().map(|(name, ..)| *name).collect();
    let help = match other_names.or_else(|| nearest(&written, &names)) {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!("a type of your own or of an extension is written `sql(\"{written}\")`"),
    };
    syn::Error::new(name.span(), format!("unknown type `{written}`\nhelp: {help}"))
}

impl fmt::Display for Type {
    /// As it is written in a macro.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

impl PartialEq for Type {
    fn eq(&self, other: &Self) -> bool {
        self.sql == other.sql
    }
}
