//! Defaults: a literal that must fit the column's type, or an expression of SQL.

use std::fmt;

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Ident, Lit, Token, parenthesized};

use crate::diag::Errors;
use crate::syntax::values::bare_default::{bare, goes_on};
pub(crate) use crate::syntax::values::literal::literal;
use crate::syntax::values::types::{Family, Type};
use crate::syntax::words::lexer::{Token as Word, tokens};
use crate::syntax::words::sql::Sql;

/// A column's default.
#[derive(Clone)]
pub(crate) struct Default {
    kind: Kind,
    pub(crate) span: Span,
}

#[derive(Clone)]
enum Kind {
    Text(String),
    /// A number, its sign included.
    Number(String),
    Boolean(bool),
    Sql(Sql),
}

impl Default {
    /// An expression that we made.
    pub(crate) fn expression(sql: Sql) -> Self {
        Default { span: sql.span, kind: Kind::Sql(sql) }
    }

    /// A default of which only that it is there is known and matters.
    pub(crate) fn unstated() -> Self {
        Default { kind: Kind::Text(String::new()), span: Span::call_site() }
    }

    /// The expression, where it is no literal.
    pub(crate) fn computed(&self) -> Option<&Sql> {
        match &self.kind {
            Kind::Sql(sql) => Some(sql),
            Kind::Text(_) | Kind::Number(_) | Kind::Boolean(_) => None,
        }
    }

    pub(crate) fn sql(&self) -> String {
        match &self.kind {
            Kind::Text(text) => literal(text),
            Kind::Number(number) => number.clone(),
            Kind::Boolean(value) => value.to_string(),
            Kind::Sql(sql) if sql.is_primary() => sql.text.clone(),
            // The grammar takes no other expression here (manual, CREATE TABLE: `b_expr`).
            Kind::Sql(sql) => format!("({})", sql.text),
        }
    }

    /// The sequence that it takes a number from, as SQL, where it does nothing else.
    pub(crate) fn sequence(&self) -> Option<String> {
        let Kind::Sql(sql) = &self.kind else { return None };
        let tokens = tokens(&sql.text).ok()?;
        let [Word::Word(word), Word::Sign('('), Word::Text(name), cast @ .., Word::Sign(')')] =
            tokens.as_slice()
        else {
            return None;
        };
        let is_plain =
            matches!(cast, [] | [Word::Sign(':'), Word::Sign(':'), Word::Word("regclass")]);
        (word.eq_ignore_ascii_case("nextval") && is_plain).then(|| (*name).to_owned())
    }

    /// A string that we chose.
    pub(crate) fn of_text(text: &str, span: Span) -> Self {
        Default { kind: Kind::Text(text.to_owned()), span }
    }

    /// The string, where it is one.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn is_sql(&self) -> bool {
        matches!(self.kind, Kind::Sql(_))
    }

    /// Tells whether each row gets a value of its own, so that adding a column with this default
    /// rewrites the table (catalog A1 and A3).
    pub(crate) fn is_volatile(&self) -> bool {
        matches!(&self.kind, Kind::Sql(sql) if sql.is_volatile())
    }

    /// Reports a literal that the type cannot hold.
    pub(crate) fn check(&self, ty: &Type, errors: &mut Errors) {
        if ty.named.is_some() && !ty.is_array() {
            // The schema knows what such a type takes.
            return;
        }
        let problem = match (&self.kind, ty.family) {
            (Kind::Sql(_), _)
            | (Kind::Boolean(_), Family::Boolean)
            | (Kind::Number(_), Family::Decimal) => return,
            (Kind::Number(_), Family::Quoted) if takes_numbers(&ty.sql) => return,
            (Kind::Text(text), Family::Text { limit }) => match limit {
                Some(limit) if text.chars().count() > limit as usize => {
                    format!("the default has {} characters, too many", text.chars().count())
                }
                _ => return,
            },
            (Kind::Text(text), Family::Quoted) => match misfit(text, &ty.sql) {
                Some(expected) => format!("the default is no {expected}"),
                None => return,
            },
            (Kind::Number(number), Family::Integer { bits }) => match number.parse::<i128>() {
                Ok(value) if value >> (bits - 1) == 0 || value >> (bits - 1) == -1 => return,
                Ok(_) => "the default is out of range".to_owned(),
                Err(_) => "the default is no whole number".to_owned(),
            },
            (Kind::Text(_), _) => "the default is a string".to_owned(),
            (Kind::Number(_), _) => "the default is a number".to_owned(),
            (Kind::Boolean(_), _) => "the default is a boolean".to_owned(),
        };
        errors.at(self.span, format_args!("{problem} for type `{ty}`")).help(example(ty));
    }
}

