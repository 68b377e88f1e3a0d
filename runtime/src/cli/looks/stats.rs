//! `stats`: how large are the tables?

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Args;

use crate::cli::database::Service;
use crate::cli::failure::Failure;
use crate::migration::Migrations;

const CODES: &str = "\
Exit codes:
  0  the statistics have been printed
  1  the database could not be read
  2  the arguments are wrong";

/// Prints how large the tables are, as a file that `review --stats` reads
///
/// Rows, bytes of heap, TOAST and indexes of each table, how fast earlier backfills were, the server's
/// version and the time, as JSON: commit it, and a pull request's checks need no access to production.
/// A replica does as well as a primary, and a role that may only connect. Nothing of a row is in it, no
/// statistics of values, no name of a role, and no statement of a client.
#[derive(Args)]
#[command(after_help = CODES, verbatim_doc_comment)]
pub(crate) struct Stats {
    /// All tables of the database, and not only those that the history names
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    service: Service,
}

impl Stats {
    pub(crate) async fn run(self, history: &Migrations) -> Result<ExitCode, Failure> {
        let statistics = self.service.connect(history).await?.statistics(self.all).await?;
        let mut out = io::stdout().lock();
        out.write_all(statistics.to_json().as_bytes())?;
        out.flush()?;
        Ok(ExitCode::SUCCESS)
    }
}
