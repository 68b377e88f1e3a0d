//! What keeps the code readable, as far as a machine can see it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use changeover_tests::layout::{operation_folders, operations, rust_files};

#[path = "tidy/command_line.rs"]
mod command_line;
#[path = "tidy/definer.rs"]
mod definer;
#[path = "tidy/docs.rs"]
mod docs;
#[path = "tidy/explain.rs"]
mod explain;
#[path = "tidy/graph.rs"]
mod graph;
#[path = "tidy/imports.rs"]
mod imports;
#[path = "tidy/pages.rs"]
mod pages;

const LONGEST_FILE: usize = 400;
const GOOD_FILE: usize = 300;

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a workspace").to_owned()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Fails with all problems at once: one at a time is a run each.
fn expect_none(problems: &[String]) {
    assert!(problems.is_empty(), "\n  {}", problems.join("\n  "));
}

/// The lines that are code, with their numbers.
fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .map(|(index, line)| (index + 1, line))
}

#[test]
fn every_operation_has_its_folder_with_all_files() {
    let (tests, workspace) = (workspace().join("tests"), workspace());
    let (folders, operations) = (operation_folders(&tests), operations(&workspace));
    let mut problems = Vec::new();
    for operation in &operations {
        if !workspace.join("macros/src/ops").join(operation).with_extension("md").exists() {
            problems.push(format!("macros/src/ops/{operation}.md: what a user reads of it"));
        }
    }
    for operation in operations.iter().filter(|operation| !folders.contains(operation)) {
        problems.push(format!("tests/ops/{operation}: the operation has no folder"));
    }
    for folder in &folders {
        if !operations.contains(folder) {
            problems.push(format!("tests/ops/{folder}: macros/src/ops has no such operation"));
        }
        for file in ["reject.rs", "reject.stderr", "plan.sql", "live.rs"] {
            if !tests.join("ops").join(folder).join(file).exists() {
                problems.push(format!("tests/ops/{folder}: lacks {file}"));
            }
        }
    }
    expect_none(&problems);
}

#[test]
fn the_readme_lists_every_operation() {
    let Ok(readme) = fs::read_to_string(workspace().join("README.md")) else { return };
    let listed = |operation: &String| {
        readme.lines().any(|line| line.starts_with('|') && line.contains(operation.as_str()))
    };
    let operations = operations(&workspace());
    let missing = operations.iter().filter(|operation| !listed(operation));
    expect_none(&missing.map(|name| format!("no table row names {name}")).collect::<Vec<_>>());
}

#[test]
fn files_are_short() {
    let mut problems = Vec::new();
    for file in rust_files(&workspace()) {
        if file.starts_with(workspace().join("target")) {
            continue;
        }
        let lines = read(&file).lines().count();
        if lines > LONGEST_FILE {
            problems.push(format!("{}: {lines} lines", file.display()));
        } else if lines > GOOD_FILE {
            eprintln!("{}: {lines} lines, better under {GOOD_FILE}", file.display());
        }
    }
    expect_none(&problems);
}

#[test]
fn nothing_is_left_half_done_or_printed() {
    const WORDS: [&str; 5] = ["todo!", "unimplemented!", "#[ignore", "println!", "dbg!"];
    let mut problems = Vec::new();
    for part in ["runtime/src", "macros/src"] {
        for file in rust_files(&workspace().join(part)) {
            // The command line's output is what it prints, and a test says how much it ran.
            let prints = file.components().any(|part| part.as_os_str() == "cli")
                || file.components().any(|part| part.as_os_str() == "on_server");
            let text = read(&file);
            for (number, line) in code_lines(&text) {
                let found = WORDS.iter().find(|word| line.contains(**word));
                if let Some(word) = found.filter(|word| !(prints && **word == "println!")) {
                    problems.push(format!("{}:{number}: {word}", file.display()));
                }
            }
        }
    }
    expect_none(&problems);
}

/// `cargo fmt` does not see the modules that `build.rs` declares.
#[test]
fn scenarios_are_formatted() {
    let files: Vec<_> = rust_files(&workspace().join("tests/ops"))
        .into_iter()
        .filter(|file| file.ends_with("live.rs"))
        .collect();
    if files.is_empty() {
        return;
    }
    let mut rustfmt = Command::new("rustfmt");
    rustfmt.args(["--edition", "2024", "--check", "--config-path"]).arg(workspace()).args(&files);
    // A toolchain without rustfmt cannot tell; the continuous integration has it.
    let Ok(output) = rustfmt.output() else { return };
    let complaint = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{complaint}{}", String::from_utf8_lossy(&output.stderr));
}
