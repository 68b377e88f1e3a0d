//! `pause` and `resume`: every run of a history stands still, or goes on.

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use crate::cli::database::Service;
use crate::cli::failure::Failure;
use crate::cli::output::Format;
use crate::migration::Migrations;

const CODES: &str = "\
Exit codes:
  0  it is written down
  1  it could not be written down
  2  the arguments are wrong";

/// Lets every run of this history stand still, wherever it runs
///
/// One that is under way stops between two batches within a second, and a new one waits
/// before its first step, until `resume`. An undo is not held.
#[derive(Args)]
#[command(after_help = CODES, verbatim_doc_comment)]
pub(crate) struct Pause {
    /// Why, for who wonders
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    service: Service,
    #[command(flatten)]
    format: Format,
}

/// Lets the runs of this history go on
#[derive(Args)]
#[command(after_help = CODES)]
pub(crate) struct Resume {
    #[command(flatten)]
    service: Service,
    #[command(flatten)]
    format: Format,
}

impl Pause {
    pub(crate) async fn run(self, history: &Migrations) -> Result<ExitCode, Failure> {
        self.service.connect(history).await?.pause(&self.reason).await?;
        let shown = "paused\n".to_owned();
        self.format.print(&shown, |_| json!({ "paused": true, "reason": self.reason }))?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Resume {
    pub(crate) async fn run(self, history: &Migrations) -> Result<ExitCode, Failure> {
        self.service.connect(history).await?.resume().await?;
        self.format.print(&"resumed\n".to_owned(), |_| json!({ "paused": false }))?;
        Ok(ExitCode::SUCCESS)
    }
}
