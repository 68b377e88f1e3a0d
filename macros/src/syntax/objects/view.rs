//! Views, `active_users(id, name), "select …", option, …`: what `create_view!` and
//! `replace_view!` take.

use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Ident, Token, parenthesized};

use crate::diag::Errors;
use crate::syntax::indexes::index::Index;
use crate::syntax::indexes::key::{Key, KeyValue};
use crate::syntax::objects::query::Query;
use crate::syntax::tables::terms::columns;
use crate::syntax::words::list::{flag, items, options, unknown, value};
use crate::syntax::words::name::{Name, TableName};

/// A view as it is written.
pub(crate) struct View {
    pub(crate) name: TableName,
    /// The names of its columns, where they are not the query's.
    pub(crate) columns: Vec<Name>,
    pub(crate) query: Query,
    pub(crate) security_invoker: bool,
    pub(crate) security_barrier: bool,
    pub(crate) check_option: Option<CheckOption>,
}

/// Which rows a client may write through a view: those that the view shows.
#[derive(Clone, Copy)]
pub(crate) enum CheckOption {
    Local,
    Cascaded,
}

impl View {
    pub(crate) fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let (name, columns, query) = parse_head(input, errors)?;
        let (mut security_invoker, mut security_barrier) = (false, false);
        let mut check_option = None;
        options(
            input,
            errors,
            &mut [
                ("security_invoker", &mut flag(&mut security_invoker)),
                ("security_barrier", &mut flag(&mut security_barrier)),
                ("check_option", &mut value(&mut check_option)),
            ],
        );
        Ok(View { name, columns, query, security_invoker, security_barrier, check_option })
    }

    /// The names of the columns that clients see.
    pub(crate) fn column_names(&self) -> Vec<String> {
        column_names(&self.columns, &self.query)
    }
}

/// A materialized view as it is written.
pub(crate) struct MaterializedView {
    pub(crate) name: TableName,
    pub(crate) columns: Vec<Name>,
    pub(crate) query: Query,
    /// Those that tell its rows apart, and others.
    pub(crate) indexes: Vec<Index>,
    /// Whether an option of it could not be read.
    is_broken: bool,
}

impl MaterializedView {
    pub(crate) fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let (name, columns, query) = parse_head(input, errors)?;
        let mut indexes = Vec::new();
        let before = errors.count();
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
        items(input, errors, |input, errors| {
            let word = input.call(Ident::parse_any)?;
            if word == "unique" {
                indexes.push(parse_unique(&word, input, errors)?);
            } else if word == "index" {
                indexes.push(Index::parse_item(&word, input, errors)?);
            } else {
                return Err(unknown("option", &word, &["unique", "index"]));
            }
            Ok(())
        });
        let is_broken = errors.count() > before;
        let view = MaterializedView { name, columns, query, indexes, is_broken };
        if !is_broken {
            view.check_columns(errors);
        }
        Ok(view)
    }

    pub(crate) fn column_names(&self) -> Vec<String> {
        column_names(&self.columns, &self.query)
    }

    pub(crate) fn check_unique(&self, errors: &mut Errors) {
        if self.is_broken || self.indexes.iter().any(Index::is_key) {
            return;
        }
        let known = self.column_names();
        let first = known.first().map_or("id", String::as_str);
        errors
            .at(
                self.name.span(),
                format_args!("materialized view `{}` has no unique columns", self.name),
            )
            .help(format_args!("unique({first})"))
            .note("only with a unique index PostgreSQL refreshes it while clients read it");
    }

    fn check_columns(&self, errors: &mut Errors) {
        let known = self.column_names();
        let columns = self.indexes.iter().flat_map(Index::columns);
        for name in columns.filter(|name| !known.contains(&name.text)) {
            errors
                .at(name.span, format_args!("the query gives no column `{name}`"))
                .nearest(&name.text, known.iter().map(String::as_str));
        }
    }
}

/// Reads `unique(column, …, name = x)` from behind its word.
fn parse_unique(word: &Ident, input: ParseStream, errors: &mut Errors) -> syn::Result<Index> {
    let content;
    parenthesized!(content in input);
    let keys = columns(&content)?.into_iter().map(|name| Key::of(KeyValue::Column(name)));
    let mut index = Index::of(keys.collect(), word.span());
    index.unique = true;
    options(&content, errors, &mut [("name", &mut value(&mut index.name))]);
    Ok(index)
}

/// Reads `name(column, …), "select …"`.
pub(crate) fn parse_head(
    input: ParseStream,
    errors: &mut Errors,
) -> syn::Result<(TableName, Vec<Name>, Query)> {
    let name: TableName = input.parse()?;
    let mut columns = Vec::new();
    if input.peek(syn::token::Paren) {
        let content;
        parenthesized!(content in input);
        columns.extend(content.parse_terminated(Name::parse, Token![,])?);
    }
    input.parse::<Token![,]>()?;
    let query = input.parse()?;
    check_columns(&columns, &query, errors);
    Ok((name, columns, query))
}

/// The names of a view's columns.
pub(crate) fn column_names(columns: &[Name], query: &Query) -> Vec<String> {
    if columns.is_empty() {
        return query.columns().into_iter().flatten().collect();
    }
    columns.iter().map(|name| name.text.clone()).collect()
}

fn check_columns(columns: &[Name], query: &Query, errors: &mut Errors) {
    let given = query.columns();
    let mut names: Vec<Name> = columns.to_vec();
    if columns.is_empty() {
        for (at, name) in given.iter().enumerate() {
            match name {
                Some(name) => names.push(Name { text: name.clone(), span: query.span }),
                None => drop(
                    errors
                        .at(query.span, format_args!("column {} of the view has no name", at + 1))
                        .help("expression as name"),
                ),
            }
        }
    } else if given.len() > 1 && given.len() != columns.len() {
        let (listed, given) = (columns.len(), given.len());
        errors.at(query.span, format_args!("the query gives {given} columns, not {listed}"));
    }
    for (at, name) in names.iter().enumerate() {
        if names[..at].contains(name) {
            errors.at(name.span, format_args!("column `{name}` is given twice"));
        }
    }
}

impl Parse for CheckOption {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let word = input.call(Ident::parse_any)?;
        match word.to_string().as_str() {
            "local" => Ok(CheckOption::Local),
            "cascaded" => Ok(CheckOption::Cascaded),
            _ => Err(unknown("check option", &word, &["local", "cascaded"])),
        }
    }
}
