//! `timeline`: how did it go?

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};

use crate::cli::database::Service;
use crate::cli::failure::Failure;
use crate::cli::looks::plan::known;
use crate::cli::output::Format;
use crate::migration::Migrations;
use crate::outcome::timeline::{self, HeadTime, Mark, MigrationTime, StepTime};
use crate::review;

const CODES: &str = "\
Exit codes:
  0  the picture has been printed
  1  the database could not be read
  2  the arguments are wrong
  3  this history has no such migration";

/// Draws when which step ran, as a page of HTML: `timeline > timeline.html`
///
/// It comes from the record in the database, loads nothing from a network and runs no script.
#[derive(Args)]
#[command(after_help = CODES, verbatim_doc_comment)]
pub(crate) struct Timeline {
    /// One migration alone, `m0002_rename_username`
    id: Option<String>,
    #[command(flatten)]
    service: Service,
    #[command(flatten)]
    format: Format,
}

/// A picture that prints itself.
struct Drawn(timeline::Timeline);

impl std::fmt::Display for Drawn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&review::timeline(&self.0))
    }
}

impl Timeline {
    pub(crate) async fn run(self, history: &Migrations) -> Result<ExitCode, Failure> {
        if let Some(id) = &self.id {
            known(history, id)?;
        }
        let mut timeline = self.service.connect(history).await?.timeline().await?;
        if let Some(id) = self.id {
            timeline.migrations.retain(|migration| migration.id == id);
        }
        self.format.print(&Drawn(timeline), |Drawn(timeline)| json(timeline))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Scripts read these names: one may be added, and none changed. Times are in seconds, moments since
/// 1970 in UTC.
fn json(timeline: &timeline::Timeline) -> Value {
    json!({
        "migrations": timeline.migrations.iter().map(migration).collect::<Vec<_>>(),
        "heads": timeline.heads.iter().map(head).collect::<Vec<_>>(),
    })
}

fn head(HeadTime { head, counts, .. }: &HeadTime) -> Value {
    let count = |(at, live): &(Duration, u64)| json!({ "at": at.as_secs_f64(), "live": live });
    json!({ "head": head, "counts": counts.iter().map(count).collect::<Vec<_>>() })
}

fn migration(migration: &MigrationTime) -> Value {
    let MigrationTime { id, state, steps, marks } = migration;
    let mark = |Mark { at, what }: &Mark| json!({ "at": at.as_secs_f64(), "what": what });
    json!({
        "id": id,
        "state": state,
        "steps": steps.iter().map(step).collect::<Vec<_>>(),
        "marks": marks.iter().map(mark).collect::<Vec<_>>(),
    })
}

fn step(step: &StepTime) -> Value {
    let StepTime { phase, number, what, began, took, rows, tries, locked, held, rested, error } =
        step;
    json!({
        "phase": phase,
        "number": number,
        "what": what,
        "began": began.as_secs_f64(),
        "took": took.map(|took| took.as_secs_f64()),
        "rows": rows,
        "tries": tries,
        "locked_seconds": locked.as_secs_f64(),
        "held_seconds": held.as_secs_f64(),
        "rested_seconds": rested.as_secs_f64(),
        "error": error,
    })
}
