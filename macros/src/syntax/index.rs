//! Indexes, `users(plan, created_at desc), unique, where = "…"`.

use std::fmt;

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Ident, Token, parenthesized};

use crate::diag::{Errors, nearest};
use crate::syntax::constraint::join;
use crate::syntax::list::{self, flag, items, value};
use crate::syntax::name::Name;
use crate::syntax::sql::Sql;

/// An index; one that a user did not name gets its name from the model.
#[derive(Clone)]
pub(crate) struct Index {
    pub(crate) name: Option<Name>,
    pub(crate) keys: Vec<Key>,
    pub(crate) unique: bool,
    pub(crate) method: Option<Name>,
    pub(crate) include: Vec<Name>,
    pub(crate) predicate: Option<Sql>,
    pub(crate) span: Span,
}

/// One key of an index.
#[derive(Clone)]
pub(crate) struct Key {
    pub(crate) value: KeyValue,
    pub(crate) descending: bool,
}

#[derive(Clone)]
pub(crate) enum KeyValue {
    Column(Name),
    Expression(Sql),
}

/// PostgreSQL manual, "Index Types".
const METHODS: [&str; 6] = ["btree", "hash", "gin", "gist", "spgist", "brin"];

impl Index {
    /// Reads `(keys), option, …` to the end of `input`.
    pub(crate) fn parse(span: Span, input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let content;
        parenthesized!(content in input);
        let keys = Self::parse_keys(&content, errors)?;
        let mut index = Index::of(keys, span);
        index.parse_options(input, errors);
        Ok(index)
    }

    /// Reads `index(keys)` or `index((keys), option, …)` of a table's list, from behind its word.
    pub(crate) fn parse_item(
        word: &Ident,
        input: ParseStream,
        errors: &mut Errors,
    ) -> syn::Result<Self> {
        let content;
        parenthesized!(content in input);
        if content.peek(syn::token::Paren) {
            return Index::parse(word.span(), &content, errors);
        }
        Ok(Index::of(Self::parse_keys(&content, errors)?, word.span()))
    }

    pub(crate) fn of(keys: Vec<Key>, span: Span) -> Self {
        Index {
            name: None,
            keys,
            unique: false,
            method: None,
            include: Vec::new(),
            predicate: None,
            span,
        }
    }

    fn parse_keys(input: ParseStream, errors: &mut Errors) -> syn::Result<Vec<Key>> {
        if input.is_empty() {
            return Err(syn::Error::new(input.span(), "an index needs a column"));
        }
        let mut keys = Vec::new();
        items(input, errors, |input, _| {
            keys.push(input.parse()?);
            Ok(())
        });
        Ok(keys)
    }

    fn parse_options(&mut self, input: ParseStream, errors: &mut Errors) {
        let include = &mut self.include;
        let mut read_include = |input: ParseStream| {
            let content;
            parenthesized!(content in input);
            include.extend(content.parse_terminated(Name::parse, Token![,])?);
            Ok(())
        };
        let method = &mut self.method;
        let mut read_method = |input: ParseStream| {
            input.parse::<Token![=]>()?;
            let name: Name = input.parse()?;
            if !METHODS.contains(&name.text.as_str()) {
                return Err(unknown_method(&name));
            }
            *method = Some(name);
            Ok(())
        };
        list::options(
            input,
            errors,
            &mut [
                ("unique", &mut flag(&mut self.unique)),
                ("where", &mut value(&mut self.predicate)),
                ("using", &mut read_method),
                ("include", &mut read_include),
                ("name", &mut value(&mut self.name)),
            ],
        );
    }

    /// The index on a column under another name.
    pub(crate) fn with_column(&self, from: &Name, to: &Name) -> Index {
        let mut index = self.clone();
        let rename = |name: &mut Name| {
            if name == from {
                *name = to.clone();
            }
        };
        for key in &mut index.keys {
            match &mut key.value {
                KeyValue::Column(name) => rename(name),
                KeyValue::Expression(sql) => *sql = sql.with_column(&from.text, &to.text),
            }
        }
        index.include.iter_mut().for_each(rename);
        if let Some(predicate) = &mut index.predicate {
            *predicate = predicate.with_column(&from.text, &to.text);
        }
        index
    }

