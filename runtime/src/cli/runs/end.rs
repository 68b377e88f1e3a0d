//! What is said of a run that has ended, and the code that it ends with.

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use super::progress::Meter;
use crate::cli::codes;
use crate::cli::failure::Failure;
use crate::cli::looks::status::gate;
use crate::cli::output::{Format, finding};
use crate::outcome::error::Error;
use crate::outcome::report::{PhaseReport, Report};

pub(super) const CODES: &str = "\
Exit codes:
  0  it is done, or there was nothing to do (see 5 and 7)
  1  it failed; the next run goes on where it stopped
  2  the arguments are wrong
  3  it was refused, and nothing of what was refused has been done
  5  it waits for a gate, or, with --detailed-exit-code, some gate is held
  6  it was interrupted; the next run goes on where it stopped
  7  with --detailed-exit-code: there was nothing to do";

/// How a run says what became of it.
#[derive(Args)]
pub(super) struct End {
    #[command(flatten)]
    pub(super) format: Format,
    /// Ends with 7 where there was nothing to do, and with 5 where a switch or a contract waits
    #[arg(long)]
    detailed_exit_code: bool,
}

impl End {
    pub(super) fn of(
        &self,
        outcome: Result<Report, Error>,
        meter: &Meter,
    ) -> Result<ExitCode, Failure> {
        meter.finish();
        let (report, error) = match &outcome {
            Ok(report) => (report, None),
            Err(error) => (error.report(), Some(error)),
        };
        let code = code(report, error);
        if self.format.is_json() {
            writeln!(io::stdout(), "{:#}", value(report, error, code))?;
        } else {
            report.findings.iter().for_each(|finding| eprintln!("{finding}"));
            if error.is_none() || !report.phases.is_empty() {
                write!(io::stdout(), "{report}")?;
            }
        }
        outcome?;
        let shown = if self.detailed_exit_code { code } else { 0 };
        Ok(ExitCode::from(shown))
    }
}

fn code(report: &Report, error: Option<&Error>) -> u8 {
    match error {
        Some(error) => codes::of(error),
        None if !report.waiting.is_empty() => codes::WAITS,
        None if report.phases.is_empty() && report.partitions.is_empty() => codes::NOTHING,
        None => 0,
    }
}

/// Scripts read these names: one may be added, and none changed.
fn value(report: &Report, error: Option<&Error>, code: u8) -> Value {
    let Report { phases, findings, waiting, background, partitions } = report;
    json!({
        "outcome": codes::word(code),
        "phases": phases.iter().map(phase).collect::<Vec<_>>(),
        "findings": findings.iter().map(finding).collect::<Vec<_>>(),
        "waiting": waiting.iter().map(gate).collect::<Vec<_>>(),
        "background": background,
        "partitions": partitions,
        "error": error.map(|error| json!({
            "kind": format!("{:?}", error.kind()),
            "message": error.in_full(),
        })),
    })
}

fn phase(report: &PhaseReport) -> Value {
    let PhaseReport {
        migration,
        phase,
        undone,
        duration,
        longest_lock,
        steps,
        retries,
        rows,
        waited,
        rested,
    } = report;
    json!({
        "migration": migration,
        "phase": phase.to_string(),
        "undone": undone,
        "duration_seconds": duration.as_secs_f64(),
        "longest_lock_seconds": longest_lock.as_secs_f64(),
        "steps": steps,
        "retries": retries,
        "rows": rows,
        "waited_seconds": waited.as_secs_f64(),
        "rested_seconds": rested.as_secs_f64(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migration::Phase;
    use crate::outcome::error::Detail;
    use crate::outcome::report::HeldGate;

    #[test]
    fn each_end_has_a_word_and_a_code() {
        let mut report = Report::default();
        assert_eq!(code(&report, None), codes::NOTHING);
        report.phases.push(PhaseReport::new("m0001", Phase::Expand, false));
        assert_eq!(code(&report, None), 0);
        let by = vec!["a lease".to_owned()];
        let held = HeldGate { migration: "m0001".to_owned(), phase: Phase::Contract, by };
        report.waiting.push(held);
        assert_eq!(code(&report, None), codes::WAITS);
        let error = Error::new(Detail::Interrupted);
        let value = value(&report, Some(&error), code(&report, Some(&error)));
        assert_eq!(value["outcome"], "interrupted");
        assert_eq!(value["error"]["kind"], "Interrupted");
        assert_eq!(value["waiting"][0]["by"][0], "a lease");
    }
}
