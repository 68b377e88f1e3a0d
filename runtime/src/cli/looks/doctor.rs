//! `doctor`: what here would hurt before long?

use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use crate::cli::database::Service;
use crate::cli::failure::Failure;
use crate::cli::output::Format;
use crate::migration::Migrations;
use crate::outcome::diagnosis::{Diagnosis, Symptom};

const CODES: &str = "\
Exit codes:
  0  nothing was found
  1  the database could not be read
  2  the arguments are wrong
  4  something was found";

/// Says what in the database would hurt before it hurts, each with what to do
///
/// Rights, invalid indexes, constraints that are not proved, what interrupted work has left, numbers
/// that run out, slots, old transactions, settings. It changes nothing.
#[derive(Args)]
#[command(after_help = CODES, verbatim_doc_comment)]
pub(crate) struct Doctor {
    #[command(flatten)]
    service: Service,
    #[command(flatten)]
    format: Format,
}

impl Doctor {
    pub(crate) async fn run(self, history: &Migrations) -> Result<ExitCode, Failure> {
        let diagnosis = self.service.connect(history).await?.diagnose().await?;
        self.format.print(&diagnosis, json)?;
        let code = if diagnosis.symptoms.is_empty() { 0 } else { 4 };
        Ok(ExitCode::from(code))
    }
}

/// Scripts read these names: one may be added, and none changed.
fn json(diagnosis: &Diagnosis) -> Value {
    let Diagnosis { symptoms, unseen, looked } = diagnosis;
    let symptom = |Symptom { look, what, effect, help }: &Symptom| json!({ "look": look, "what": what, "effect": effect, "help": help });
    json!({
        "symptoms": symptoms.iter().map(symptom).collect::<Vec<_>>(),
        "unseen": unseen,
        "looked": looked,
    })
}
