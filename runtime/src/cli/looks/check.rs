//! `check`: is the database what the code says?

use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use crate::cli::database::{Service, session};
use crate::cli::differences::Shown;
use crate::cli::failure::Failure;
use crate::cli::output::Format;
use crate::migration::Migrations;
use crate::outcome::comparison::{Comparison, Difference, Unbuilt};

/// The code of a check that has been done, and has found something.
const DIFFERS: u8 = 4;

const CODES: &str = "\
Exit codes:
  0  all that is declared is there as it is declared
  1  the database, or the shadow, could not be read
  2  the arguments are wrong
  4  there are differences, or something declared could not be built to be compared";

/// Holds the database against what the code declares
///
/// It prints each difference with the changes that lead either way; of many, the first and
/// how many more there are of each kind. What is declared is built in schemas of its own,
/// in a transaction that is rolled back; the service's tables are locked as by a reader, if
/// at all, and none of their rows is read. What a migration under way touches is named and
/// not compared, and what nobody declared is listed and is no difference.
#[derive(Args)]
#[command(after_help = CODES, verbatim_doc_comment)]
pub(crate) struct Check {
    #[command(flatten)]
    service: Service,
    /// Another database, in which what is declared is built for the comparison
    #[arg(long, value_name = "URL", env = "CHANGEOVER_SHADOW_URL", hide_env_values = true)]
    shadow: Option<String>,
    /// Prints each difference, however many there are
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    format: Format,
}

impl Check {
    pub(crate) async fn run(self, history: &Migrations) -> Result<ExitCode, Failure> {
        let mut changeover = self.service.connect(history).await?;
        let comparison = match &self.shadow {
            Some(url) => changeover.check_with(session(url).await?.as_mut()).await?,
            None => changeover.check().await?,
        };
        let shown = if self.all { Shown::all(&comparison) } else { Shown::first(&comparison) };
        self.format.print(&shown, |shown| json(shown.comparison))?;
        let is_clean = comparison.is_clean();
        Ok(if is_clean { ExitCode::SUCCESS } else { ExitCode::from(DIFFERS) })
    }
}

/// Scripts read these names: one may be added, and none changed.
fn json(comparison: &Comparison) -> Value {
    let Comparison { differences, undeclared, under_way, unbuilt } = comparison;
    let differences = differences.iter().map(|difference| {
        let Difference { object, declared, found, to_database, to_code } = difference;
        json!({
            "object": object,
            "declared": declared,
            "found": found,
            "to_database": to_database,
            "to_code": to_code,
        })
    });
    let unbuilt = unbuilt
        .iter()
        .map(|Unbuilt { statement, reason }| json!({ "statement": statement, "reason": reason }));
    json!({
        "clean": comparison.is_clean(),
        "differences": differences.collect::<Vec<_>>(),
        "undeclared": undeclared,
        "under_way": under_way,
        "unbuilt": unbuilt.collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_not_be_compared_has_its_fields() {
        let unbuilt = vec![Unbuilt { statement: "create".to_owned(), reason: "no".to_owned() }];
        let under_way = vec!["public.users: `m0002` is migrated".to_owned()];
        let comparison = Comparison { under_way, unbuilt, ..Comparison::default() };
        let expected = json!({
            "clean": false,
            "differences": [],
            "undeclared": [],
            "under_way": ["public.users: `m0002` is migrated"],
            "unbuilt": [{ "statement": "create", "reason": "no" }],
        });
        assert_eq!(json(&comparison), expected);
    }
}
