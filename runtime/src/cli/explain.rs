//! `explain`: why a form is refused, what is done instead, and the lock that was measured.

use std::fmt;
use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use super::failure::Failure;
use super::output::Format;
use crate::review::{self, Explanation};

const CODES: &str = "\
Exit codes:
  0  it is explained
  2  the arguments are wrong
  3  there is nothing of that name";

/// Explains an operation: its forms, what is refused and why, and the locks that were measured
///
/// A recipe of the catalog of unsafe changes is named by its letter and number. Without a
/// name it lists all. It opens no database.
#[derive(Args)]
#[command(after_help = CODES, verbatim_doc_comment)]
pub(crate) struct Explain {
    /// An operation, `rename_column`, or a recipe, `B2`
    name: Option<String>,
    #[command(flatten)]
    format: Format,
}

impl Explain {
    pub(crate) fn run(&self) -> Result<ExitCode, Failure> {
        let Some(name) = &self.name else {
            self.format.print(&All(review::explanations().collect()), |All(pages)| {
                json!({ "pages": pages.iter().map(|page| value(page, page.title())).collect::<Vec<_>>() })
            })?;
            return Ok(ExitCode::SUCCESS);
        };
        let page = review::explain(name).ok_or_else(|| {
            Failure::Refused("there is nothing of that name\nhelp: `explain` lists all".to_owned())
        })?;
        self.format.print(&page, |page| value(page, &page.to_string()))?;
        Ok(ExitCode::SUCCESS)
    }
}

fn value(page: &Explanation, text: &str) -> Value {
    json!({ "name": page.name, "text": text })
}

struct All(Vec<Explanation>);

impl fmt::Display for All {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|page| writeln!(f, "{:28}  {}", page.name, page.title()))
    }
}
