//! Names: of tables, columns, indexes and constraints.

use std::fmt;

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Ident, LitStr, Token};

use crate::grammar::is_plain_name;

/// PostgreSQL cuts longer identifiers off silently (manual, "Identifiers and Key Words").
pub(crate) const MAX_BYTES: usize = 63;

/// One identifier. A name that is no Rust identifier is written as a string.
#[derive(Clone)]
pub(crate) struct Name {
    pub(crate) text: String,
    pub(crate) span: Span,
}

impl Name {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Name { text: text.into(), span: Span::call_site() }
    }

    /// As it is written in SQL. Names hold no quote: `parse` refuses it.
    pub(crate) fn quoted(&self) -> String {
        // What raw SQL makes may hold quotes.
        format!("\"{}\"", self.text.replace('"', "\"\""))
    }

    /// As a user would write it in SQL: quoted where it has to be.
    pub(crate) fn plain(&self) -> String {
        if is_plain_name(&self.text) { self.text.clone() } else { self.quoted() }
    }
}

impl Parse for Name {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let name = if input.peek(LitStr) {
            let literal: LitStr = input.parse()?;
            Name { text: literal.value(), span: literal.span() }
        } else {
            let ident = input.call(Ident::parse_any)?;
            Name { text: ident.unraw().to_string(), span: ident.span() }
        };
        let wrong = |message: String| Err(syn::Error::new(name.span, message));
        if name.text.is_empty() {
            return wrong("a name is empty".into());
        }
        if name.text.contains(|c: char| c == '"' || c.is_control()) {
            return wrong("a name holds a quote or a control character".into());
        }
        if ["$changeover$", "$catalogs$"].iter().any(|tag| name.text.contains(tag)) {
            return wrong("a name holds what quotes our functions".into());
        }
        if name.text.len() > MAX_BYTES {
            let (text, bytes) = (&name.text, name.text.len());
            let short = Name::new(&text[..text.floor_char_boundary(MAX_BYTES)]);
            return wrong(format!(
                "name `{text}` has {bytes} bytes, more than {MAX_BYTES}\n\
                 help: {short}\n\
                 note: PostgreSQL cuts longer names off silently"
            ));
        }
        Ok(name)
    }
}

impl fmt::Display for Name {
    /// As it is written in a macro.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The compiler reports a text that it cannot split into tokens by itself.
        let is_word = self.text.chars().all(|c| c.is_alphanumeric() || c == '_')
            && !self.text.starts_with(|c: char| c.is_numeric());
        // What ASCII has is known; the rest is left to Rust's own rules, which would be felt.
        let is_ident = || self.text.is_ascii() || syn::parse_str::<AnyIdent>(&self.text).is_ok();
        if is_word && is_ident() { f.write_str(&self.text) } else { write!(f, "{:?}", self.text) }
    }
}

struct AnyIdent;

impl Parse for AnyIdent {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        input.call(Ident::parse_any).map(|_| AnyIdent)
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Name {}

impl PartialEq<str> for Name {
    fn eq(&self, other: &str) -> bool {
        self.text == other
    }
}

/// A table, `users` or `billing.invoices`. Without a schema it is one of `public`.
#[derive(Clone)]
pub(crate) struct TableName {
    pub(crate) schema: Option<Name>,
    pub(crate) name: Name,
}

impl TableName {
    pub(crate) fn schema(&self) -> &str {
        self.schema.as_ref().map_or("public", |schema| &schema.text)
    }

    pub(crate) fn span(&self) -> Span {
        self.name.span
    }

    /// Reads a name that was written by `to_string`.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let is_word = |word: &str| {
            let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
            word.bytes().all(is_part) && word.bytes().next().is_some_and(|it| !it.is_ascii_digit())
        };
        let (schema, name) = match text.split_once('.') {
            Some((schema, name)) => (Some(schema), name),
            None => (None, text),
        };
        // To split a text into tokens would be felt.
        if !schema.is_none_or(is_word) || !is_word(name) {
            return syn::parse_str(text).ok();
        }
        Some(TableName { schema: schema.map(Name::new).and_then(schema_of), name: Name::new(name) })
    }

    /// Tells whether `to_string` writes it so. Many names are asked, of which few are like it.
    pub(crate) fn is_written(&self, text: &str) -> bool {
        let name = self.name.text.as_bytes();
        (text.as_bytes().ends_with(name) || text.ends_with('"')) && self.to_string() == text
    }

    /// As it is written in SQL: quoted and schema-qualified.
    pub(crate) fn quoted(&self) -> String {
        self.sibling(&self.name.text)
    }

    /// Another object of the same schema, as it is written in SQL.
    pub(crate) fn sibling(&self, name: &str) -> String {
        let [schema, name] = [self.schema(), name].map(|name| name.replace('"', "\"\""));
        format!("\"{schema}\".\"{name}\"")
    }
}

