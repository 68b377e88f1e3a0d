//! What `explain` prints comes along in the crate: the pages of the operations, what the compiler
//! refuses of each by its own tests, and the catalog with the locks that were measured.
//!
//! `UPDATE_SQL=1 cargo test -p changeover-tests --test tidy` writes it.

use std::fmt::Write as _;
use std::{env, fs};

use super::{expect_none, operations, read, workspace};

const PATH: &str = "runtime/src/review/explain.txt";

#[test]
fn explain_has_the_pages_and_the_catalog() {
    let file = workspace().join(PATH);
    let recipes = recipes(&read(&workspace().join("docs/catalog.md")));
    assert!(recipes.len() > 40, "only {} recipes were found", recipes.len());
    let mut text = String::new();
    for operation in operations(&workspace()) {
        let cited = cited(&operation, &recipes);
        let _ = write!(text, "@@ {operation}{cited}\n{}", page(&operation));
    }
    for (id, recipe) in &recipes {
        let _ = writeln!(text, "@@ {id}\n{recipe}");
    }
    if env::var_os("UPDATE_SQL").is_some() {
        fs::write(&file, text).expect("the pages are written");
    } else if fs::read_to_string(&file).ok().as_ref() != Some(&text) {
        expect_none(&[format!("{PATH}: UPDATE_SQL=1 writes it anew")]);
    }
}

/// What a user reads of an operation.
fn page(operation: &str) -> String {
    let ops = workspace().join("macros/src/ops");
    let mut page = read(&ops.join(operation).with_extension("md")).trim_end().to_owned();
    let docs = read(&workspace().join("macros/docs").join(operation).with_extension("md"));
    let refused: Vec<&str> = docs.lines().filter(|line| line.starts_with("- ")).collect();
    if !refused.is_empty() {
        page.push_str("\n\nWhat the compiler refuses, by its own tests:\n\n");
        // As rustdoc needs it, and a terminal does not.
        page.push_str(&refused.join("\n").replace("\\<", "<").replace("\\[", "["));
    }
    page + "\n"
}

/// The recipes that its source cites, each behind a space.
fn cited(operation: &str, recipes: &[(String, String)]) -> String {
    let ops = workspace().join("macros/src/ops");
    let file = ops.join(operation).with_extension("rs");
    let source = if file.exists() { file } else { ops.join(operation).join("mod.rs") };
    let source = fs::read_to_string(source).unwrap_or_default();
    let cited = recipes.iter().filter(|(id, _)| cites(&source, id));
    cited.fold(String::new(), |cited, (id, _)| cited + " " + id)
}

/// `catalog B2` cites B2, and `catalog B20` does not.
fn cites(source: &str, id: &str) -> bool {
    let words = format!("catalog {id}");
    let mut found = source.match_indices(&words).map(|(at, _)| &source[at + words.len()..]);
    found.any(|behind| !behind.starts_with(|c: char| c.is_ascii_digit()))
}

/// The recipes of the catalog by letter and number, each up to the next, or to a heading.
fn recipes(catalog: &str) -> Vec<(String, String)> {
    let mut recipes: Vec<(String, String)> = Vec::new();
    let mut open = false;
    for line in catalog.lines() {
        if let Some(id) = begins(line) {
            recipes.push((id.to_owned(), String::new()));
            open = true;
        } else if line.starts_with('#') {
            open = false;
        }
        if let (true, Some((_, text))) = (open, recipes.last_mut()) {
            text.push_str(line);
            text.push('\n');
        }
    }
    for (_, text) in &mut recipes {
        text.truncate(text.trim_end().len());
    }
    recipes
}

fn begins(line: &str) -> Option<&str> {
    let id = line.strip_prefix("**")?.split([' ', '.', ':']).next()?;
    let mut chars = id.chars();
    let is_id = chars.next().is_some_and(|c| c.is_ascii_uppercase())
        && id.len() > 1
        && chars.all(|c| c.is_ascii_digit());
    is_id.then_some(id)
}
