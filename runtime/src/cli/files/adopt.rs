//! `changeover adopt`: a database as the beginning of a history.

use std::fmt::Write as _;
use std::io::{self, ErrorKind, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::catalog::adopted::Adopted;
use crate::catalog::adopted::scope::Scope;
use crate::cli::database::Database;
use crate::cli::failure::Failure;

const CODES: &str = "\
Exit codes:
  0  all has been written
  1  the database could not be read, or a file not written
  2  the arguments are wrong
  3  one of the files is there already, or a migration is under way in the database";

/// Writes what a database has as the baseline of a history
///
/// It reads the catalogs in a transaction that only reads, and writes over no file. What
/// cannot be said is listed, and stands in the files as comments.
#[derive(Args)]
#[command(after_help = CODES, verbatim_doc_comment)]
pub(crate) struct Adopt {
    #[command(flatten)]
    database: Database,
    /// The folder that the files are written to
    #[arg(long, value_name = "FOLDER", default_value = "src/migrations")]
    to: PathBuf,
    /// Takes this schema alone; `*` stands for any text; may be given several times
    #[arg(long, value_name = "PATTERN")]
    schema: Vec<String>,
    /// Takes this table alone, `users` or `billing.*`; may be given several times
    #[arg(long, value_name = "PATTERN")]
    table: Vec<String>,
    /// Leaves out a table, a view, a type, a function; may be given several times
    #[arg(long, value_name = "PATTERN")]
    exclude: Vec<String>,
    /// Prints the files and writes none
    #[arg(long, conflicts_with = "to")]
    stdout: bool,
}

impl Adopt {
    pub(crate) async fn run(self) -> Result<ExitCode, Failure> {
        let mut session = self.database.session().await?;
        let adopted = Adopted::read(session.as_mut(), &self.scope()).await?;
        if self.stdout {
            let mut out = io::stdout().lock();
            for (name, text) in adopted.files() {
                write!(out, "// {name}\n\n{text}\n")?;
            }
            out.flush()?;
            eprint!("{}", summary(&adopted));
            return Ok(ExitCode::SUCCESS);
        }
        let written = adopted.write(&self.to).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => Failure::Refused(error.to_string()),
            _ => Failure::from(error),
        })?;
        let mut text = String::new();
        for file in written {
            let _ = writeln!(text, "wrote {}", file.display());
        }
        io::stdout().write_all((text + &summary(&adopted)).as_bytes())?;
        Ok(ExitCode::SUCCESS)
    }

    fn scope(&self) -> Scope {
        let mut scope = Scope::default();
        for pattern in &self.schema {
            scope = scope.schema(pattern);
        }
        for pattern in &self.table {
            scope = scope.table(pattern);
        }
        for pattern in &self.exclude {
            scope = scope.exclude(pattern);
        }
        scope
    }
}

/// Returns what was read, and what of it could not be said.
fn summary(adopted: &Adopted) -> String {
    let counts = adopted.counts();
    let counts: Vec<String> =
        counts.iter().map(|(word, count)| format!("{word} {count}")).collect();
    let mut text = format!("read {}\n", counts.join(", "));
    if let Some(older) = adopted.older() {
        let _ = writeln!(text, "made before by {older}");
    }
    for (object, reason) in adopted.unsaid() {
        let _ = writeln!(text, "not said: {object}: {reason}");
    }
    text
}
