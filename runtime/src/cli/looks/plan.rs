//! `plan`: what would the next run do here?

use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use crate::cli::database::Service;
use crate::cli::failure::Failure;
use crate::cli::output::Format;
use crate::migration::Migrations;
use crate::outcome::finding::{Finding, Findings};
use crate::outcome::forecast::{Forecast, MigrationForecast, PhaseForecast, StepForecast, Takes};

const CODES: &str = "\
Exit codes:
  0  the plan has been printed, whatever it is
  1  the database could not be read
  2  the arguments are wrong
  3  this history has no such migration";

/// Says what is pending here: phases, locks, sizes, times, obstacles, the way back
///
/// It reads in a transaction that the server keeps from writing, and waits for nobody. Rows are
/// those of the server's statistics; times are for a server that does little else, and up to six
/// times that.
#[derive(Args)]
#[command(after_help = CODES, verbatim_doc_comment)]
pub(crate) struct Plan {
    /// One migration alone, `m0002_rename_username`
    id: Option<String>,
    #[command(flatten)]
    service: Service,
    #[command(flatten)]
    format: Format,
}

impl Plan {
    pub(crate) async fn run(self, history: &Migrations) -> Result<ExitCode, Failure> {
        if let Some(id) = &self.id {
            known(history, id)?;
        }
        let mut forecast = self.service.connect(history).await?.forecast().await?;
        if let Some(id) = self.id {
            forecast.migrations.retain(|migration| migration.id == id);
            if let Some(Findings(findings)) = &mut forecast.findings {
                findings.retain(|finding| finding.migration == id);
            }
        }
        self.format.print(&forecast, json)?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Refuses what the history does not have.
pub(crate) fn known(history: &Migrations, id: &str) -> Result<(), Failure> {
    match history.get(id) {
        Some(_) => Ok(()),
        None => Err(Failure::Refused(format!("this history has no migration `{id}`"))),
    }
}

/// Scripts read these names: one may be added, and none changed.
fn json(forecast: &Forecast) -> Value {
    let Forecast { migrations, missing_rights, findings } = forecast;
    let findings =
        findings.as_ref().map(|Findings(all)| all.iter().map(finding).collect::<Vec<_>>());
    json!({
        "migrations": migrations.iter().map(migration).collect::<Vec<_>>(),
        "missing_rights": missing_rights,
        "findings": findings,
    })
}

fn migration(migration: &MigrationForecast) -> Value {
    let MigrationForecast { id, state, phases, undo } = migration;
    let phases: Vec<Value> = phases.iter().map(phase).collect();
    json!({ "id": id, "state": state.to_string(), "phases": phases, "undo": undo })
}

fn phase(forecast: &PhaseForecast) -> Value {
    let PhaseForecast { phase, waits_for, steps } = forecast;
    json!({
        "phase": phase.to_string(),
        "waits_for": waits_for,
        "takes": takes(forecast.takes()),
        "steps": steps.iter().map(step).collect::<Vec<_>>(),
    })
}

fn step(step: &StepForecast) -> Value {
    let StepForecast {
        number,
        operation,
        subject,
        why,
        sql,
        locks,
        rows,
        growth,
        wal,
        takes: time,
    } = step;
    let locks: Vec<Value> = locks
        .iter()
        .map(|lock| json!({ "table": lock.table, "mode": lock.mode.to_string() }))
        .collect();
    json!({
        "number": number,
        "operation": operation,
        "subject": subject,
        "why": why,
        "sql": sql,
        "locks": locks,
        "rows": rows,
        "growth": growth,
        "wal": wal,
        "takes": takes(*time),
    })
}

/// Seconds; null where nobody knows.
fn takes(takes: Takes) -> Value {
    match takes {
        Takes::Moment => json!({ "least": 0.0, "most": 0.0 }),
        Takes::About { least, most, .. } => {
            json!({ "least": least.as_secs_f64(), "most": most.as_secs_f64() })
        }
        Takes::Unknown => Value::Null,
    }
}

pub(crate) fn finding(finding: &Finding) -> Value {
    let Finding { check, severity, migration, phase, what, effect, help } = finding;
    json!({
        "check": format!("{check:?}"),
        "severity": severity.to_string(),
        "migration": migration,
        "phase": phase.to_string(),
        "what": what,
        "effect": effect,
        "help": help,
    })
}
