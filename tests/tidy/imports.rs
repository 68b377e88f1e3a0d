//! Imports run one way, so that each room can be read without the later ones.

use std::path::Path;

use changeover_tests::layout::{folders, rust_files};

use super::graph::Graph;
use super::{code_lines, expect_none, operations, read, workspace};

/// The rooms of each crate in the order in which data flows: a room may use the earlier ones.
const MACROS: &[&str] = &[
    "diag",
    "grammar",
    "syntax",
    "lint",
    "model",
    "plan",
    "ops",
    "change",
    "migration",
    "check",
    "merge",
    "emit",
    "expand",
];
const RUNTIME: &[&str] = &[
    "session",
    "migration",
    "outcome",
    "catalog",
    "settings",
    "lock",
    "record",
    "work",
    "preflight",
    "review",
    "run",
    "changeover",
    "lease",
    "testing",
    "cli",
];

/// What a reader still takes in at one look. Operations are columns, and stand in one room.
const ROOMS: usize = 16;
const FILES: usize = 12;
const COLUMNS: &str = "ops";

const CRATES: [(&str, &[&str]); 2] = [("macros/src", MACROS), ("runtime/src", RUNTIME)];

#[test]
fn imports_run_one_way() {
    let mut problems = Vec::new();
    for (part, order) in CRATES {
        let graph = Graph::of(&workspace().join(part));
        for (from, used) in &graph.arrows {
            for to in used {
                if let (Some(from_rank), Some(to_rank)) = (rank(order, from), rank(order, to))
                    && to_rank > from_rank
                {
                    problems.push(format!("{part}: `{from}` uses `{to}`, of a later room"));
                }
            }
        }
        for circle in graph.circles() {
            let files: Vec<&str> = circle.into_iter().collect();
            problems.push(format!("{part}: a circle of {}", files.join(", ")));
        }
    }
    expect_none(&problems);
}

/// Its rank, and none for the root, which only puts the rooms together.
fn rank(order: &[&str], module: &str) -> Option<usize> {
    let room = module.split("::").next().filter(|room| !room.is_empty())?;
    Some(order.iter().position(|one| *one == room).unwrap_or(order.len()))
}

#[test]
fn each_room_has_its_place_and_says_what_it_is_for() {
    let mut problems = Vec::new();
    for (part, order) in CRATES {
        let source = workspace().join(part);
        let graph = Graph::of(&source);
        for room in order {
            if !graph.arrows.keys().any(|module| module.split("::").next() == Some(room)) {
                problems.push(format!("{part}: there is no room `{room}`"));
            }
        }
        for module in graph.arrows.keys() {
            if rank(order, module).is_some_and(|rank| rank == order.len()) {
                problems.push(format!("{part}: `{module}` is in no room of the order"));
            }
        }
        for (folder, entries) in folders(&source) {
            let name = folder.strip_prefix(&source).unwrap_or(&folder);
            let most = if name.as_os_str().is_empty() { ROOMS } else { FILES };
            if entries > most && name != Path::new(COLUMNS) {
                problems.push(format!("{part}: {} has {entries} entries", name.display()));
            }
        }
        for file in rust_files(&source).iter().filter(|file| file.ends_with("mod.rs")) {
            if !read(file).starts_with("//! ") {
                problems.push(format!("{}: what is the room for?", file.display()));
            }
        }
    }
    expect_none(&problems);
}

#[test]
fn operations_never_use_each_other() {
    let ops = workspace().join("macros/src/ops");
    let operations = operations(&workspace());
    let mut problems = Vec::new();
    for file in rust_files(&ops) {
        let text = read(&file);
        let own = file.strip_prefix(&ops).unwrap_or(&file).with_extension("");
        let own = own.components().next().map(|part| part.as_os_str().to_string_lossy());
        if own.as_deref() == Some("mod") {
            continue;
        }
        for (number, line) in code_lines(&text) {
            for other in operations.iter().filter(|other| own.as_deref() != Some(other)) {
                let paths = [format!("ops::{other}::"), format!("super::{other}::")];
                if paths.iter().any(|path| line.contains(path)) {
                    problems.push(format!("{}:{number}: uses `{other}`", file.display()));
                }
            }
        }
    }
    expect_none(&problems);
}

#[test]
fn the_macros_only_write_the_runtimes_paths() {
    let manifest = read(&workspace().join("macros/Cargo.toml"));
    // Its tests run plans.
    let own = manifest.split("[dev-dependencies]").next().unwrap_or_default();
    let depends = own.lines().any(|line| {
        line.trim_start().starts_with("changeover.") || line.trim_start().starts_with("changeover ")
    });
    assert!(!depends, "macros/Cargo.toml: depends on the runtime");

    let source = workspace().join("macros/src");
    let mut problems = Vec::new();
    for file in rust_files(&source) {
        if file
            .strip_prefix(&source)
            .is_ok_and(|file| file.starts_with("emit") || file == Path::new("emit.rs"))
        {
            continue;
        }
        let text = read(&file);
        for (number, _) in code_lines(&text).filter(|(_, line)| line.contains("::changeover::")) {
            problems.push(format!("{}:{number}: only `emit` quotes its paths", file.display()));
        }
    }
    expect_none(&problems);
}
