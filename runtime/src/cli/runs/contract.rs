//! `contract`: what old builds alone needed goes.

use std::process::ExitCode;

use clap::Args;

use super::consent::Consent;
use super::end::{CODES, End};
use super::setup::Setup;
use crate::changeover::builder::Builder;
use crate::cli::failure::Failure;
use crate::migration::Migrations;

/// Runs what `up` runs, and wants every declared switch and contract to run
///
/// One whose gate is not open makes it end with 5, and it says what holds the gate. A
/// contract drops what old builds use, and cannot be undone.
#[derive(Args)]
#[command(after_help = CODES, verbatim_doc_comment)]
pub(crate) struct Contract {
    #[command(flatten)]
    setup: Setup,
    /// Runs them whatever holds their gates: old builds that still live will fail
    #[arg(long, requires = "reason")]
    force: bool,
    /// Why; it is kept in `changeover.events`
    #[arg(long, value_name = "TEXT", requires = "force")]
    reason: Option<String>,
    /// Looks at every row before a switch or a contract, and refuses where old and new shape differ
    #[arg(long)]
    verify: bool,
    #[command(flatten)]
    consent: Consent,
    #[command(flatten)]
    end: End,
}

impl Contract {
    pub(crate) async fn run(self, history: &Migrations) -> Result<ExitCode, Failure> {
        if self.force {
            self.consent
                .to("contracts run although old builds that use what they drop may live")?;
        }
        let verifies = |builder: Builder| builder.verify_before_contract(self.verify);
        let mut ready = self.setup.connect_as(history, &self.end.format, verifies).await?;
        let outcome = match &self.reason {
            Some(reason) => ready.changeover.force_contract(reason).await,
            None => ready.changeover.contract().await,
        };
        self.end.of(outcome, &ready.meter)
    }
}
