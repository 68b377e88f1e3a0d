//! The command line of Changeover.

use std::process::ExitCode;

fn main() -> ExitCode {
    changeover::cli::main()
}
