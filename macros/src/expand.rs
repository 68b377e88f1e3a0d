//! The pipeline: tokens → syntax → model → check → plan → emit.

use proc_macro2::TokenStream;
use syn::parse::Parser;

use crate::diag::Errors;
use crate::migration::history::{History, Link};
use crate::migration::schema_names::{Module, Names};
use crate::migration::siblings;
use crate::migration::{After, Migration};
use crate::model::Schema;
use crate::plan::operation::Operation;
use crate::{change, check, emit, merge};

/// `migration!`: the first one is planned at once; a child asks its parent for the schema.
pub(crate) fn migration(input: TokenStream) -> TokenStream {
    match After::parse.parse2(input.clone()) {
        Ok(Some(after)) => match siblings::missing(&after) {
            Some(error) => planned_in_spite_of(error),
            None => emit::ask_parent(&after),
        },
        Ok(None) => planned(Schema::default(), input, &mut Errors::new()),
        Err(error) => planned_in_spite_of(error),
    }
}

/// `__migration!`: a child, with its parent's schema in front.
pub(crate) fn child(input: TokenStream) -> TokenStream {
    let errors = &mut Errors::new();
    let (schema, body) = emit::read_passed(input, errors);
    planned(schema, body, errors)
}

fn planned(schema: Schema, body: TokenStream, errors: &mut Errors) -> TokenStream {
    let mut migration = Migration::parse_all(body, schema, errors);
    check::all(&migration, errors);
    merge::steps(&mut migration);
    emit::migration(&migration, errors)
}

fn planned_in_spite_of(error: syn::Error) -> TokenStream {
    let errors = &mut Errors::new();
    errors.syntax(error);
    let mut migration = Migration::default();
    migration.schema.leave_all_unread();
    emit::migration(&migration, errors)
}

/// `rename_column!` and its like, on their own.
pub(crate) fn change<O: Operation>(name: &str, input: TokenStream) -> TokenStream {
    let errors = &mut Errors::new();
    let change = change::alone::<O>(name, input, errors);
    emit::change_alone(change.as_ref(), errors)
}

/// `migrations!`.
pub(crate) fn history(input: TokenStream) -> TokenStream {
    let errors = &mut Errors::new();
    match syn::parse2::<History>(input) {
        Ok(history) => {
            history.check(errors);
            emit::history(&history, errors)
        }
        Err(error) => {
            errors.syntax(error);
            errors.compile_errors()
        }
    }
}

/// `__names!`: the names of a history's schema, asked of its last migration.
pub(crate) fn names(input: TokenStream) -> TokenStream {
    let errors = &mut Errors::new();
    let (schema, body) = emit::read_passed(input, errors);
    match syn::parse2::<Names>(body) {
        Ok(names) => emit::schema_names(&names, &Module::of(&schema), errors),
        Err(error) => {
            errors.syntax(error);
            errors.compile_errors()
        }
    }
}

/// `__link!`: one migration's parent, held against its place in the list.
pub(crate) fn link(input: TokenStream) -> TokenStream {
    let errors = &mut Errors::new();
    match Link::read(input) {
        Ok(link) => {
            link.check(errors);
            emit::link(&link, errors)
        }
        Err(error) => {
            errors.syntax(error);
            errors.compile_errors()
        }
    }
}
