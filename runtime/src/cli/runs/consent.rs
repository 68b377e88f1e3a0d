//! What destroys something is confirmed first.

use std::io::{self, IsTerminal as _, Write as _};

use clap::Args;

use crate::cli::failure::Failure;

#[derive(Args)]
pub(super) struct Consent {
    /// Does not ask before something is destroyed that cannot be brought back
    #[arg(long)]
    yes: bool,
}

impl Consent {
    /// Goes on where `--yes` was given, or somebody at a terminal says so.
    pub(super) fn to(&self, what: &str) -> Result<(), Failure> {
        if self.yes {
            return Ok(());
        }
        if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            let help = "nobody is there to be asked\nhelp: `--yes` says that it is meant";
            return Err(Failure::Refused(format!("{what}, and {help}")));
        }
        eprint!("{what}. Type `yes` to go on: ");
        io::stderr().flush()?;
        let mut answer = String::new();
        io::stdin().read_line(&mut answer)?;
        match answer.trim() {
            "yes" => Ok(()),
            _ => Err(Failure::Refused("it was not confirmed, and nothing was done".to_owned())),
        }
    }
}
