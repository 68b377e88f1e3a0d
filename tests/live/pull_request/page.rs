//! The page on pull requests shows a comment as it is.
//!
//! `UPDATE_SQL=1 cargo test -p changeover-tests --test live -- pull_request::page` writes it.

use std::path::Path;
use std::{env, fs};

use changeover_tests::{Failure, fail};

use super::repository::Repository;
use crate::command_line::process::failure;

const BEGIN: &str = "````markdown\n";
const END: &str = "````\n";

#[test]
fn the_page_shows_a_comment_as_it_is() -> Result<(), Failure> {
    let repository = Repository::new("page")?;
    repository.branch()?;
    let statistics = repository.read("changeover-stats.json")?;
    repository.write("changeover-stats.json", &statistics.replace("2999-01-01", "2026-11-30"))?;
    let typed = "review --format markdown --since main --stats changeover-stats.json";
    // The day on which a reader's test runs is not that of the page.
    let told = repository.schema(typed)?;
    let told: String = told.split("\n<details>").next().unwrap_or_default().to_owned();
    let is_old = |line: &&str| !line.contains("tables may have grown since");
    let told: String = told.lines().filter(is_old).map(|line| line.to_owned() + "\n").collect();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/pull-requests.md");
    let page = fs::read_to_string(&file).map_err(failure)?;
    let parts = page.split_once(BEGIN).and_then(|(before, rest)| {
        let (shown, behind) = rest.split_once(END)?;
        Some((before, shown, behind))
    });
    let Some((before, shown, behind)) = parts else { fail!("the page has no comment") };
    if env::var_os("UPDATE_SQL").is_some() {
        let written = format!("{before}{BEGIN}{told}{END}{behind}");
        return fs::write(&file, written).map_err(failure);
    }
    if shown != told {
        fail!("UPDATE_SQL=1 writes the page anew: {told}");
    }
    Ok(())
}
