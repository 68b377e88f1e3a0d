//! One change: an operation, read, checked against the schema, planned, and applied to it.

use proc_macro2::TokenStream;
use syn::parse::{ParseStream, Parser};

use crate::diag::Errors;
use crate::model::names::Position;
use crate::model::{Claim, Schema};
use crate::ops::{self, Operation, Plan};

/// What a change came to.
pub(crate) struct Change {
    pub(crate) operation: String,
    /// Its argument, as it was written.
    pub(crate) subject: String,
    pub(crate) claims: Vec<Claim>,
    /// Migrations whose contract must have run before this one starts.
    pub(crate) requires: Vec<String>,
    pub(crate) plan: Plan,
}

/// Reads and plans one change from its macro's argument.
pub(crate) type Reader =
    fn(&str, usize, ParseStream, &mut Schema, &mut Errors) -> syn::Result<Change>;

macro_rules! readers {
    ($($(#[$doc:meta])* $name:ident: $operation:ident,)*) => {
        /// What reads and plans the change of each name.
        pub(crate) const READERS: &[(&str, Reader)] =
            &[$((stringify!($name), of_migration::<ops::$name::$operation>),)*];
    };
}
ops::operations!(readers);

/// A change inside a migration: the history tells what it does not say.
pub(crate) fn of_migration<O: Operation>(
    name: &str,
    change: usize,
    input: ParseStream,
    schema: &mut Schema,
    errors: &mut Errors,
) -> syn::Result<Change> {
    let before = errors.count();
    let argument = input.cursor().token_stream();
    let read = read::<O>(input, errors);
    if read.is_err() || errors.count() > before {
        schema.leave_unread(&argument);
    }
    let (operation, subject) = read?;
    let claims = operation.claims();
    let before = errors.count();
    let facts = operation.check(schema, errors);
    if facts.is_none() {
        schema.leave_unread(&argument);
    }
    // What stands in the way is of interest only where the change makes sense by itself.
    let mut requires = Vec::new();
    if errors.count() == before {
        requires = claims.iter().flat_map(|claim| schema.claim(claim, errors)).collect();
    }
    let at = Position { migration: schema.history.len() + 1, change };
    let plan = facts.map(|facts| operation.plan(&facts, at)).unwrap_or_default();
    operation.apply(schema);
    Ok(Change { operation: name.to_owned(), subject, claims, requires, plan })
}

/// A change on its own: it says itself what no history can tell.
pub(crate) fn alone<O: Operation>(
    name: &str,
    input: TokenStream,
    errors: &mut Errors,
) -> Option<Change> {
    let before = errors.count();
    let parsed = (|input: ParseStream| read::<O>(input, errors)).parse2(input);
    let (operation, subject) = match parsed {
        Ok(read) => read,
        Err(error) => {
            // Beside what was reported, `syn` counts every group that an error left half read.
            if errors.count() == before {
                errors.syntax(error);
            }
            return None;
        }
    };
    let mut schema = Schema::default();
    let before = errors.count();
    operation.assume(&mut schema, errors);
    if errors.count() > before {
        return None;
    }
    let at = Position { migration: 1, change: 1 };
    let plan = operation.plan(&operation.check(&schema, errors)?, at);
    let (claims, requires) = (Vec::new(), Vec::new());
    Some(Change { operation: name.to_owned(), subject, claims, requires, plan })
}

fn read<O: Operation>(input: ParseStream, errors: &mut Errors) -> syn::Result<(O, String)> {
    let subject = as_written(&input.cursor().token_stream());
    let operation = O::parse(input, errors)?;
    if input.is_empty() { Ok((operation, subject)) } else { Err(input.error("unexpected token")) }
}

/// The argument on one line.
fn as_written(tokens: &TokenStream) -> String {
    let text = tokens.to_string().replace(" :", ":").replace(" . ", ".");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
