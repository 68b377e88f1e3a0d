//! Column types, by PostgreSQL's own short names (manual, "Data Types").

use std::fmt;

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Ident, LitInt, Token, bracketed, parenthesized};

use crate::diag::{Errors, nearest};
use crate::grammar;
use crate::syntax::values::builtin::{self, SERIALS};
use crate::syntax::values::extension;
pub(crate) use crate::syntax::values::family::Family;
use crate::syntax::words::name::{Name, TableName};
use crate::syntax::words::sql::Sql;

/// A column's type.
#[derive(Clone)]
pub(crate) struct Type {
    /// As it is written in a macro.
    written: String,
    /// As it is written in SQL.
    pub(crate) sql: String,
    pub(crate) family: Family,
    /// A type that is none of PostgreSQL's own: an enum's name, a domain's, an extension's.
    pub(crate) named: Option<TableName>,
    /// Whether it is written as SQL, so that nothing has to make it.
    is_trusted: bool,
    pub(crate) span: Span,
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
            is_trusted: false,
            span: Span::call_site(),
        }
    }

    /// Tells whether it is taken on trust that there is one of its name.
    pub(crate) fn is_trusted(&self) -> bool {
        self.is_trusted
    }

    /// Tells whether it may be one of several fields, of which `is null` asks each.
    pub(crate) fn may_have_fields(&self) -> bool {
        self.is_trusted && !self.is_array()
    }

    /// The word that is PostgreSQL's own here, and may be the name of another type elsewhere.
    pub(crate) fn own_word(&self) -> Option<&str> {
        let is_own = self.named.is_none() && !self.is_trusted;
        is_own.then(|| self.word().split(['(', ' ']).next().unwrap_or_default())
    }

    /// As a user would write it in SQL, without quotes where it needs none.
    pub(crate) fn plain(&self) -> String {
        let Some(name) = &self.named else { return self.sql.clone() };
        let behind = self.sql.strip_prefix(&name.quoted()).unwrap_or_default();
        let schema = name.schema.as_ref().map(|schema| format!("{}.", schema.plain()));
        if self.is_trusted {
            return self.sql.clone();
        }
        format!("{}{}{behind}", schema.unwrap_or_default(), name.name.plain())
    }

    /// A cast of a column to it, as a user would write it.
    pub(crate) fn cast(&self, column: &Name) -> String {
        format!("{}::{}", column.plain(), self.plain())
    }

    /// Returns what two ways of writing one type have in common.
    pub(crate) fn canonical(&self) -> String {
        let Some(name) = &self.named else { return self.sql.clone() };
        let text = folded(&self.sql);
        let behind = text.find('(').map_or("", |at| &text[at..]);
        let array = if self.is_array() && !behind.ends_with("[]") { "[]" } else { "" };
        format!("{}{behind}{array}", name.quoted())
    }
}

impl Parse for Type {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let ahead = input.fork().call(Ident::parse_any);
        if ahead.is_ok_and(|word| word == "sql") && input.peek2(syn::token::Paren) {
            let ty = own(input)?;
            return with_brackets(ty, input);
        }
        let ty = match builtin::parse(input)? {
            Some(found) => Type {
                written: found.written,
                sql: found.sql,
                family: found.family,
                named: None,
                is_trusted: false,
                span: found.span,
            },
            None => named(input)?,
        };
        with_brackets(ty, input)
    }
}

/// Reads `[]`, `[3]`, `[][]`, `array[3]` behind a type. PostgreSQL takes every array for one of any
/// size and dimension.
fn with_brackets(mut ty: Type, input: ParseStream) -> syn::Result<Type> {
    let is_word = input.fork().call(Ident::parse_any).is_ok_and(|word| word == "array");
    if is_word {
        input.call(Ident::parse_any)?;
    }
    let mut is_array = is_word;
    while input.peek(syn::token::Bracket) {
        let content;
        bracketed!(content in input);
        content.parse::<Option<LitInt>>()?;
        if !content.is_empty() {
            return Err(content.error("an array's type is written `text[]`"));
        }
        is_array = true;
    }
    if is_array {
        ty.written += "[]";
        ty.sql += "[]";
        ty.family = Family::Quoted;
    }
    Ok(ty)
}

/// `sql("ltree")`: a type in PostgreSQL's words. It is what it would be without them, save that
/// nothing has to make it.
fn own(input: ParseStream) -> syn::Result<Type> {
    let name: Ident = input.call(Ident::parse_any)?;
    let content;
    parenthesized!(content in input);
    let sql: Sql = content.parse()?;
    if let Some(problem) = grammar::problem_of_type(&sql.text) {
        return Err(syn::Error::new(sql.span, problem));
    }
    let folded = folded(&sql.text);
    if let Some((_, integer)) = SERIALS.iter().find(|(serial, _)| folded == *serial) {
        return Err(syn::Error::new(
            sql.span,
            format!(
                "`{folded}` is no type\n\
                 help: {integer} identity\n\
                 help: {integer} not_null default sql(\"nextval('…')\"), and create_sequence!(…); first\n\
                 note: PostgreSQL makes an integer, a sequence and a default of it"
            ),
        ));
    }
    let written = format!("sql({sql})");
    let plain = Type {
        written: written.clone(),
        sql: sql.text.clone(),
        family: Family::Quoted,
        named: None,
        is_trusted: true,
        span: name.span(),
    };
    let Ok(read) = Type::parse.parse_str(&folded) else { return Ok(plain) };
    let at_sql = |name: &Name| Name { span: sql.span, ..name.clone() };
    let named = read.named.as_ref().map(|name| TableName {
        schema: name.schema.as_ref().map(at_sql),
        name: at_sql(&name.name),
    });
    // A name without a schema may be one of `pg_catalog`'s that no table here has.
    let sql = if named.is_some() { sql.text } else { read.sql };
    // The name as PostgreSQL folds it, by which tables are looked up.
    let written = if named.is_some() { format!("sql({folded:?})") } else { written };
    Ok(Type { written, sql, family: read.family, named, ..plain })
}

