//! `schema`: what the history declares, as code for who uses an ORM.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use crate::catalog::code::schema::DeclaredSchema;
use crate::changeover::Changeover;
use crate::cli::codes::DIFFERS;
use crate::cli::database::Database;
use crate::cli::failure::Failure;
use crate::cli::output::Format;
use crate::migration::Migrations;
use crate::review::files::{FileDifference, compare, files_in, stray, write};
use crate::session::shown::on_one_line;

const CODES: &str = "\
Exit codes:
  0  the code is printed, written, or as it should be
  1  the database could not be read, or a file not written
  2  the arguments are wrong
  3  something declared could not be built on this server, and nothing was written
  4  with --check: a file differs, or is missing; with a folder: one belongs to no table";

/// Writes the tables that the code declares as Diesel's `table!`s or SeaORM's entities
///
/// The migrations are the one source: what is declared is built in schemas of its own, in a
/// transaction that is rolled back, and read as the server has it. Nothing has to have run, and
/// any database does in which the role may create a schema. A column that a contract is still to
/// take away is left out. `Changeover::declared_schema` does the same in a test.
#[derive(Args)]
#[command(after_help = CODES, verbatim_doc_comment)]
pub(crate) struct Schema {
    /// Whose code it is
    #[arg(long, value_name = "FORMAT")]
    format: Code,
    /// The file that it is written to, and not printed; for SeaORM also a folder, with a file a table
    #[arg(long, value_name = "PATH")]
    out: Option<PathBuf>,
    /// Compares, prints what differs, and writes nothing
    #[arg(long, requires = "out")]
    check: bool,
    #[command(flatten)]
    database: Database,
    #[command(flatten)]
    shown: Format,
}

/// Whose code is written.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Code {
    /// `table!`s, as `diesel print-schema` writes them
    Diesel,
    /// Entities, as `sea-orm-cli generate entity` writes them
    SeaOrm,
}

/// A file with what stands in it.
struct File {
    path: PathBuf,
    text: String,
}

enum Outcome {
    Printed(String),
    Compared { written: Vec<PathBuf>, left: Vec<FileDifference> },
}

impl Schema {
    pub(crate) async fn run(self, history: &Migrations) -> Result<ExitCode, Failure> {
        let mut changeover = self.database.connect(Changeover::builder(history)).await?;
        let schema = changeover.declared_schema().await?;
        whole(&schema)?;
        let outcome = match &self.out {
            None => Outcome::Printed(self.format.text(&schema)),
            Some(out) => self.compared(&schema, out)?,
        };
        self.shown.print(&outcome, json)?;
        let is_clean = !matches!(&outcome, Outcome::Compared { left, .. } if !left.is_empty());
        Ok(if is_clean { ExitCode::SUCCESS } else { ExitCode::from(DIFFERS) })
    }

    /// Writes the files, unless it only compares, and says what is not as it should be then.
    fn compared(&self, schema: &DeclaredSchema, out: &Path) -> io::Result<Outcome> {
        const DECLARED: &str = "what is declared";
        let files = self.format.files(schema, out);
        let mut written = Vec::new();
        for File { path, text } in files.iter().filter(|_| !self.check) {
            if compare(path, text, DECLARED).is_some() {
                write(path, text)?;
                written.push(path.clone());
            }
        }
        let differing = files.iter().filter_map(|file| compare(&file.path, &file.text, DECLARED));
        let strays = strays(&files, out).into_iter().map(|path| stray(path, "table"));
        Ok(Outcome::Compared { written, left: differing.chain(strays).collect() })
    }
}

/// Half a schema would compile, and what is missing would be found by nobody.
fn whole(schema: &DeclaredSchema) -> Result<(), Failure> {
    let Some(first) = schema.unbuilt.first() else { return Ok(()) };
    let (statement, reason) = (on_one_line(&first.statement), on_one_line(&first.reason));
    Err(Failure::Refused(format!(
        "{} declared could not be built here: {statement}: {reason}\n\
         help: `--url` of a server with the same extensions and roles",
        if schema.unbuilt.len() == 1 { "a thing" } else { "several things" }
    )))
}

impl Code {
    fn text(self, schema: &DeclaredSchema) -> String {
        match self {
            Code::Diesel => schema.diesel(),
            Code::SeaOrm => schema.sea_orm(),
        }
    }

    fn files(self, schema: &DeclaredSchema, out: &Path) -> Vec<File> {
        if self == Code::Diesel || !is_folder(out) {
            return vec![File { path: out.to_owned(), text: self.text(schema) }];
        }
        let files = schema.sea_orm_files().into_iter();
        files.map(|(name, text)| File { path: out.join(name), text }).collect()
    }
}

fn is_folder(out: &Path) -> bool {
    out.is_dir() || out.extension().is_none_or(|extension| extension != "rs")
}

/// Files of ours in the folder that no table has any more: they begin as all of ours do.
fn strays(files: &[File], out: &Path) -> Vec<PathBuf> {
    let Some(first) = files.first().filter(|file| file.path != out) else { return Vec::new() };
    let header = first.text.lines().next().unwrap_or_default();
    let mut found = files_in(out, "rs");
    found.retain(|path| files.iter().all(|file| file.path != *path));
    found.retain(|path| fs::read_to_string(path).is_ok_and(|text| text.starts_with(header)));
    found
}

/// Scripts read these names: one may be added, and none changed.
fn json(outcome: &Outcome) -> Value {
    let (text, written, left) = match outcome {
        Outcome::Printed(text) => (Some(text), [].as_slice(), [].as_slice()),
        Outcome::Compared { written, left } => (None, written.as_slice(), left.as_slice()),
    };
    let left = left.iter().map(|FileDifference { path, problem, diff }| {
        json!({ "file": path.display().to_string(), "problem": problem, "diff": diff })
    });
    json!({
        "code": text,
        "clean": left.len() == 0,
        "written": written.iter().map(|path| path.display().to_string()).collect::<Vec<_>>(),
        "differences": left.collect::<Vec<_>>(),
    })
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (written, left) = match self {
            Outcome::Printed(text) => return f.write_str(text),
            Outcome::Compared { written, left } => (written, left),
        };
        if written.is_empty() && left.is_empty() {
            return f.write_str("the code is what is declared\n");
        }
        written.iter().try_for_each(|path| writeln!(f, "wrote {}", path.display()))?;
        let help = "`schema` without `--check` writes it";
        left.iter().try_for_each(|difference| writeln!(f, "{}", difference.text(help)))
    }
}
