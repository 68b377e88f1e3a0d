//! Each operation's page ends with what the compiler refuses and with a whole plan, which are taken
//! from the operation's own tests, so that the page cannot lie.
//!
//! `UPDATE_SQL=1 cargo test -p changeover-tests --test tidy` writes them.

use std::fmt::Write as _;
use std::{env, fs};

use changeover_tests::layout::operation_folders;

use super::{expect_none, read, workspace};

#[test]
fn each_page_ends_with_what_is_refused_and_with_a_plan() {
    let (tests, update) = (workspace().join("tests"), env::var_os("UPDATE_SQL").is_some());
    let mut problems = Vec::new();
    for operation in operation_folders(&tests) {
        let folder = tests.join("ops").join(&operation);
        let page = page(&read(&folder.join("reject.stderr")), &read(&folder.join("plan.sql")));
        let file = workspace().join("macros/docs").join(&operation).with_extension("md");
        if update {
            fs::write(&file, page).expect("the page is written");
        } else if fs::read_to_string(&file).ok().as_ref() != Some(&page) {
            problems.push(format!("{}: UPDATE_SQL=1 writes it anew", file.display()));
        }
    }
    expect_none(&problems);
}

fn page(refused: &str, plan: &str) -> String {
    let mut page = String::from("# What the compiler refuses\n\nBy its own tests:\n\n");
    for mistake in refused.split("\n\n").filter(|text| text.starts_with("error: ")) {
        let words = |line: &str| {
            let line = line.trim();
            ["error: ", "help: ", "note: "].iter().any(|word| line.starts_with(word))
        };
        let said = mistake.lines().take_while(|line| !line.trim_start().starts_with("-->"));
        let said: Vec<&str> = said.filter(|line| words(line)).map(str::trim).collect();
        let said = said.join("; ").replace('<', "\\<").replace('[', "\\[");
        let _ = writeln!(page, "- {}", said.trim_start_matches("error: "));
    }
    let _ = write!(
        page,
        "\n# Its plan\n\nThe review file of the scenario under which it is tested:\n\n\
         <details><summary>SQL</summary>\n\n```sql\n{}\n```\n\n</details>\n",
        plan.trim_end()
    );
    page
}
