//! `repair`: the record is corrected where the database was changed by hand.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::json;

use crate::cli::database::Service;
use crate::cli::failure::Failure;
use crate::cli::output::Format;
use crate::migration::{Migrations, Phase};
use crate::settings::repair;

const CODES: &str = "\
Exit codes:
  0  the record is corrected
  1  it failed, and nothing was changed
  2  the arguments are wrong
  3  it was refused, because it would make the record wrong, or has no reason";

/// Corrects what the database remembers, where it was changed by hand
///
/// It touches no table of the service. Who did it, when and why is kept in
/// `changeover.events`.
#[derive(Args)]
#[command(after_help = CODES, verbatim_doc_comment)]
pub(crate) struct Repair {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// What has run of a migration is what this build has as its plan
    AcceptPlan(OfMigration),
    /// A step has been carried out by hand
    MarkDone(OfStep),
    /// A step has been taken back by hand
    MarkUndone(OfStep),
    /// A state is what its steps speak for, and rows that cannot be read are none
    Recount(OfMigration),
    /// All of a migration has been taken back by hand
    Forget(OfMigration),
}

#[derive(Args)]
struct OfMigration {
    /// The migration
    id: String,
    #[command(flatten)]
    rest: Rest,
}

#[derive(Args)]
struct OfStep {
    /// The migration
    id: String,
    /// The phase: `expand`, `migrate`, `background`, `switch` or `contract`
    #[arg(value_parser = phase)]
    phase: Phase,
    /// The step in it, counted from 1
    step: usize,
    #[command(flatten)]
    rest: Rest,
}

#[derive(Args)]
struct Rest {
    /// Why; it is kept in `changeover.events`
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    service: Service,
    #[command(flatten)]
    format: Format,
}

impl Repair {
    pub(crate) async fn run(self, history: &Migrations) -> Result<ExitCode, Failure> {
        let (repair, rest) = self.what.split();
        let name = repair.name();
        let mut changeover = rest.service.connect(history).await?;
        changeover.repair(repair, &rest.reason).await?;
        let shown = format!("{name}: done, and kept in `changeover.events`\n");
        rest.format.print(&shown, |_| json!({ "repair": name, "reason": rest.reason }))?;
        Ok(ExitCode::SUCCESS)
    }
}

impl What {
    fn split(self) -> (repair::Repair, Rest) {
        match self {
            What::AcceptPlan(of) => (repair::Repair::accept_plan(of.id), of.rest),
            What::MarkDone(of) => (repair::Repair::mark_done(of.id, of.phase, of.step), of.rest),
            What::MarkUndone(of) => {
                (repair::Repair::mark_undone(of.id, of.phase, of.step), of.rest)
            }
            What::Recount(of) => (repair::Repair::recount(of.id), of.rest),
            What::Forget(of) => (repair::Repair::forget(of.id), of.rest),
        }
    }
}

fn phase(text: &str) -> Result<Phase, String> {
    let phase = Phase::ALL.into_iter().find(|phase| phase.to_string() == text);
    phase.ok_or_else(|| "it is expand, migrate, background, switch or contract".to_owned())
}