    /// The columns that the index names outright.
    pub(crate) fn columns(&self) -> impl Iterator<Item = &Name> {
        self.key_columns().chain(&self.include)
    }

    /// Those of them that it is sorted by.
    pub(crate) fn key_columns(&self) -> impl Iterator<Item = &Name> {
        self.keys.iter().filter_map(|key| match &key.value {
            KeyValue::Column(name) => Some(name),
            KeyValue::Expression(_) => None,
        })
    }

    /// The columns that it is sorted by before the first expression.
    pub(crate) fn leading_columns(&self) -> impl Iterator<Item = &Name> {
        self.keys.iter().map_while(|key| match &key.value {
            KeyValue::Column(name) => Some(name),
            KeyValue::Expression(_) => None,
        })
    }

    /// The expressions, the predicate included.
    pub(crate) fn expressions(&self) -> impl Iterator<Item = &Sql> {
        let keys = self.keys.iter().filter_map(|key| match &key.value {
            KeyValue::Expression(sql) => Some(sql),
            KeyValue::Column(_) => None,
        });
        keys.chain(&self.predicate)
    }

    /// Whether its columns identify a row, so that a foreign key may point at them.
    pub(crate) fn is_key(&self) -> bool {
        self.unique && self.expressions().next().is_none()
    }

    /// Whether it finds the rows that have given values in these columns.
    pub(crate) fn begins_with(&self, columns: &[Name]) -> bool {
        let leading: Vec<&Name> = self.key_columns().take(columns.len()).collect();
        self.expressions().next().is_none() && columns.iter().all(|name| leading.contains(&name))
    }

    /// Whether it needs this column.
    pub(crate) fn needs(&self, column: &str) -> bool {
        self.columns().any(|name| name == column)
            || self.expressions().any(|sql| sql.mentions(column))
    }
}

fn unknown_method(name: &Name) -> syn::Error {
    let help = match nearest(&name.text, &METHODS) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("one of `{}`", METHODS.join("`, `")),
    };
    syn::Error::new(name.span, format!("unknown index method `{name}`\nhelp: {help}"))
}

impl Parse for Key {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let value = if input.peek2(syn::token::Paren) {
            let word = input.call(Ident::parse_any)?;
            let content;
            parenthesized!(content in input);
            if word != "sql" {
                let call = format!("{word}({content})");
                let message = format!("an expression is written as SQL\nhelp: sql(\"{call}\")");
                return Err(syn::Error::new(word.span(), message));
            }
            KeyValue::Expression(content.parse()?)
        } else {
            KeyValue::Column(input.parse()?)
        };
        let mut descending = false;
        if !input.is_empty() && !input.peek(Token![,]) {
            let word = input.call(Ident::parse_any)?;
            descending = word == "desc";
            if !descending && word != "asc" {
                let help = nearest(&word.to_string(), &["asc", "desc"]).unwrap_or("asc");
                let message = format!("expected `asc`, `desc` or a comma, found `{word}`");
                let message = format!("{message}\nhelp: did you mean `{help}`?");
                return Err(syn::Error::new(word.span(), message));
            }
        }
        Ok(Key { value, descending })
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            KeyValue::Column(name) => write!(f, "{name}")?,
            KeyValue::Expression(sql) => write!(f, "sql({sql})")?,
        }
        f.write_str(if self.descending { " desc" } else { "" })
    }
}

impl fmt::Display for Index {
    /// As it is written in a table's list.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys: Vec<String> = self.keys.iter().map(Key::to_string).collect();
        write!(f, "index(({})", keys.join(", "))?;
        if self.unique {
            f.write_str(", unique")?;
        }
        if let Some(predicate) = &self.predicate {
            write!(f, ", where = {predicate}")?;
        }
        if let Some(method) = &self.method {
            write!(f, ", using = {method}")?;
        }
        if !self.include.is_empty() {
            write!(f, ", include({})", join(&self.include))?;
        }
        if let Some(name) = &self.name {
            write!(f, ", name = {name}")?;
        }
        f.write_str(")")
    }
}
