//! Runs a sample history as a service's process would, so that a test can kill it.
//!
//! `migrate <database url> <history> <command>`; a line a progress report on the standard output.

use std::env;
use std::process::ExitCode;

use changeover::{Changeover, Gate};
use changeover_tests::sample::{
    CONVERT_HISTORY, INDEX_HISTORY, PARTITIONED_HISTORY, RENAME_HISTORY, SEVERAL_HISTORY,
    SWITCH_HISTORY,
};
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
    let [url, name, command] = arguments.as_slice() else {
        fail!("usage: migrate <database url> <history> <command>")
    };
    let history = match name.as_str() {
        "rename" => Some(RENAME_HISTORY),
        "convert" => Some(CONVERT_HISTORY),
        "index" => Some(INDEX_HISTORY),
        "partitioned" => Some(PARTITIONED_HISTORY),
        // Without its contract, behind which there is no undo.
        "several" => SEVERAL_HISTORY.until("m0005_switch"),
        "switch" => SWITCH_HISTORY.until("m0003_switch"),
        _ => None,
    };
    let Some(history) = history else { fail!("no history is called {name}") };
    let mut changeover = Changeover::new(&history)
        .app("harness")
        .gate(Gate::Manual)
        .on_progress(|progress| println!("{} {}", progress.phase, progress.rows))
        .connect(url)
        .await?;
    match command.split_once(' ').unwrap_or((command, "")) {
        ("migrate", _) => changeover.migrate().await?,
        ("contract", _) => changeover.contract().await?,
        ("undo_to", id) => changeover.undo_to(id).await?,
        ("undo", id) => changeover.undo(id).await?,
        _ => fail!("no command is called {command}"),
    };
    Ok(())
}
