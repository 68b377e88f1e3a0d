//! `watch`: what goes on just now, again and again.

use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;

use crate::cli::database::Service;
use crate::cli::failure::Failure;
use crate::migration::Migrations;

const CODES: &str = "\
Exit codes:
  0  it was watched as often as was asked for
  1  the database could not be read
  2  the arguments are wrong";

/// What clears a terminal and puts the cursor into its corner.
const CLEAR: &str = "\u{1b}[2J\u{1b}[H";

/// Shows what goes on just now: progress, who waits for whom, instances, gates
///
/// It looks every few seconds until Ctrl-C, or so many times. It waits for no lock and changes nothing;
/// `pause`, `resume` and `set` from another terminal hold a run and change its pace.
#[derive(Args)]
#[command(after_help = CODES, verbatim_doc_comment)]
pub(crate) struct Watch {
    /// Seconds between two looks
    #[arg(long, value_name = "SECONDS", default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..))]
    every: u64,
    /// How often to look; without it, until Ctrl-C
    #[arg(long, value_name = "TIMES")]
    times: Option<u64>,
    #[command(flatten)]
    service: Service,
}

impl Watch {
    pub(crate) async fn run(self, history: &Migrations) -> Result<ExitCode, Failure> {
        let mut changeover = self.service.connect(history).await?;
        let mut pace = tokio::time::interval(Duration::from_secs(self.every));
        let mut looks = 0;
        while self.times.is_none_or(|times| looks < times) {
            pace.tick().await;
            let glance = changeover.glance().await?;
            let mut out = io::stdout().lock();
            let before = if out.is_terminal() { CLEAR } else { "" };
            writeln!(out, "{before}{glance}")?;
            out.flush()?;
            looks += 1;
        }
        Ok(ExitCode::SUCCESS)
    }
}
