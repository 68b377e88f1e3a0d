//! Functions that run with more rights than their caller's pin what they search, where nobody else
//! may create, and are not everybody's to call.

use changeover_tests::layout::{operations, rust_files};

use super::{expect_none, read, workspace};

const DEFINER: &str = "security definer";

fn unpinned(place: &str, statement: &str) -> Option<String> {
    let mut lines = statement.lines().map(|line| line.trim_start_matches("-- undo: ").trim());
    let path = lines.find_map(|line| line.strip_prefix("set search_path = "));
    let problem = match path {
        _ if !statement.contains(DEFINER) => return None,
        None => "without a search path",
        Some(path) if path.contains("public") => "that searches `public`",
        Some(_) => return None,
    };
    Some(format!("{place}: `{DEFINER}` {problem}"))
}

/// What is wrong about a function that a step makes; what it replaces has its privileges already.
fn problems_of(step: &str, statement: &str) -> Vec<&'static str> {
    let create = statement
        .lines()
        .find_map(|line| line.trim_start_matches("-- undo: ").strip_prefix("create function "));
    let Some((name, rest)) = create.and_then(|create| create.split_once('(')) else {
        return Vec::new();
    };
    let mut problems = Vec::new();
    let is_revoked = |line: &str| {
        line.contains(&format!("revoke execute on function {name}("))
            && line.contains(" from public;")
    };
    if !step.lines().any(is_revoked) {
        problems.push("which everybody may call");
    }
    let body = statement.split_once("\nbegin\n").map_or("", |(_, body)| body.trim_start());
    if rest.contains("returns trigger") && !body.starts_with("if tg_relid <> ") {
        problems.push("which does not look at its table first");
    }
    problems
}

#[test]
fn a_plans_functions_pin_their_search_path_and_are_not_everybodys() {
    let (mut problems, mut seen) = (Vec::new(), 0);
    for operation in operations(&workspace()) {
        let plan = workspace().join("tests/ops").join(operation).join("plan.sql");
        let place = plan.display().to_string();
        for step in read(&plan).split("commit;\n") {
            // In plans a statement ends at the end of a line, and so does nothing within a
            // function's head.
            let definers = step.split("$changeover$;\n").filter(|text| text.contains(DEFINER));
            for statement in definers {
                seen += 1;
                problems.extend(unpinned(&place, statement));
                let of_it = problems_of(step, statement).into_iter();
                problems.extend(of_it.map(|problem| format!("{place}: `{DEFINER}`, {problem}")));
            }
        }
    }
    assert!(seen > 3, "only {seen} such functions were seen: the test looks at the wrong thing");
    expect_none(&problems);
}

#[test]
fn the_runtimes_functions_pin_their_search_path() {
    let source = workspace().join("runtime/src");
    let files = std::fs::read_dir(source.join("record/sql")).expect("the store's folder");
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
