//! What a command prints: text for people, or one JSON object for programs.

use std::fmt;
use std::io::{self, Write as _};

use clap::Args;
use serde_json::{Value, json};

use crate::outcome::finding::Finding;

#[derive(Args)]
pub(crate) struct Format {
    /// Prints one JSON object, and nothing else, on the standard output
    #[arg(long)]
    json: bool,
}

impl Format {
    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    pub(crate) fn print<T: fmt::Display>(
        &self,
        shown: &T,
        json: impl FnOnce(&T) -> Value,
    ) -> io::Result<()> {
        let text = if self.json { format!("{:#}\n", json(shown)) } else { shown.to_string() };
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()
    }
}

/// Returns what a preflight found, by the names that scripts read.
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
