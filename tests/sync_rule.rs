//! The sync rule against its truth table, with random writers on a live server.

#[path = "sync_rule/history.rs"]
mod history;
#[path = "sync_rule/model.rs"]
mod model;
#[path = "sync_rule/replay.rs"]
mod replay;
#[path = "sync_rule/rules.rs"]
mod rules;
#[path = "sync_rule/yours.rs"]
mod yours;

use changeover_tests::{Failure, block_on};
use proptest::strategy::Strategy;
use proptest::test_runner::{Config, TestCaseError, TestError, TestRunner};

use crate::model::Rule;
use crate::replay::Table;

/// Enough that each pair of neighbouring actions comes up many times on every kind of row.
const HISTORIES: u32 = 250;

#[test]
fn identity_without_a_default() -> Result<(), Failure> {
    follows_the_truth_table(&rules::identity(), "identity")
}

#[test]
fn identity_with_a_default() -> Result<(), Failure> {
    follows_the_truth_table(&rules::identity_with_a_default(), "identity_default")
}

#[test]
fn lossy_without_a_default() -> Result<(), Failure> {
    follows_the_truth_table(&rules::lossy(), "lossy")
}

#[test]
fn lossy_with_a_default() -> Result<(), Failure> {
    follows_the_truth_table(&rules::lossy_with_a_default(), "lossy_default")
}

#[test]
fn one_column_and_two() -> Result<(), Failure> {
    follows_the_truth_table(&rules::split(), "split")
}

#[test]
fn one_column_and_two_with_defaults() -> Result<(), Failure> {
    follows_the_truth_table(&rules::split_with_defaults(), "split_defaults")
}

#[test]
fn two_columns_and_one() -> Result<(), Failure> {
    follows_the_truth_table(&rules::merged(), "merged")
}

/// With row triggers of the service's own on the table, which read and write either name, and write
/// the same table in turn.
#[test]
fn with_triggers_of_your_own() -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::new(error.to_string()))?;
    let pair = runtime.block_on(yours::Pair::create(rules::identity().plan))?;
    holds(yours::cases(), |case| runtime.block_on(pair.replay(&case)))
}

fn follows_the_truth_table(rule: &Rule, name: &str) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::new(error.to_string()))?;
    let table = runtime.block_on(Table::create(rule, name))?;
    holds(history::any(rule), |history| runtime.block_on(table.replay(rule, &history)))
}

/// Tries a promise on so many inputs, and gives the shortest that breaks it.
fn holds<S: Strategy>(
    inputs: S,
    promise: impl Fn(S::Value) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let config = Config { cases: HISTORIES, failure_persistence: None, ..Config::default() };
    let outcome = TestRunner::new(config)
        .run(&inputs, |input| promise(input).map_err(|failure| TestCaseError::fail(failure.0)));
    match outcome {
        Ok(()) => Ok(()),
        Err(TestError::Fail(reason, input)) => {
            Err(Failure::new(format!("{reason}\nthe shortest input:\n{input:?}")))
        }
        Err(error) => Err(Failure::new(error.to_string())),
    }
}

/// The rule loses what cannot be told apart: a NULL over the NULL of a row not filled yet.
#[test]
fn a_null_over_a_null_not_filled_yet_is_no_write() -> Result<(), Failure> {
    block_on(async {
        let rule = rules::identity();
        let table = Table::create(&rule, "exception").await?;
        table.replay(&rule, &history::null_over_a_null_not_filled_yet()).await
    })
}
