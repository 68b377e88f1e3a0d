//! The sync rule (DESIGN §5) against its truth table, with random writers on a live server.

#[path = "sync_rule/history.rs"]
mod history;
#[path = "sync_rule/model.rs"]
mod model;
#[path = "sync_rule/replay.rs"]
mod replay;
#[path = "sync_rule/rules.rs"]
mod rules;

use changeover_tests::{Failure, block_on};
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

fn follows_the_truth_table(rule: &Rule, name: &str) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::new(error.to_string()))?;
    let table = runtime.block_on(Table::create(rule, name))?;
    let config = Config { cases: HISTORIES, failure_persistence: None, ..Config::default() };
    let outcome = TestRunner::new(config).run(&history::any(rule), |history| {
        let outcome = runtime.block_on(table.replay(rule, &history));
        outcome.map_err(|failure| TestCaseError::fail(failure.0))
    });
    match outcome {
        Ok(()) => Ok(()),
        Err(TestError::Fail(reason, history)) => {
            Err(Failure::new(format!("{reason}\nthe shortest history:\n{history}")))
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
