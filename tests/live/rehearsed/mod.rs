//! A rehearsal: what is sound is found clean, and what is broken on purpose is found and named.

mod broken;
mod clean;
mod command;
mod refused;
mod removed;
mod sampled;
mod shapes;

use std::time::Duration;

use changeover::Migrations;
use changeover::testing::{Database, Problem, ProblemKind, Rehearsal, Rehearse, Server, rehearse};
use changeover_tests::{Failure, fail};

/// A database of its own, which nobody else uses.
async fn database(name: &str) -> Result<Database, Failure> {
    Ok(Server::shared().await?.database(name).await?)
}

/// A rehearsal that is over soon.
fn brief(history: &Migrations) -> Rehearse {
    rehearse(history).at_rest(Duration::from_millis(300)).rate(200)
}

/// Fails with the report where something was found.
fn expect_clean(rehearsal: &Rehearsal) -> Result<(), Failure> {
    if !rehearsal.is_clean() {
        fail!("it is not clean: {rehearsal}");
    }
    Ok(())
}

/// The one problem of this kind that says these words.
fn problem<'r>(
    rehearsal: &'r Rehearsal,
    kind: ProblemKind,
    words: &str,
) -> Result<&'r Problem, Failure> {
    let mut its = rehearsal.problems.iter().filter(|one| one.kind == kind);
    match its.find(|one| one.what.contains(words)) {
        Some(problem) => Ok(problem),
        None => fail!("no problem {kind:?} says `{words}`: {rehearsal}"),
    }
}
