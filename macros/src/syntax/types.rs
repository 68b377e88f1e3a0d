//! Column types, by PostgreSQL's own short names (manual, "Data Types").

use std::fmt;

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Ident, LitInt, Token, bracketed, parenthesized};

use crate::diag::{Errors, nearest};
use crate::grammar;
use crate::syntax::name::TableName;
use crate::syntax::sql::Sql;

/// A column's type.
#[derive(Clone)]
pub(crate) struct Type {
    /// As it is written in a macro.
    written: String,
    /// As it is written in SQL.
    pub(crate) sql: String,
    pub(crate) family: Family,
    /// A type that is none of PostgreSQL's own: an enum's name, a domain's.
    pub(crate) named: Option<TableName>,
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
        Type {
            written,
            sql,
            family: Family::Text { limit: None },
            named: None,
            span: Span::call_site(),
        }
    }
}

impl Parse for Type {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let ahead: Ident = input.fork().call(Ident::parse_any)?;
        let is_known = TYPES.iter().any(|(written, ..)| ahead == written);
        let mut ty = if ahead == "sql" && input.peek2(syn::token::Paren) {
            own(input)?
        } else if is_known && !input.peek2(Token![.]) {
            builtin(input)?
        } else {
            named(input)?
        };
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
fn own(input: ParseStream) -> syn::Result<Type> {
    let name: Ident = input.call(Ident::parse_any)?;
    let content;
    parenthesized!(content in input);
    let sql: Sql = content.parse()?;
    if let Some(problem) = grammar::problem_of_type(&sql.text) {
        return Err(syn::Error::new(sql.span, problem));
    }
    Ok(Type {
        written: format!("sql({sql})"),
        sql: sql.text,
        family: Family::Quoted,
        named: None,
        span: name.span(),
    })
}

/// `order_status`, `billing.order_status`: a type that the schema has to have.
fn named(input: ParseStream) -> syn::Result<Type> {
    let name: TableName = input.parse()?;
    if input.peek(syn::token::Paren) {
        return Err(unknown(name.span(), &name.to_string(), &[]));
    }
    Ok(Type {
        written: name.to_string(),
        sql: name.quoted(),
        family: Family::Quoted,
        span: name.span(),
        named: Some(name),
    })
}

fn builtin(input: ParseStream) -> syn::Result<Type> {
    let name: Ident = input.call(Ident::parse_any)?;
    let known = TYPES.iter().find(|(written, ..)| name == written);
    let Some((written, sql, family)) = known else {
        return Err(syn::Error::new(name.span(), "expected a type"));
    };
    let numbers = if input.peek(syn::token::Paren) { numbers(input, &name)? } else { Vec::new() };
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
        named: None,
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

impl Type {
    /// Reports a type that is neither PostgreSQL's own nor among these, the schema's.
    pub(crate) fn report_unknown(&self, known: &[String], errors: &mut Errors) {
        errors.syntax(unknown(self.span, self.word(), known));
    }

    /// Whether its name looks like one of PostgreSQL's own.
    pub(crate) fn is_slip(&self) -> bool {
        let near = nearest(self.word(), &builtins().collect::<Vec<_>>());
        other_name(self.word()).or(near).is_some()
    }

    pub(crate) fn is_array(&self) -> bool {
        self.written.ends_with("[]")
    }

    fn word(&self) -> &str {
        self.written.trim_end_matches("[]")
    }
}

fn unknown(span: Span, written: &str, known: &[String]) -> syn::Error {
    let names: Vec<&str> = known.iter().map(String::as_str).chain(builtins()).collect();
    let help = match other_name(written).or_else(|| nearest(written, &names)) {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!(
            "`create_enum!` or `create_domain!` makes one; an extension's is written \
             `sql(\"{written}\")`"
        ),
    };
    syn::Error::new(span, format!("unknown type `{written}`\nhelp: {help}"))
}

fn builtins<'a>() -> impl Iterator<Item = &'a str> {
    TYPES.iter().map(|(name, ..)| *name)
}

/// What PostgreSQL calls a type that has another name elsewhere.
fn other_name(written: &str) -> Option<&'static str> {
    Some(match written {
        "string" | "String" | "str" => "text",
        "i16" | "int2" => "smallint",
        "i32" | "int4" | "u16" => "integer",
        "i64" | "int8" | "u32" | "long" => "bigint",
        "f32" | "float4" => "real",
        "f64" | "float8" | "float" | "double" => "double_precision",
        "datetime" => "timestamptz",
        "blob" => "bytea",
        "serial" => "integer identity",
        "bigserial" => "bigint identity",
        _ => return None,
    })
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
