//! `up`: what new builds need.

use std::process::ExitCode;

use clap::Args;

use super::end::{CODES, End};
use super::setup::Setup;
use crate::cli::failure::Failure;
use crate::migration::Migrations;

/// Runs what is pending, so that new builds may serve
///
/// It runs expand and migrate of every pending migration, and the switches and contracts
/// whose gate is open; which are not is printed. Old builds go on working. Ctrl-C stops it
/// between two batches, and the next run goes on there.
#[derive(Args)]
#[command(after_help = CODES, verbatim_doc_comment)]
pub(crate) struct Up {
    #[command(flatten)]
    setup: Setup,
    /// Runs expand alone, which is brief
    #[arg(long)]
    expand_only: bool,
    #[command(flatten)]
    end: End,
}

impl Up {
    pub(crate) async fn run(self, history: &Migrations) -> Result<ExitCode, Failure> {
        let mut ready = self.setup.connect(history, &self.end.format).await?;
        let outcome = if self.expand_only {
            ready.changeover.expand().await
        } else {
            ready.changeover.migrate().await
        };
        self.end.of(outcome, &ready.meter)
    }
}