/// A type's words as the macros take them: PostgreSQL folds what is not quoted, and takes every
/// array for one of any dimension.
fn folded(sql: &str) -> String {
    let mut text = String::new();
    let mut is_quoted = false;
    for c in sql.trim().chars() {
        is_quoted ^= c == '"';
        text.extend(if is_quoted { vec![c] } else { c.to_lowercase().collect() });
    }
    let mut base = text.trim_end();
    let mut is_array = false;
    while let Some((before, inside)) = base.strip_suffix(']').and_then(|rest| rest.rsplit_once('['))
        && inside.trim().chars().all(|c| c.is_ascii_digit())
    {
        (base, is_array) = (before.trim_end(), true);
    }
    if let Some(before) = base.strip_suffix(" array") {
        (base, is_array) = (before.trim_end(), true);
    }
    let base = base.strip_prefix("pg_catalog.").unwrap_or(base);
    format!("{base}{}", if is_array { "[]" } else { "" })
}

/// `order_status`, `billing.order_status`, `vector(3)`: a type that the schema has to have.
fn named(input: ParseStream) -> syn::Result<Type> {
    let name: TableName = input.parse()?;
    let mut inside = String::new();
    if input.peek(syn::token::Paren) {
        if name.schema.is_none() && extension::of_type(&name.name.text).is_none() {
            return Err(unknown(name.span(), &name.to_string(), &[]));
        }
        inside = parameters(input)?;
    }
    // One of `public` that has the name of PostgreSQL's own is written with its schema.
    let is_hidden = name.schema.is_none() && builtin::is_builtin(&name.name.text);
    let schema = if is_hidden { "public." } else { "" };
    Ok(Type {
        written: format!("{schema}{name}{inside}"),
        sql: format!("{}{inside}", name.quoted()),
        family: Family::Quoted,
        is_trusted: false,
        span: name.span(),
        named: Some(name),
    })
}

/// `(3)`, `(Point, 4326)`: what an extension's type takes.
fn parameters(input: ParseStream) -> syn::Result<String> {
    let content;
    parenthesized!(content in input);
    let mut found = Vec::new();
    while !content.is_empty() {
        found.push(if content.peek(LitInt) {
            content.parse::<LitInt>()?.base10_digits().to_owned()
        } else {
            content.call(Ident::parse_any)?.to_string()
        });
        if !content.is_empty() {
            content.parse::<Token![,]>()?;
        }
    }
    Ok(format!("({})", found.join(", ")))
}

impl Type {
    /// Reports a type that is neither PostgreSQL's own nor among these, the schema's.
    pub(crate) fn report_unknown(&self, known: &[String], errors: &mut Errors) {
        errors.syntax(unknown(self.span, self.word(), known));
    }

    /// Tells whether its name looks like one of PostgreSQL's own.
    pub(crate) fn is_slip(&self) -> bool {
        let near = nearest(self.word(), &builtin::names().collect::<Vec<_>>());
        extension::of_type(self.word()).is_none() && other_name(self.word()).or(near).is_some()
    }

    /// The type in SQL without its length or precision, to which a cast changes no value.
    pub(crate) fn without_limit(&self) -> String {
        if self.named.is_some() || self.written.starts_with("sql(") {
            return self.sql.clone();
        }
        let (name, array) = match self.sql.strip_suffix("[]") {
            Some(name) => (name, "[]"),
            None => (self.sql.as_str(), ""),
        };
        // Without a length these two mean one character, one bit; under these names they do not.
        let bare = match name.split_once('(').map_or(name, |(bare, _)| bare.trim()) {
            "char" => "bpchar",
            "bit" => "\"bit\"",
            bare => bare,
        };
        format!("{bare}{array}")
    }

    pub(crate) fn is_array(&self) -> bool {
        self.sql.ends_with(']') || self.sql.to_lowercase().ends_with(" array")
    }

    fn word(&self) -> &str {
        self.written.trim_end_matches("[]")
    }
}

fn unknown(span: Span, written: &str, known: &[String]) -> syn::Error {
    let word = written.split('(').next().unwrap_or(written);
    let names: Vec<&str> = known.iter().map(String::as_str).chain(builtin::names()).collect();
    let help = match (extension::of_type(word), other_name(word).or_else(|| nearest(word, &names)))
    {
        (Some(extension), _) => {
            format!(
                "`sql(\"{written}\")`, or create_extension!({}); before it",
                Name::new(extension)
            )
        }
        (None, Some(name)) => format!("did you mean `{name}`?"),
        (None, None) => format!(
            "`sql(\"{written}\")` if it is an extension's; `create_enum!` or `create_domain!` makes \
             one of your own"
        ),
    };
    syn::Error::new(span, format!("unknown type `{written}`\nhelp: {help}"))
}

/// Returns what PostgreSQL calls a type that has another name elsewhere.
fn other_name(written: &str) -> Option<&'static str> {
    Some(match written {
        "string" | "String" | "str" => "text",
        "i16" => "smallint",
        "i32" | "u16" => "integer",
        "i64" | "u32" | "long" => "bigint",
        "f32" => "real",
        "f64" | "double" => "double precision",
        "datetime" => "timestamptz",
        "blob" => "bytea",
        "smallserial" | "serial2" => "smallint identity",
        "serial" | "serial4" => "integer identity",
        "bigserial" | "serial8" => "bigint identity",
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
        self.canonical() == other.canonical()
    }
}
