//! Every operation's life under traffic, and what a runner must survive, on a real PostgreSQL.

use changeover_tests::{Failure, Scenario, block_on, run};

mod adopt;
mod attacks;
mod clients;
mod command_line;
mod crashes;
mod forms;
mod gates;
mod looks;
mod pull_request;
mod record;
mod rehearsed;
mod tables;
mod told;
mod types;
mod undo;
mod verified;

mod operations {
    include!(concat!(env!("OUT_DIR"), "/live.rs"));
}

fn live(scenario: &Scenario, name: &str) -> Result<(), Failure> {
    let slowest = block_on(run::run(scenario, name))?;
    eprintln!("slowest client statement: {:?}, {}", slowest.took, slowest.what);
    Ok(())
}
