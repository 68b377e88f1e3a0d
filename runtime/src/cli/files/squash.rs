//! `squash`: the first migrations of a history as one baseline.

use std::io::{self, ErrorKind, IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::changeover::squash::Squash as Baseline;
use crate::cli::failure::Failure;
use crate::migration::Migrations;
use crate::outcome::error::ErrorKind as Kind;

const CODES: &str = "\
Exit codes:
  0  the files have been written, or it has been said what would be
  1  the migrations could not be run in the empty database, or a file not written
  2  the arguments are wrong
  3  they cannot be squashed as they are, and nothing was written";

/// Writes one baseline in the place of the first migrations of the history
///
/// It runs them in an empty database, which is no use afterwards, and writes what they have
/// made. The compiler then proves that the baseline makes the same schema. Databases that have
/// run all of them notice nothing; those that have run a part are told to run the rest with
/// an older build.
#[derive(Args)]
#[command(after_help = CODES, verbatim_doc_comment)]
pub(crate) struct Squash {
    /// The last migration that goes into the baseline
    #[arg(value_name = "MIGRATION")]
    last: String,
    /// An empty database, `postgres://user@host/name`
    #[arg(long, value_name = "URL", env = "CHANGEOVER_EMPTY_URL", hide_env_values = true)]
    empty: String,
    /// The folder with a file for each migration
    #[arg(long, value_name = "FOLDER", default_value = "src/migrations")]
    dir: PathBuf,
    /// Writes and deletes files without asking
    #[arg(long)]
    yes: bool,
    /// Goes on where the migrations make rows, which the baseline does not
    #[arg(long)]
    without_rows: bool,
}

impl Squash {
    pub(crate) async fn run(self, history: &Migrations) -> Result<ExitCode, Failure> {
        let squash =
            Baseline::read(history, &self.last, &self.empty).await.map_err(|error| match error
                .kind()
            {
                Kind::SquashRefused | Kind::UnknownMigration => Failure::Refused(error.to_string()),
                _ => Failure::from(error),
            })?;
        if !squash.rows().is_empty() && !self.without_rows {
            return Err(Failure::Refused(format!(
                "the migrations make rows in {}, and a baseline makes none\n\
                 help: with `--without-rows`, and `sql!(…)` in the baseline, which runs in empty \
                 databases alone",
                squash.rows().join(", ")
            )));
        }
        let edits = squash.edits(&self.dir).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists | ErrorKind::InvalidData => {
                Failure::Refused(error.to_string())
            }
            _ => Failure::from(error),
        })?;
        let mut out = io::stdout();
        write!(out, "{edits}")?;
        if !self.yes && !is_confirmed()? {
            writeln!(out, "nothing of it was done; `--yes` does it")?;
            return Ok(ExitCode::SUCCESS);
        }
        edits.carry_out()?;
        writeln!(out, "done; `cargo check` proves that the schema is the same")?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Asks, where somebody is there to answer.
fn is_confirmed() -> io::Result<bool> {
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        return Ok(false);
    }
    print!("do it? [y/N] ");
    io::stdout().flush()?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(["y", "yes"].contains(&answer.trim().to_lowercase().as_str()))
}
