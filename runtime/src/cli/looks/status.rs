//! `status`: how far is each migration, and what waits for whom?

use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use crate::cli::database::Service;
use crate::cli::failure::Failure;
use crate::cli::output::Format;
use crate::migration::Migrations;
use crate::outcome::report::HeldGate;
use crate::outcome::status::{
    self, InstanceStatus, MigrationStatus, PartitionsStatus, SettingStatus,
};

const CODES: &str = "\
Exit codes:
  0  the status has been printed, whatever it is
  1  the database could not be read
  2  the arguments are wrong";

/// Says how far each migration is, and what waits for whom
///
/// It waits for no lock and changes nothing.
#[derive(Args)]
#[command(after_help = CODES, verbatim_doc_comment)]
pub(crate) struct Status {
    #[command(flatten)]
    service: Service,
    #[command(flatten)]
    format: Format,
}

impl Status {
    pub(crate) async fn run(self, history: &Migrations) -> Result<ExitCode, Failure> {
        let status = self.service.connect(history).await?.status().await?;
        self.format.print(&status, json)?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Scripts read these names: one may be added, and none changed.
fn json(status: &status::Status) -> Value {
    let status::Status {
        migrations,
        unknown,
        paused_by,
        pause_reason,
        settings,
        waiting,
        partitions,
        instances,
        live,
    } = status;
    json!({
        "migrations": migrations.iter().map(migration).collect::<Vec<_>>(),
        "unknown": unknown,
        "paused_by": paused_by,
        "pause_reason": pause_reason,
        "settings": settings.iter().map(setting).collect::<Vec<_>>(),
        "waiting": waiting.iter().map(gate).collect::<Vec<_>>(),
        "partitions": partitions.iter().map(kept).collect::<Vec<_>>(),
        "instances": instances.iter().map(instance).collect::<Vec<_>>(),
        "live": live,
    })
}

fn migration(migration: &MigrationStatus) -> Value {
    let MigrationStatus { id, state, done, steps, rows, error, interrupted, held_by } = migration;
    json!({
        "id": id,
        "state": state.to_string(),
        "done": done,
        "steps": steps,
        "rows": rows,
        "error": error,
        "interrupted": interrupted,
        "held_by": held_by,
    })
}

pub(crate) fn setting(SettingStatus { name, value, by }: &SettingStatus) -> Value {
    json!({ "name": name, "value": value, "set_by": by })
}

pub(crate) fn gate(HeldGate { migration, phase, by }: &HeldGate) -> Value {
    json!({ "migration": migration, "phase": phase.to_string(), "by": by })
}

fn kept(PartitionsStatus { table, rule, until, ahead }: &PartitionsStatus) -> Value {
    json!({ "table": table, "rule": rule, "until": until, "ahead": ahead })
}

fn instance(instance: &InstanceStatus) -> Value {
    let InstanceStatus { instance, about, head, silent, connected } = instance;
    json!({
        "instance": instance,
        "about": about,
        "head": head,
        "silent": silent,
        "connected": connected,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migration::Phase;

    #[test]
    fn what_waits_and_who_paused_have_their_fields() {
        let by = vec!["instance one".to_owned()];
        let waiting = vec![HeldGate { migration: "m0001".to_owned(), phase: Phase::Contract, by }];
        let [paused_by, pause_reason] = ["me", "a sale"].map(|text| Some(text.to_owned()));
        let unknown = vec!["m0009".to_owned()];
        let status =
            status::Status { unknown, paused_by, pause_reason, waiting, ..Default::default() };
        let expected = json!({
            "migrations": [],
            "unknown": ["m0009"],
            "paused_by": "me",
            "pause_reason": "a sale",
            "settings": [],
            "waiting": [{ "migration": "m0001", "phase": "contract", "by": ["instance one"] }],
            "partitions": [],
            "instances": [],
            "live": 0,
        });
        assert_eq!(json(&status), expected);
    }
}
