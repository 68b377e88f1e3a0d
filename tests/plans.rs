//! The plan of every operation's scenario, as its reviewer sees it.
//!
//! `UPDATE_SQL=1 cargo test -p changeover-tests --test plans` accepts the plans as they are.

use std::path::Path;

use changeover::{review, testing};
use changeover_tests::{Failure, Scenario};

mod operations {
    include!(concat!(env!("OUT_DIR"), "/plans.rs"));
}

fn plan(scenario: &Scenario, name: &str) -> Result<(), Failure> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("ops").join(name).join("plan.sql");
    testing::check_sql(file, &review::render(scenario.migration()?));
    Ok(())
}
