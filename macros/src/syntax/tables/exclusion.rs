//! Exclusion constraints, `room with "=", during with "&&"`.

use std::fmt;

use proc_macro2::{Span, TokenTree};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Ident, LitStr, Token};

use crate::diag::Errors;
use crate::syntax::indexes::key::{Key, KeyValue};
use crate::syntax::words::name::Name;
use crate::syntax::words::sql::Sql;

/// No two rows may compare true in all of these.
#[derive(Clone)]
pub(crate) struct Exclusion {
    pub(crate) elements: Vec<Element>,
    /// The kind of index that enforces it.
    pub(crate) method: Option<Name>,
    /// The rows that it is about; none for all.
    pub(crate) predicate: Option<Sql>,
}

/// What is compared, and how.
#[derive(Clone)]
pub(crate) struct Element {
    pub(crate) key: Key,
    pub(crate) operator: String,
}

/// Those that compare by operators (manual, CREATE TABLE, "EXCLUDE").
const METHODS: [&str; 4] = ["gist", "spgist", "btree", "hash"];

impl Exclusion {
    /// Reads elements up to an option or the end.
    pub(crate) fn parse_elements(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let mut elements = vec![Element::parse(input, errors)?];
        while input.peek(Token![,]) && !input.peek3(Token![=]) && !is_flag(input) {
            input.parse::<Token![,]>()?;
            if input.is_empty() {
                break;
            }
            elements.push(Element::parse(input, errors)?);
        }
        Ok(Exclusion { elements, method: None, predicate: None })
    }

    /// Tells whether it says, and rightly, what enforces it. PostgreSQL would take a btree, which
    /// knows nothing but `=`.
    pub(crate) fn check(&self, span: Span, errors: &mut Errors) {
        let Some(method) = &self.method else {
            errors.at(span, "an exclusion constraint names its index method").help("using = gist");
            return;
        };
        if !METHODS.contains(&method.text.as_str()) {
            errors
                .at(method.span, format_args!("index method `{method}` excludes nothing"))
                .nearest(&method.text, METHODS);
        }
    }

    /// The columns that it names outright.
    pub(crate) fn columns(&self) -> impl Iterator<Item = &Name> {
        self.elements.iter().filter_map(|element| match &element.key.value {
            KeyValue::Column(name) => Some(name),
            KeyValue::Expression(_) => None,
        })
    }

    /// The expressions that it compares.
    pub(crate) fn compared(&self) -> impl Iterator<Item = &Sql> {
        self.elements.iter().filter_map(|element| match &element.key.value {
            KeyValue::Expression(sql) => Some(sql),
            KeyValue::Column(_) => None,
        })
    }

    /// Its expressions, the predicate included.
    pub(crate) fn expressions(&self) -> impl Iterator<Item = &Sql> {
        self.compared().chain(&self.predicate)
    }

    /// The same on a column under another name.
    pub(crate) fn with_column(&self, from: &Name, to: &Name) -> Self {
        let mut exclusion = self.clone();
        for element in &mut exclusion.elements {
            element.key.rename_column(from, to);
        }
        let predicate = self.predicate.as_ref();
        exclusion.predicate = predicate.map(|sql| sql.with_column(&from.text, &to.text));
        exclusion
    }
}

/// Tells whether the word behind the comma stands alone, as no element does.
fn is_flag(input: ParseStream) -> bool {
    let ahead = input.fork();
    ahead.parse::<Token![,]>().is_ok()
        && ahead.call(Ident::parse_any).is_ok()
        && (ahead.is_empty() || ahead.peek(Token![,]))
}

/// An operator as a string, or as it is.
fn operator(input: ParseStream) -> syn::Result<(String, Span)> {
    if input.peek(LitStr) {
        let literal: LitStr = input.parse()?;
        return Ok((literal.value(), literal.span()));
    }
    let (mut text, span) = (String::new(), input.span());
    while let (false, Some((sign, _))) = (input.peek(Token![,]), input.cursor().punct()) {
        input.parse::<TokenTree>()?;
        text.push(sign.as_char());
    }
    if text.is_empty() {
        return Err(syn::Error::new(span, "expected an operator\nhelp: with \"=\""));
    }
    Ok((text, span))
}

impl Element {
    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let key = Key::parse(input, errors)?;
        let word = input.call(Ident::parse_any).map_err(|error| {
            syn::Error::new(error.span(), "expected `with` and an operator\nhelp: with \"=\"")
        })?;
        if word != "with" {
            let message =
                format!("expected `with` and an operator, found `{word}`\nhelp: with \"=\"");
            return Err(syn::Error::new(word.span(), message));
        }
        let (text, span) = operator(input)?;
        let is_comment = text.contains("--") || text.contains("/*");
        let is_operator = |c| "+-*/<>=~!@#%^&|`?".contains(c);
        if text.is_empty() || is_comment || !text.chars().all(is_operator) {
            let message = format!("`{text}` is no operator\nhelp: with \"=\"");
            return Err(syn::Error::new(span, message));
        }
        Ok(Element { key, operator: text })
    }
}

impl fmt::Display for Exclusion {
    /// As it is written in a macro.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let elements: Vec<String> = self.elements.iter().map(Element::to_string).collect();
        f.write_str(&elements.join(", "))?;
        if let Some(method) = &self.method {
            write!(f, ", using = {method}")?;
        }
        match &self.predicate {
            Some(sql) => write!(f, ", where = {sql}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} with {:?}", self.key, self.operator)
    }
}
