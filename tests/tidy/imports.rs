//! Imports run one way (DESIGN §4), so that each room can be read without the later ones.

use std::path::Path;

use changeover_tests::layout::rust_files;

use super::{code_lines, expect_none, operations, read, workspace};

/// The rooms of each crate in the order in which data flows; a room may use those of its own rank
/// and of the earlier ones. A room that is not named here stands with `lib`, the last.
const MACROS: &[&[&str]] = &[
    &["diag", "grammar", "syntax", "lint", "model", "plan"],
    &["ops", "change", "clause", "direct", "allow"],
    &["migration", "history", "gated"],
    &["check", "merge", "siblings"],
    &["emit"],
    &["expand"],
];
const RUNTIME: &[&[&str]] = &[
    &[
        "migration",
        "report",
        "status",
        "error",
        "executor",
        "connect",
        "sql",
        "jitter",
        "row",
        "function",
        "plan_text",
        "repair",
        "settings",
        "load",
        "finding",
    ],
    &["ledger", "presence", "denied", "grants"],
    &["gate"],
    &[
        "line",
        "lock",
        "fence",
        "pooled",
        "blockers",
        "retry",
        "store",
        "stage",
        "hold",
        "throttle",
        "transaction",
        "heap",
        "walk",
    ],
    &[
        "backfill",
        "convert",
        "index",
        "require",
        "outside",
        "alone",
        "bound",
        "step",
        "drift",
        "preflight",
    ],
    &["phase"],
    &["release"],
    &["runner"],
    &["lease"],
    &["builder"],
];

#[test]
fn imports_run_one_way() {
    let mut problems = Vec::new();
    for (part, order) in [("macros/src", MACROS), ("runtime/src", RUNTIME)] {
        let source = workspace().join(part);
        for file in rust_files(&source) {
            let Some(room) = room(&source, &file) else { continue };
            // Unit tests may use the mock, which stands in for what comes later.
            if file.ends_with("tests.rs") {
                continue;
            }
            for (number, used) in uses(&read(&file), &source) {
                if rank(order, &used) > rank(order, &room) {
                    let place = format!("{}:{number}", file.display());
                    problems.push(format!("{place}: `{room}` uses `{used}`, a later room"));
                }
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
        if room(&source, &file).as_deref() == Some("emit") {
            continue;
        }
        let text = read(&file);
        for (number, _) in code_lines(&text).filter(|(_, line)| line.contains("::changeover::")) {
            problems.push(format!("{}:{number}: only `emit` quotes its paths", file.display()));
        }
    }
    expect_none(&problems);
}

/// The module of the crate's root that a file belongs to; none for the root itself.
fn room(source: &Path, file: &Path) -> Option<String> {
    let inside = file.strip_prefix(source).ok()?.with_extension("");
    let name = inside.components().next()?.as_os_str().to_string_lossy().into_owned();
    (name != "lib").then_some(name)
}

fn rank(order: &[&[&str]], room: &str) -> usize {
    order.iter().position(|rooms| rooms.contains(&room)).unwrap_or(order.len())
}

/// The root modules that a file names by `crate::`, outside its own tests.
fn uses(text: &str, source: &Path) -> Vec<(usize, String)> {
    let text = text.split("#[cfg(test)]").next().unwrap_or(text);
    let mut found = Vec::new();
    for (number, line) in code_lines(text) {
        for after in line.split("crate::").skip(1) {
            for name in names(after) {
                let exists =
                    source.join(&name).is_dir() || source.join(name.clone() + ".rs").exists();
                if exists {
                    found.push((number, name));
                }
            }
        }
    }
    found
}

/// `a::b` is `a`; `{a, b::{c}, d}` is `a`, `b`, `d`. Our `rustfmt` writes one module a line, so
/// a group that goes over several lines names no second module.
fn names(after: &str) -> Vec<String> {
    let Some(group) = after.strip_prefix('{') else {
        return identifier(after).into_iter().collect();
    };
    let mut depth = 0;
    let mut starts = vec![0];
    for (index, byte) in group.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            b',' if depth == 0 => starts.push(index + 1),
            _ => {}
        }
    }
    starts.iter().filter_map(|start| identifier(group[*start..].trim_start())).collect()
}

fn identifier(text: &str) -> Option<String> {
    let name: String =
        text.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
    (!name.is_empty()).then_some(name)
}

#[test]
fn names_are_found_in_paths_and_groups() {
    assert_eq!(names("ops::Change;"), ["ops"]);
    assert_eq!(names("{diag::Errors, model::{Schema, State}, plan};"), ["diag", "model", "plan"]);
}
