//! `explain`: why a form is refused, what is done instead, and the lock that was measured.

use std::fmt;
use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use super::failure::Failure;
use super::output::Format;

/// Written from the operations' own pages, their tests, and the catalog of measured locks: a line
/// `@@ name` begins each, with the recipes that it follows behind it.
const PAGES: &str = include_str!("pages.txt");

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

struct Page {
    name: &'static str,
    recipes: Vec<&'static str>,
    text: &'static str,
}

impl Explain {
    pub(crate) fn run(&self) -> Result<ExitCode, Failure> {
        let Some(name) = &self.name else {
            self.format.print(&All(pages().collect()), |All(pages)| {
                json!({ "pages": pages.iter().map(|page| page.json(page.title())).collect::<Vec<_>>() })
            })?;
            return Ok(ExitCode::SUCCESS);
        };
        let wanted = name.trim_end_matches('!').to_lowercase();
        let found = pages().find(|page| page.name.to_lowercase() == wanted);
        let page = found.ok_or_else(|| {
            Failure::Refused("there is nothing of that name\nhelp: `explain` lists all".to_owned())
        })?;
        self.format.print(&page, |page| page.json(&page.to_string()))?;
        Ok(ExitCode::SUCCESS)
    }
}

fn pages() -> impl Iterator<Item = Page> {
    let pages = PAGES.split("@@ ").filter_map(|page| page.split_once('\n'));
    pages.map(|(names, text)| {
        let mut names = names.split(' ');
        Page { name: names.next().unwrap_or_default(), recipes: names.collect(), text }
    })
}

impl Page {
    fn title(&self) -> &'static str {
        let title = self.text.lines().next().unwrap_or_default();
        let title = title.trim_start_matches("**");
        title.strip_prefix(self.name).unwrap_or(title).split("**").next().unwrap_or_default().trim()
    }

    fn json(&self, text: &str) -> Value {
        json!({ "name": self.name, "text": text })
    }
}

impl fmt::Display for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)?;
        for recipe in pages().filter(|page| self.recipes.contains(&page.name)) {
            write!(f, "\nMeasured, recipe {} of the catalog:\n\n{}", recipe.name, recipe.text)?;
        }
        Ok(())
    }
}

struct All(Vec<Page>);

impl fmt::Display for All {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|page| writeln!(f, "{:28}  {}", page.name, page.title()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_page_has_a_name_and_a_title_and_what_was_measured_comes_along() {
        let pages: Vec<Page> = pages().collect();
        assert!(pages.len() > 100, "{}", pages.len());
        for page in &pages {
            let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
            assert!(page.name.chars().all(is_word) && !page.title().is_empty(), "{}", page.name);
        }
        let of = |name| pages.iter().find(|page| page.name == name).map(ToString::to_string);
        let of = |name| of(name).unwrap_or_default();
        assert!(of("rename_column").contains("What the compiler refuses"));
        assert!(of("add_index").contains("[m index.create"));
        assert!(of("B2").contains("SET NOT NULL"));
    }
}
