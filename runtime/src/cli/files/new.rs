//! `new`: the next migration, with its parent, in its file and in the list.

use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use crate::cli::failure::Failure;
use crate::cli::output::Format;
use crate::review::{self, NewMigration};

const CODES: &str = "\
Exit codes:
  0  the migration is written and in the list
  1  a file could not be read or written
  2  the arguments are wrong
  3  the name is taken or none, or the list is not as it has to be; nothing is written";

/// Writes the next migration, and puts it into the list
///
/// It reads the list on the disk, `mod.rs` in the folder or the file beside it, makes the
/// last of it the parent of the new one, and changes nothing else of the file. It opens no
/// database.
#[derive(Args)]
#[command(after_help = CODES, verbatim_doc_comment)]
pub(crate) struct New {
    /// What it does, `rename_username`; the number comes by itself
    name: String,
    /// Declares the contract of this migration
    #[arg(long, value_name = "ID")]
    contract: Option<String>,
    /// The folder of the migrations
    #[arg(long, value_name = "FOLDER", default_value = "src/migrations")]
    dir: PathBuf,
    #[command(flatten)]
    format: Format,
}

impl New {
    pub(crate) fn run(&self) -> Result<ExitCode, Failure> {
        let made = review::new_migration(&self.dir, &self.name, self.contract.as_deref());
        let made = made.map_err(|error| match error.kind() {
            ErrorKind::InvalidInput | ErrorKind::AlreadyExists => {
                Failure::Refused(error.to_string())
            }
            _ => Failure::from(error),
        })?;
        let shown = format!("wrote {}\nadded to {}\n", made.file.display(), made.list.display());
        self.format.print(&shown, |_| json(&made))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Scripts read these names: one may be added, and none changed.
fn json(NewMigration { id, parent, file, list, .. }: &NewMigration) -> Value {
    json!({
        "id": id,
        "parent": parent,
        "file": file.display().to_string(),
        "list": list.display().to_string(),
    })
}
