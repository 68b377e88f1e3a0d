//! `completions`: what a shell completes.

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::failure::Failure;

/// Prints what lets a shell complete the commands, and their options
///
/// For bash, say, `source <(… completions bash)`.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    /// Those of a binary that is called as this process was.
    pub(crate) fn run<T: CommandFactory>(&self, binary: &str) -> Result<ExitCode, Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut T::command(), binary, &mut script);
        io::stdout().write_all(&script)?;
        Ok(ExitCode::SUCCESS)
    }
}
