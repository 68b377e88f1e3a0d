//! The command line of a service, as the service has it.

use std::process::ExitCode;

use changeover_tests::accounts::MIGRATIONS;

fn main() -> ExitCode {
    changeover::cli::run(&MIGRATIONS)
}
