//! `up`: what new builds need.

use std::process::ExitCode;

use clap::Args;

use super::end::{CODES, End};
use super::setup::Setup;
use crate::changeover::Changeover;
use crate::changeover::builder::Builder;
use crate::cli::failure::Failure;
use crate::migration::Migrations;
use crate::outcome::error::Error;
use crate::outcome::report::Report;

/// Runs what is pending, so that new builds may serve
///
/// It runs expand and migrate of every pending migration, and the switches and contracts
/// whose gate is open; which are not is printed. Old builds go on working. What changes
/// leave to the background it does at the end, once new builds may serve. Ctrl-C stops it
/// between two batches, and the next run goes on there.
#[derive(Args)]
#[command(after_help = CODES, verbatim_doc_comment)]
pub(crate) struct Up {
    #[command(flatten)]
    setup: Setup,
    /// Runs expand alone, which is brief
    #[arg(long)]
    expand_only: bool,
    /// Leaves to instances that hold leases, and to the next run, what changes leave to the
    /// background
    #[arg(long, conflicts_with = "expand_only")]
    leave_background: bool,
    /// Looks at every row before a switch or a contract, and refuses where old and new shape differ
    #[arg(long)]
    verify: bool,
    #[command(flatten)]
    end: End,
}

impl Up {
    pub(crate) async fn run(self, history: &Migrations) -> Result<ExitCode, Failure> {
        let verifies = |builder: Builder| builder.verify_before_contract(self.verify);
        let mut ready = self.setup.connect_as(history, &self.end.format, verifies).await?;
        let outcome = if self.expand_only {
            ready.changeover.expand().await
        } else {
            self.migrate(&mut ready.changeover).await
        };
        self.end.of(outcome, &ready.meter)
    }

    async fn migrate(&self, changeover: &mut Changeover) -> Result<Report, Error> {
        let report = changeover.migrate().await?;
        if report.background.is_empty() || self.leave_background {
            return Ok(report);
        }
        // Another one does at its end what the first has left.
        match changeover.migrate().await {
            Ok(later) => Ok(both(report, later)),
            Err(error) => {
                let report = both(report, error.report().clone());
                Err(error.with_report(report))
            }
        }
    }
}

/// Returns what two runs did, one after the other.
fn both(mut first: Report, later: Report) -> Report {
    first.phases.extend(later.phases);
    first.findings.extend(later.findings);
    first.partitions.extend(later.partitions);
    Report { waiting: later.waiting, background: later.background, ..first }
}
