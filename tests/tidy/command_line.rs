//! The page on the command line shows what the commands themselves say.
//!
//! `UPDATE_SQL=1 cargo test -p changeover-tests --test tidy` writes it.

use std::fmt::Write as _;
use std::os::unix::process::CommandExt as _;
use std::process::Command;
use std::{env, fs};

use super::{expect_none, read, workspace};

const BINARY: &str = env!("CARGO_BIN_EXE_accounts");
const FENCE: &str = "```text\n$ ";

#[test]
fn the_page_shows_the_help_of_each_command() {
    let file = workspace().join("docs/command-line.md");
    let text = read(&file);
    let mut blocks = text.split(FENCE);
    let mut page = blocks.next().unwrap_or_default().to_owned();
    let (mut problems, mut shown) = (Vec::new(), Vec::new());
    for block in blocks {
        let (typed, rest) = block.split_once('\n').expect("a command is a line");
        let (_, rest) = rest.split_once("```\n").expect("a block ends");
        let _ = write!(page, "{FENCE}{typed}\n{}```\n{rest}", said(typed));
        shown.push(typed);
    }
    for command in [
        "new",
        "review",
        "schema",
        "up",
        "contract",
        "undo",
        "undo-to",
        "repair",
        "rehearse",
        "status",
        "stats",
        "check",
        "gates",
        "pause",
        "resume",
        "set",
        "adopt",
        "squash",
        "plan",
        "runbook",
        "watch",
        "timeline",
        "doctor",
        "explain",
        "completions",
    ] {
        if !shown.iter().any(|typed| typed.ends_with(&format!(" {command} --help"))) {
            problems.push(format!("{}: the help of `{command}` is missing", file.display()));
        }
    }
    if env::var_os("UPDATE_SQL").is_some() {
        fs::write(&file, page).expect("the page is written");
    } else if page != text {
        problems.push(format!("{}: UPDATE_SQL=1 writes it anew", file.display()));
    }
    expect_none(&problems);
}

/// What a command prints. A binary is called by the name that is typed, which it shows.
fn said(typed: &str) -> String {
    let mut words = typed.split(' ');
    let mut command = Command::new(BINARY);
    command.arg0(words.next().unwrap_or_default()).args(words);
    let output = command.env_clear().output().expect("the binary of the tests runs");
    assert!(output.status.success(), "{typed}: {}", String::from_utf8_lossy(&output.stderr));
    let help = String::from_utf8(output.stdout).expect("a help is UTF-8");
    help.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}
