//! The command line of a service whose history has a backfill, `RENAME_HISTORY`.

use std::process::ExitCode;

use changeover_tests::sample::RENAME_HISTORY;

fn main() -> ExitCode {
    changeover::cli::run(&RENAME_HISTORY)
}
