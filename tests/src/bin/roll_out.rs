//! The command line of a service in the middle of a roll-out.

use std::process::ExitCode;

use changeover_tests::roll_out::MIGRATIONS;

fn main() -> ExitCode {
    changeover::cli::run(&MIGRATIONS)
}