impl Parse for TableName {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let first: Name = input.parse()?;
        if !input.peek(Token![.]) {
            return Ok(TableName { schema: None, name: first });
        }
        input.parse::<Token![.]>()?;
        Ok(TableName { schema: schema_of(first), name: input.parse()? })
    }
}

/// `public.users` and `users` are one table, so they are written one way.
fn schema_of(name: Name) -> Option<Name> {
    (name.text != "public").then_some(name)
}

impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(schema) = &self.schema {
            write!(f, "{schema}.")?;
        }
        write!(f, "{}", self.name)
    }
}

impl PartialEq for TableName {
    fn eq(&self, other: &Self) -> bool {
        self.schema() == other.schema() && self.name == other.name
    }
}

/// A column with its table, `users.username` or `billing.invoices.total`.
#[derive(Clone)]
pub(crate) struct ColumnName {
    pub(crate) table: TableName,
    pub(crate) name: Name,
}

impl ColumnName {
    /// A value with its enum in the table's place, `order_status.shipped`.
    pub(crate) fn parse_value(input: ParseStream) -> syn::Result<Self> {
        let first: Name = input.fork().parse()?;
        if !input.peek2(Token![.]) {
            let message = format!("expected a value with its enum, `{first}.value`");
            return Err(syn::Error::new(first.span, message));
        }
        input.parse()
    }
}

impl Parse for ColumnName {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        Self::parse_part(input, "column")
    }
}

impl ColumnName {
    /// A constraint with its table, which is written in the same way.
    pub(crate) fn parse_constraint(input: ParseStream) -> syn::Result<Self> {
        Self::parse_part(input, "constraint")
    }

    fn parse_part(input: ParseStream, what: &str) -> syn::Result<Self> {
        let first: Name = input.parse()?;
        if !input.peek(Token![.]) {
            return Err(syn::Error::new(
                first.span,
                format!("expected a {what} with its table, `table.{first}`"),
            ));
        }
        input.parse::<Token![.]>()?;
        let second: Name = input.parse()?;
        if !input.peek(Token![.]) {
            return Ok(ColumnName { table: TableName { schema: None, name: first }, name: second });
        }
        input.parse::<Token![.]>()?;
        let table = TableName { schema: schema_of(first), name: second };
        Ok(ColumnName { table, name: input.parse()? })
    }
}

impl fmt::Display for ColumnName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.table, self.name)
    }
}

/// As they are listed in a macro.
pub(crate) fn join(names: &[Name]) -> String {
    names.iter().map(Name::to_string).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every string of up to so many of these is a name that is quoted right, or refused.
    const PIECES: [&str; 14] = [
        "a",
        "A",
        " ",
        "'",
        "\"",
        "\\",
        "\0",
        "\n",
        "\u{1b}",
        "é",
        "💥",
        "$changeover$",
        "--",
        "select",
    ];

    fn strings(pieces: u32) -> impl Iterator<Item = String> {
        let count = PIECES.len();
        (0..count.pow(pieces)).map(move |number| {
            let piece = |place: u32| PIECES[number / count.pow(place) % count];
            (0..pieces).map(piece).collect()
        })
    }

    fn parse(text: &str) -> Option<Name> {
        let literal = proc_macro2::Literal::string(text);
        syn::parse2(proc_macro2::TokenStream::from(proc_macro2::TokenTree::from(literal))).ok()
    }

    #[test]
    fn whatever_is_a_name_is_one_when_it_is_quoted() {
        for text in strings(3) {
            let is_bad = ["\"", "\0", "\n", "\u{1b}", "$changeover$"];
            let is_bad = is_bad.iter().any(|piece| text.contains(piece));
            match parse(&text) {
                Some(name) => {
                    assert!(!is_bad && name.quoted() == format!("\"{text}\""), "{text:?}");
                }
                None => assert!(is_bad, "{text:?}"),
            }
        }
    }

    #[test]
    fn a_name_that_postgresql_would_cut_is_refused() {
        assert!(parse(&"é".repeat(31)).is_some());
        assert!(parse(&"é".repeat(32)).is_none());
        assert!(parse("").is_none());
    }
}
