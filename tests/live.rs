//! Every operation's life under traffic, and what a runner must survive, on a real PostgreSQL.

use changeover_tests::{Failure, Scenario, block_on, run};

mod operations {
    include!(concat!(env!("OUT_DIR"), "/live.rs"));
}

#[path = "live/hand_written.rs"]
mod hand_written;

fn live(scenario: &Scenario, name: &str) -> Result<(), Failure> {
    let slowest = block_on(run::run(scenario, name))?;
    println!("slowest client statement: {:?}, {}", slowest.took, slowest.what);
    Ok(())
}
