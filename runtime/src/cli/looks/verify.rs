//! `verify`: do rows agree?

use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use std::{fs, process};

use clap::Args;
use serde_json::{Value, json};

use crate::cli::codes::DIFFERS;
use crate::cli::database::session;
use crate::cli::failure::Failure;
use crate::cli::output::Format;
use crate::cli::runs::setup::Setup;
use crate::migration::Migrations;
use crate::outcome::verification::{DifferingRow, Unverified, Verification, Verified};
use crate::settings::verify::{self, Verifying};

const CODES: &str = "\
Exit codes:
  0  all that could be verified agrees
  1  the database could not be read
  2  the arguments are wrong
  3  the file of --progress is of another history, database or table
  4  rows differ, or were written each time that they were looked at
  6  it was interrupted; with --progress the next one goes on where it stopped";

/// Between two times that the file is written, or a line is printed at a terminal.
const EVERY: Duration = Duration::from_secs(1);
const SAID: Duration = Duration::from_secs(10);

/// Says of each row whether its old and its new shape agree, or two databases, while clients write
///
/// Of every change that keeps two shapes in step as of now, from the end of its migrate until its
/// contract; with --against, whether each row of this database is in another one, which may follow
/// it by logical replication, and none besides. Rows that differ are named by their key.
///
/// It reads range by range, each for as long as a batch of a backfill takes, and waits for the load
/// as one does. It changes nothing, takes no lock but a reader's, and waits for no run: a role that
/// may only read can do it, and it may be stopped at any moment.
#[derive(Args)]
#[command(after_help = CODES, verbatim_doc_comment)]
pub(crate) struct Verify {
    #[command(flatten)]
    setup: Setup,
    /// Another database, against which each row of this one is held: one that follows it
    #[arg(long, value_name = "URL", env = "CHANGEOVER_AGAINST_URL", hide_env_values = true)]
    against: Option<String>,
    /// A table, `users`; may be given several times [default: all]
    #[arg(long, value_name = "TABLE")]
    table: Vec<String>,
    /// How many rows of each table are named; all are counted
    #[arg(long, value_name = "N", default_value_t = 10)]
    show: usize,
    /// Keeps in this file how far it is, and goes on there; takes it away at the end. Rows that
    /// differ are named in it
    #[arg(long, value_name = "FILE")]
    progress: Option<PathBuf>,
    /// Shows the values that differ between two databases: rows of yours, in your terminal
    #[arg(long, requires = "against")]
    show_values: bool,
    #[command(flatten)]
    format: Format,
}

impl Verify {
    pub(crate) async fn run(self, history: &Migrations) -> Result<ExitCode, Failure> {
        let what = self.what()?;
        let mut ready = self.setup.connect(history, &self.format).await?;
        let verification = match &self.against {
            Some(url) => {
                ready.changeover.verify_against(session(url).await?.as_mut(), &what).await?
            }
            None => ready.changeover.verify(&what).await?,
        };
        if let Some(file) = &self.progress {
            remove(file)?;
        }
        self.format.print(&verification, json)?;
        Ok(ExitCode::from(if verification.agrees() { 0 } else { DIFFERS }))
    }

    fn what(&self) -> Result<verify::Verify, Failure> {
        let mut what = verify::Verify::default().shown(self.show);
        if self.show_values {
            what = what.with_values();
        }
        for table in &self.table {
            what = what.table(table);
        }
        if let Some(kept) = self.progress.as_deref().map(read).transpose()?.flatten() {
            what = what.from(kept);
        }
        let (file, is_said) = (self.progress.clone(), self.is_said());
        let watch = Mutex::new(Watch { file, kept: None, said: None, is_said });
        Ok(what.watch(move |now| {
            // What panicked under it has told nothing.
            watch.lock().unwrap_or_else(PoisonError::into_inner).tell(now);
        }))
    }

    fn is_said(&self) -> bool {
        !self.format.is_json() && io::stderr().is_terminal()
    }
}

/// What is done with how far it is.
struct Watch {
    file: Option<PathBuf>,
    kept: Option<Instant>,
    said: Option<Instant>,
    is_said: bool,
}

impl Watch {
    fn tell(&mut self, now: &Verifying<'_>) {
        let Verifying { table, rows, differing, held_by, position } = *now;
        let is_due = |last: Option<Instant>, every| last.is_none_or(|last| last.elapsed() >= every);
        if let Some(file) = self.file.as_deref().filter(|_| is_due(self.kept, EVERY)) {
            self.kept = Some(Instant::now());
            if let Err(error) = write(file, position) {
                eprintln!("warning: cannot write {}: {error}", file.display());
            }
        }
        if self.is_said && is_due(self.said, SAID) {
            self.said = Some(Instant::now());
            let held = held_by.map(|reason| format!("; waits: {reason}")).unwrap_or_default();
            eprintln!("{table}: {rows} rows, {differing} differ{held}");
        }
    }
}

fn read(file: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        read => read.map(Some),
    }
}

/// As a whole, or not at all.
fn write(file: &Path, text: &str) -> io::Result<()> {
    let mut name = file.as_os_str().to_owned();
    name.push(format!(".{}", process::id()));
    let beside = PathBuf::from(name);
    fs::write(&beside, text)?;
    fs::rename(&beside, file)
}

fn remove(file: &Path) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

/// Scripts read these names: one may be added, and none changed.
fn json(verification: &Verification) -> Value {
    let Verification { verified, unverified, took } = verification;
    let row = |DifferingRow { row, how }: &DifferingRow| json!({ "row": row, "how": how });
    let verified = verified.iter().map(|one| {
        let Verified { table, differing_are, rows, differing, unsettled, samples, notes } = one;
        json!({
            "table": table,
            "differing_are": differing_are,
            "rows": rows,
            "differing": differing,
            "unsettled": unsettled,
            "samples": samples.iter().map(row).collect::<Vec<_>>(),
            "notes": notes,
        })
    });
    let unverified = unverified.iter().map(
        |Unverified { what, why, differs }| json!({ "what": what, "why": why, "differs": differs }),
    );
    json!({
        "agrees": verification.agrees(),
        "rows": verification.rows(),
        "differing": verification.differing(),
        "took_seconds": took.as_secs_f64(),
        "verified": verified.collect::<Vec<_>>(),
        "unverified": unverified.collect::<Vec<_>>(),
    })
}
