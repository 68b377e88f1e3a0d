//! The life of one operation under traffic, for who works on it.
//!
//! `CHANGEOVER_OPERATION=rename_column cargo test -p changeover-tests --test plans --test operation`;
//! `cargo test` runs all of them among the live tests.

use changeover_tests::{Failure, Scenario, block_on, run};

mod operations {
    include!(concat!(env!("OUT_DIR"), "/live.rs"));
}

fn live(scenario: &Scenario, name: &str) -> Result<(), Failure> {
    block_on(run::run(scenario, name)).map(drop)
}
