//! `gates`: which switch and which contract waits for what?

use std::fmt;
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use crate::cli::codes;
use crate::cli::database::Service;
use crate::cli::failure::Failure;
use crate::cli::looks::status::gate;
use crate::cli::output::Format;
use crate::migration::Migrations;
use crate::outcome::report::HeldGate;

const CODES: &str = "\
Exit codes:
  0  the gates have been printed
  1  the database could not be read
  2  the arguments are wrong
  5  with --detailed-exit-code: a switch or a contract waits";

/// Says which switch and which contract waits for what
///
/// It is the part of the status that is about gates. It waits for no lock and changes
/// nothing.
#[derive(Args)]
#[command(after_help = CODES, verbatim_doc_comment)]
pub(crate) struct Gates {
    #[command(flatten)]
    service: Service,
    #[command(flatten)]
    format: Format,
    /// Ends with 5 where something waits
    #[arg(long)]
    detailed_exit_code: bool,
}

struct Held(Vec<HeldGate>);

impl Gates {
    pub(crate) async fn run(self, history: &Migrations) -> Result<ExitCode, Failure> {
        let held = Held(self.service.connect(history).await?.status().await?.waiting);
        self.format.print(
            &held,
            |Held(waiting)| json!({ "waiting": waiting.iter().map(gate).collect::<Vec<_>>() }),
        )?;
        let waits = self.detailed_exit_code && !held.0.is_empty();
        Ok(if waits { ExitCode::from(codes::WAITS) } else { ExitCode::SUCCESS })
    }
}

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("nothing waits\n");
        }
        self.0.iter().try_for_each(|held| writeln!(f, "{held}"))
    }
}
