//! The plans as files under version control, beside the migrations.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{fs, io};

use similar::TextDiff;

use super::render;
use crate::migration::Migrations;

/// A file that is not as the plans are.
pub(crate) struct FileDifference {
    pub(crate) path: PathBuf,
    pub(crate) problem: &'static str,
    /// From the file to the plan; none of a file that no migration has.
    pub(crate) diff: Option<String>,
}

impl FileDifference {
    /// In words, with what mends it where a plan is other than the file.
    pub(crate) fn text(&self, help: &str) -> String {
        let FileDifference { path, problem, diff } = self;
        let path = path.display();
        match diff {
            Some(diff) => format!("`{path}` {problem}\n{diff}help: {help}"),
            None => format!("`{path}` {problem}\nhelp: delete it"),
        }
    }
}

/// Compares `<dir>/<id>.sql` of each migration with its plan, and looks for `.sql` files of none.
pub(crate) fn differences(history: &Migrations, dir: &Path) -> Vec<FileDifference> {
    let files: Vec<(PathBuf, String)> = files(history, dir).collect();
    let known: BTreeSet<&Path> = files.iter().map(|(path, _)| path.as_path()).collect();
    let strays = sql_files(dir).into_iter().filter(|path| !known.contains(path.as_path()));
    let stray = |path| FileDifference { path, problem: "belongs to no migration", diff: None };
    let found = files.iter().filter_map(|(path, plan)| compare(path, plan));
    found.chain(strays.map(stray)).collect()
}

/// Writes those that differ or are missing, and gives their paths.
pub(crate) fn write_files(history: &Migrations, dir: &Path) -> io::Result<Vec<PathBuf>> {
    let mut written = Vec::new();
    for (path, plan) in files(history, dir) {
        if compare(&path, &plan).is_some() {
            write(&path, &plan)?;
            written.push(path);
        }
    }
    Ok(written)
}

fn files(history: &Migrations, dir: &Path) -> impl Iterator<Item = (PathBuf, String)> {
    history
        .migrations
        .iter()
        .map(move |migration| (dir.join(format!("{}.sql", migration.id)), render(migration)))
}

pub(crate) fn compare(path: &Path, plan: &str) -> Option<FileDifference> {
    let found = fs::read_to_string(path).ok();
    // Git may check files out with the line ends of Windows.
    if found.as_ref().is_some_and(|found| found.replace("\r\n", "\n") == plan) {
        return None;
    }
    let problem = if found.is_some() { "differs from the plan" } else { "is missing" };
    let found = found.unwrap_or_default();
    let diff = TextDiff::from_lines(found.as_str(), plan);
    let name = path.display().to_string();
    let diff = diff.unified_diff().context_radius(3).header(&name, "the plan").to_string();
    Some(FileDifference { path: path.to_owned(), problem, diff: Some(diff) })
}

pub(crate) fn write(path: &Path, plan: &str) -> io::Result<()> {
    let parent = path.parent().unwrap_or(Path::new(""));
    let written = fs::create_dir_all(parent).and_then(|()| fs::write(path, plan));
    written.map_err(|error| {
        io::Error::new(error.kind(), format!("cannot write `{}`: {error}", path.display()))
    })
}

fn sql_files(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).into_iter().flatten().filter_map(Result::ok);
    let paths = entries.map(|entry| entry.path());
    let mut files: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|extension| extension == "sql")).collect();
    files.sort();
    files
}
