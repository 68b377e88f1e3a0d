//! Forms that a user would write, by kinds: what is right is taken, and what is wrong is said.

mod baseline;
mod build_order;
mod functions;
mod pages;
mod rules;
mod schema_names;
mod words;

use crate::diag::Errors;
use crate::migration::Migration;
use crate::model::Schema;
use crate::tests::typos::tokens;
use crate::{check, merge};

/// Returns what the compiler says of a history of these migrations, `m1`, `m2` and so on.
pub(crate) fn said(migrations: &[&str]) -> Vec<String> {
    history(migrations).1
}

/// The history, and what the compiler says of it.
pub(crate) fn history(migrations: &[&str]) -> (Vec<Migration>, Vec<String>) {
    let errors = &mut Errors::new();
    let mut planned: Vec<Migration> = Vec::new();
    for (at, body) in migrations.iter().enumerate() {
        let schema = match planned.last() {
            Some(parent) => Schema::read(&parent.schema.write(), &format!("m{at}")),
            None => Schema::default(),
        };
        let mut migration = Migration::parse_all(tokens(body), schema, errors);
        check::all(&migration, errors);
        merge::steps(&mut migration);
        planned.push(migration);
    }
    (planned, errors.take().into_iter().map(|(_, text)| text).collect())
}

#[track_caller]
pub(crate) fn takes(migrations: &[&str]) {
    assert_eq!(said(migrations), Vec::<String>::new(), "{migrations:?}");
}

#[track_caller]
pub(crate) fn refuses(migrations: &[&str], why: &str) {
    let said = said(migrations);
    assert!(said.iter().any(|text| text.contains(why)), "{migrations:?}: {said:#?}");
}