/// Types whose values are written as strings, and as numbers too.
fn takes_numbers(sql: &str) -> bool {
    sql == "money" || sql == "oid" || (sql.starts_with("reg") && !sql.ends_with("[]"))
}

/// A default of the form that the type takes, to paste in the place of another.
pub(crate) fn example(ty: &Type) -> String {
    if ty.named.is_some() && !ty.is_array() {
        return "\"…\"".into();
    }
    match (ty.family, ty.sql.as_str()) {
        (Family::Integer { .. }, _) => "0".into(),
        (Family::Decimal, _) => "0.0".into(),
        (Family::Boolean, _) => "false".into(),
        (Family::Text { .. }, _) => "\"\"".into(),
        (_, "uuid") => "sql(\"gen_random_uuid()\")".into(),
        (_, "timestamptz" | "timestamp" | "date" | "time") => "sql(\"now()\")".into(),
        (_, "json" | "jsonb") => "\"{}\"".into(),
        (_, array) if array.ends_with("[]") => "\"{}\"".into(),
        (_, sql) => format!("sql(\"…::{sql}\")"),
    }
}

/// Returns what a string would have to be for the type, where that can be told without a server.
fn misfit(text: &str, sql: &str) -> Option<&'static str> {
    let trimmed = text.trim();
    let fits = match sql {
        "uuid" => trimmed.chars().filter(char::is_ascii_hexdigit).count() == 32,
        "json" | "jsonb" => {
            trimmed.starts_with(['{', '[', '"', '-', 't', 'f', 'n'])
                || trimmed.starts_with(|c: char| c.is_ascii_digit())
        }
        "inet" | "cidr" => trimmed.contains(['.', ':']),
        "date" | "timestamp" | "timestamptz" | "time" | "interval" => {
            trimmed.contains(|c: char| c.is_ascii_digit()) || WORDS.contains(&trimmed)
        }
        array if array.ends_with("[]") => trimmed.starts_with('{') && trimmed.ends_with('}'),
        _ => true,
    };
    match sql {
        _ if fits => None,
        "uuid" => Some("uuid"),
        "json" | "jsonb" => Some("JSON value"),
        "inet" | "cidr" => Some("network address"),
        "date" | "timestamp" | "timestamptz" | "time" | "interval" => Some("date or time"),
        _ => Some("array (write `{a,b}`)"),
    }
}

/// PostgreSQL manual, "Special Date/Time Inputs"; `now` and its like are left out, because as a
/// string they mean the moment when the table was made.
const WORDS: &[&str] = &["epoch", "infinity", "-infinity", "allballs"];

impl Parse for Default {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        if input.peek(syn::token::Paren)
            || (input.peek(Ident::peek_any) && !input.peek(syn::LitBool))
        {
            let ahead: syn::Result<Ident> = input.fork().call(Ident::parse_any);
            if ahead.is_err() || ahead.is_ok_and(|word| word != "sql") {
                return Err(bare(input));
            }
            let word = input.call(Ident::parse_any)?;
            let content;
            parenthesized!(content in input);
            return Ok(Default { kind: Kind::Sql(content.parse()?), span: word.span() });
        }
        if goes_on(input) {
            return Err(bare(input));
        }
        let minus: Option<Token![-]> = input.parse()?;
        let sign = if minus.is_some() { "-" } else { "" };
        let value: Lit = input.parse()?;
        let kind = match &value {
            Lit::Int(number) => Kind::Number(format!("{sign}{}", number.base10_digits())),
            Lit::Float(number) => Kind::Number(format!("{sign}{}", number.base10_digits())),
            Lit::Str(text) if minus.is_none() && !text.value().contains('\0') => {
                Kind::Text(text.value())
            }
            Lit::Bool(value) if minus.is_none() => Kind::Boolean(value.value),
            other => {
                return Err(syn::Error::new(
                    other.span(),
                    "expected a string, a number, a boolean or `sql(\"…\")`",
                ));
            }
        };
        Ok(Default { kind, span: value.span() })
    }
}

impl fmt::Display for Default {
    /// As it is written in a macro.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Text(text) => write!(f, "{text:?}"),
            Kind::Number(number) => f.write_str(number),
            Kind::Boolean(value) => write!(f, "{value}"),
            Kind::Sql(sql) => write!(f, "sql({sql})"),
        }
    }
}
