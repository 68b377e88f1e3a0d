//! `review`: the plans as SQL files, and what a pull request is to say of them.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use super::proposed::{Options, Shape};
use crate::cli::codes::DIFFERS;
use crate::cli::failure::Failure;
use crate::cli::output::Format;
use crate::migration::Migrations;
use crate::review::files::{FileDifference, differences, write_files};

const CODES: &str = "\
Exit codes:
  0  the files show the plans; with --format: it has been printed, whatever it says
  1  a file could not be read or written, or the database not read
  2  the arguments are wrong
  3  git does not know the revision, or the statistics are broken or of a newer build
  4  with --check: a file differs, or is missing; with --format also where anything else is an
     error, as a migration that the revision has and that was edited; always without --format:
     one belongs to no migration";

/// Writes the plan of each migration as an SQL file beside it, or says what a reviewer has to know
///
/// `changeover::testing::review_files` checks the same files in a test. It needs no
/// database, and shows the plans that this binary was compiled with.
///
/// With --format it writes no file, and prints for the migrations that a branch adds what they lock
/// and for how long, what is gone for good, whether there is a way back, and what to deploy in which
/// order: as the comment of a pull request, or for a forge to show at the lines. A bot finds its
/// comment by the first line, `<!-- changeover -->`.
#[derive(Args)]
#[command(after_help = CODES, verbatim_doc_comment)]
pub(crate) struct Review {
    /// The folder of the files
    #[arg(long, value_name = "FOLDER", default_value = "src/migrations/sql")]
    dir: PathBuf,
    /// Compares, prints what differs, and writes nothing
    #[arg(long)]
    check: bool,
    /// Prints what a reviewer has to know
    #[arg(long = "format", value_name = "FORMAT")]
    shape: Option<Shape>,
    #[command(flatten)]
    proposed: Options,
    #[command(flatten)]
    format: Format,
}

struct Outcome {
    written: Vec<PathBuf>,
    left: Vec<FileDifference>,
}

impl Review {
    pub(crate) async fn run(self, history: &Migrations) -> Result<ExitCode, Failure> {
        if let Some(shape) = self.shape {
            let shape =
                if self.format.is_json() && shape == Shape::Markdown { Shape::Json } else { shape };
            return self.proposed.print(history, &self.dir, shape, self.check).await;
        }
        let written = if self.check { Ok(Vec::new()) } else { write_files(history, &self.dir) };
        let written = written.map_err(|error: io::Error| Failure::from(error))?;
        let outcome = Outcome { written, left: differences(history, &self.dir) };
        self.format.print(&outcome, json)?;
        let is_clean = outcome.left.is_empty();
        Ok(if is_clean { ExitCode::SUCCESS } else { ExitCode::from(DIFFERS) })
    }
}

/// Scripts read these names: one may be added, and none changed.
fn json(Outcome { written, left }: &Outcome) -> Value {
    let left = left.iter().map(|FileDifference { path, problem, diff }| {
        json!({ "file": path.display().to_string(), "problem": problem, "diff": diff })
    });
    json!({
        "clean": left.len() == 0,
        "written": written.iter().map(|path| path.display().to_string()).collect::<Vec<_>>(),
        "differences": left.collect::<Vec<_>>(),
    })
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.written.is_empty() && self.left.is_empty() {
            return f.write_str("the files show the plans\n");
        }
        self.written.iter().try_for_each(|path| writeln!(f, "wrote {}", path.display()))?;
        let help = "`review` writes it, if the plan is right";
        self.left.iter().try_for_each(|difference| writeln!(f, "{}", difference.text(help)))
    }
}
