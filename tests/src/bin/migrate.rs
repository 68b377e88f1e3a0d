//! Runs a sample history as a service's process would, so that a test can kill it.
//!
//! `migrate <database url> <history> <command>`; a line a progress report on the standard output.

use std::env;
use std::process::ExitCode;

use changeover::Changeover;
use changeover_tests::sample::{INDEX_HISTORY, RENAME_HISTORY};
use changeover_tests::{Failure, block_on, fail};

fn main() -> ExitCode {
    match block_on(run()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Failure> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [url, history, command] = arguments.as_slice() else {
        fail!("usage: migrate <database url> <history> <command>")
    };
    let history = match history.as_str() {
        "rename" => &RENAME_HISTORY,
        "index" => &INDEX_HISTORY,
        other => fail!("no history is called {other}"),
    };
    let mut changeover = Changeover::new(history)
        .app("harness")
        .on_progress(|progress| println!("{} {}", progress.phase, progress.rows))
        .connect(url)
        .await?;
    match command.as_str() {
        "migrate" => changeover.migrate().await?,
        "contract" => changeover.contract().await?,
        other => fail!("no command is called {other}"),
    };
    Ok(())
}
