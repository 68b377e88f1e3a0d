//! Indexes, `users(plan, created_at desc), unique, where = "…"`.

use std::fmt;

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Ident, Token, parenthesized};

use crate::diag::Errors;
use crate::syntax::indexes::key::{Key, KeyValue};
use crate::syntax::indexes::method::{Using, method, methods};
use crate::syntax::indexes::storage::{OF_OPCLASSES, Parameters};
use crate::syntax::words::list::{flag, inside, items, options, value};
use crate::syntax::words::name::Name;
use crate::syntax::words::name::join;
use crate::syntax::words::sql::Sql;

/// An index; one that a user did not name gets its name from the model.
#[derive(Clone)]
pub(crate) struct Index {
    pub(crate) name: Option<Name>,
    pub(crate) keys: Vec<Key>,
    pub(crate) unique: bool,
    /// Whether NULLs are equal to each other; from PostgreSQL 15 on.
    pub(crate) nulls_not_distinct: bool,
    pub(crate) method: Option<Name>,
    pub(crate) include: Vec<Name>,
    pub(crate) parameters: Parameters,
    pub(crate) tablespace: Option<Name>,
    pub(crate) predicate: Option<Sql>,
    pub(crate) span: Span,
}

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

    /// Reads `index(keys, option, …)` or `index((keys), option, …)` of a table's list, from behind its word.
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
        let mut keys = vec![Key::parse(&content, errors)?];
        while content.peek(Token![,]) && !is_option(&content) {
            content.parse::<Token![,]>()?;
            if !content.is_empty() {
                keys.push(Key::parse(&content, errors)?);
            }
        }
        let mut index = Index::of(keys, word.span());
        index.parse_options(&content, errors);
        Ok(index)
    }

    pub(crate) fn of(keys: Vec<Key>, span: Span) -> Self {
        Index {
            name: None,
            keys,
            unique: false,
            nulls_not_distinct: false,
            method: None,
            include: Vec::new(),
            parameters: Parameters::default(),
            tablespace: None,
            predicate: None,
            span,
        }
    }

    fn parse_keys(input: ParseStream, errors: &mut Errors) -> syn::Result<Vec<Key>> {
        if input.is_empty() {
            return Err(syn::Error::new(input.span(), "an index needs a column"));
        }
        let mut keys = Vec::new();
        items(input, errors, |input, errors| {
            keys.push(Key::parse(input, errors)?);
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
        let (mut using, mut parameters) = (None, None);
        options(
            input,
            errors,
            &mut [
                ("unique", &mut flag(&mut self.unique)),
                ("nulls_not_distinct", &mut flag(&mut self.nulls_not_distinct)),
                ("where", &mut value(&mut self.predicate)),
                ("using", &mut value(&mut using)),
                ("include", &mut read_include),
                ("with", &mut inside(&mut parameters)),
                ("tablespace", &mut value(&mut self.tablespace)),
                ("name", &mut value(&mut self.name)),
            ],
        );
        self.method = using.map(|Using(name)| name);
        self.parameters = parameters.unwrap_or_default();
        self.check(errors);
    }

    /// Reports what its method cannot do.
    fn check(&self, errors: &mut Errors) {
        let method = method(self.method.as_ref());
        let name = method.name;
        for word in self.keys.iter().filter_map(Key::order).filter(|_| !method.is_sorted) {
            errors
                .at(word.span(), format_args!("a {name} index has no order"))
                .help("using = btree");
        }
        let span = self.method.as_ref().map_or(self.span, |name| name.span);
        let mut refuse = |wrong: bool, what: &str, help: String| {
            if wrong {
                errors.at(span, format_args!("a {name} index {what}")).help(help);
            }
        };
        refuse(self.unique && !method.is_sorted, "cannot be unique", "using = btree".into());
        let includes = !self.include.is_empty() && !method.can_include;
        refuse(includes, "takes no further columns", methods(|method| method.can_include));
        let several = self.keys.len() > 1 && !method.takes_several_keys;
        refuse(several, "has one key", methods(|method| method.takes_several_keys));
        if self.nulls_not_distinct && !self.unique {
            errors
                .at(
                    self.span,
                    "`nulls_not_distinct` says which rows a unique index takes for equal",
                )
                .help("unique, nulls_not_distinct");
        }
        if let Some(known) = method.parameters {
            self.parameters.check(known, errors);
        }
        for opclass in self.keys.iter().filter_map(|key| key.opclass.as_ref()) {
            opclass.parameters.check(OF_OPCLASSES, errors);
        }
    }

    /// The index on a column under another name.
    pub(crate) fn with_column(&self, from: &Name, to: &Name) -> Index {
        let mut index = self.clone();
        let rename = |name: &mut Name| {
            if name == from {
                *name = to.clone();
            }
        };
        index.keys.iter_mut().for_each(|key| key.rename_column(from, to));
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

    pub(crate) fn expressions_mut(&mut self) -> impl Iterator<Item = &mut Sql> {
        let keys = self.keys.iter_mut().filter_map(|key| match &mut key.value {
            KeyValue::Expression(sql) => Some(sql),
            KeyValue::Column(_) => None,
        });
        keys.chain(&mut self.predicate)
    }

    /// Tells whether its columns identify a row, so that a foreign key may point at them.
    pub(crate) fn is_key(&self) -> bool {
        self.unique && self.expressions().next().is_none()
    }

    /// Tells whether it is another but for its name.
    pub(crate) fn is_like(&self, other: &Index) -> bool {
        let unnamed = |index: &Index| Index { name: None, ..index.clone() }.to_string();
        unnamed(self) == unnamed(other)
    }

    /// Tells whether it needs this column.
    pub(crate) fn needs(&self, column: &str) -> bool {
        self.columns().any(|name| name == column)
            || self.expressions().any(|sql| sql.mentions(column))
    }
}

/// Tells whether the word behind the comma is an option, and no key: a column of that name is
/// written as a string.
fn is_option(input: ParseStream) -> bool {
    let ahead = input.fork();
    let word = ahead.parse::<Token![,]>().and_then(|_| ahead.call(Ident::parse_any)).ok();
    let word = word.map(|word| word.to_string()).unwrap_or_default();
    let has_value = ahead.peek(Token![=]);
    let has_group = ahead.peek(syn::token::Paren) && ["include", "with"].contains(&word.as_str());
    let is_flag = ["unique", "nulls_not_distinct"].contains(&word.as_str());
    has_value || has_group || (is_flag && (ahead.is_empty() || ahead.peek(Token![,])))
}

impl fmt::Display for Index {
    /// As it is written in a table's list.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys: Vec<String> = self.keys.iter().map(Key::to_string).collect();
        write!(f, "index(({})", keys.join(", "))?;
        f.write_str(if self.unique { ", unique" } else { "" })?;
        f.write_str(if self.nulls_not_distinct { ", nulls_not_distinct" } else { "" })?;
        if let Some(predicate) = &self.predicate {
            write!(f, ", where = {predicate}")?;
        }
        if let Some(method) = &self.method {
            write!(f, ", using = {method}")?;
        }
        if !self.include.is_empty() {
            write!(f, ", include({})", join(&self.include))?;
        }
        if !self.parameters.is_empty() {
            write!(f, ", with({})", self.parameters)?;
        }
        if let Some(tablespace) = &self.tablespace {
            write!(f, ", tablespace = {tablespace}")?;
        }
        if let Some(name) = &self.name {
            write!(f, ", name = {name}")?;
        }
        f.write_str(")")
    }
}
