//! Functions that run with more rights than their caller's pin what they search.

use changeover_tests::layout::{operations, rust_files};

use super::{expect_none, read, workspace};

fn unpinned(place: &str, statement: &str) -> Option<String> {
    let is_bad = statement.contains("security definer") && !statement.contains("set search_path");
    is_bad.then(|| format!("{place}: `security definer` without a search path"))
}

#[test]
fn a_plans_functions_pin_their_search_path() {
    let (mut problems, mut seen) = (Vec::new(), 0);
    for operation in operations(&workspace()) {
        let plan = workspace().join("tests/ops").join(operation).join("plan.sql");
        // In plans a statement ends at the end of a line, and so does nothing within a function's
        // head.
        for statement in read(&plan).split(";\n") {
            seen += usize::from(statement.contains("security definer"));
            problems.extend(unpinned(&plan.display().to_string(), statement));
        }
    }
    assert!(seen > 0, "no plan has such a function: the test looks at the wrong thing");
    expect_none(&problems);
}

#[test]
fn the_runtimes_functions_pin_their_search_path() {
    let source = workspace().join("runtime/src");
    let files = std::fs::read_dir(source.join("store")).expect("the store's folder");
    let files = files.filter_map(Result::ok).map(|entry| entry.path());
    let (mut problems, mut seen) = (Vec::new(), 0);
    for file in files.filter(|path| path.extension().is_some_and(|end| end == "sql")) {
        let (text, place) = (read(&file), file.display().to_string());
        seen += usize::from(text.contains("security definer"));
        problems.extend(unpinned(&place, &text));
        if text.contains("create or replace function") && !text.contains("set search_path") {
            problems.push(format!("{place}: a function without a search path"));
        }
    }
    assert!(seen > 0, "no file has such a function: the test looks at the wrong thing");
    for file in rust_files(&source) {
        let text = read(&file);
        let is_code = |line: &&str| !line.trim_start().starts_with("//");
        if text.lines().filter(is_code).any(|line| line.contains("security definer")) {
            problems.push(format!("{}: it belongs into a file of its own", file.display()));
        }
    }
    expect_none(&problems);
}
