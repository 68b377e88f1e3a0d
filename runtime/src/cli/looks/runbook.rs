//! `runbook`: what does somebody need by night who carries it out?

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use crate::cli::database::Service;
use crate::cli::failure::Failure;
use crate::cli::looks::plan::known;
use crate::cli::output::Format;
use crate::migration::Migrations;
use crate::review;

const CODES: &str = "\
Exit codes:
  0  the runbook has been printed
  1  the database could not be read
  2  the arguments are wrong
  3  this history has no such migration";

/// Writes a runbook of what is pending, as Markdown
///
/// The order of deploys, each step with its locks and its time, what to watch, when to stop, how to go
/// back, whom it can hurt, and a checklist. It reads the database as `plan` does.
#[derive(Args)]
#[command(after_help = CODES, verbatim_doc_comment)]
pub(crate) struct Runbook {
    /// One migration alone, `m0002_rename_username`
    id: Option<String>,
    #[command(flatten)]
    service: Service,
    #[command(flatten)]
    format: Format,
}

impl Runbook {
    pub(crate) async fn run(self, history: &Migrations) -> Result<ExitCode, Failure> {
        if let Some(id) = &self.id {
            known(history, id)?;
        }
        let mut forecast = self.service.connect(history).await?.forecast().await?;
        if let Some(id) = &self.id {
            forecast.migrations.retain(|migration| migration.id == *id);
        }
        let text = review::runbook(history, &forecast);
        self.format.print(&text, |text| json!({ "markdown": text }))?;
        Ok(ExitCode::SUCCESS)
    }
}
