//! The plans as files under version control, beside the migrations.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{fs, io};

use similar::TextDiff;

use crate::migration::Migrations;
use crate::review::sql::render;

const PLAN: &str = "the plan";

/// A file that is not as the plans are.
pub(crate) struct FileDifference {
    pub(crate) path: PathBuf,
    pub(crate) problem: String,
    /// From the file to what it should be; none of a file that nothing has.
    pub(crate) diff: Option<String>,
}

impl FileDifference {
    /// In words, with what mends it where the file is to be another.
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
    let strays = files_in(dir, "sql").into_iter().filter(|path| !known.contains(path.as_path()));
    let found = files.iter().filter_map(|(path, plan)| compare(path, plan, PLAN));
    found.chain(strays.map(|path| stray(path, "migration"))).collect()
}

/// Writes those that differ or are missing, and gives their paths.
pub(crate) fn write_files(history: &Migrations, dir: &Path) -> io::Result<Vec<PathBuf>> {
    let mut written = Vec::new();
    for (path, plan) in files(history, dir) {
        if compare(&path, &plan, PLAN).is_some() {
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

/// A file that nothing has any more.
pub(crate) fn stray(path: PathBuf, of: &str) -> FileDifference {
    FileDifference { path, problem: format!("belongs to no {of}"), diff: None }
}

/// Compares a file with the text that it is to have.
pub(crate) fn compare(path: &Path, text: &str, what: &str) -> Option<FileDifference> {
    let found = fs::read_to_string(path).ok();
    // Git may check files out with the line ends of Windows.
    if found.as_ref().is_some_and(|found| found.replace("\r\n", "\n") == text) {
        return None;
    }
    let differs = format!("differs from {what}");
    let problem = if found.is_some() { differs } else { "is missing".to_owned() };
    let found = found.unwrap_or_default();
    let diff = TextDiff::from_lines(found.as_str(), text);
    let name = path.display().to_string();
    let diff = diff.unified_diff().context_radius(3).header(&name, what).to_string();
    Some(FileDifference { path: path.to_owned(), problem, diff: Some(diff) })
}

pub(crate) fn write(path: &Path, plan: &str) -> io::Result<()> {
    let parent = path.parent().unwrap_or(Path::new(""));
    let written = fs::create_dir_all(parent).and_then(|()| fs::write(path, plan));
    written.map_err(|error| {
        io::Error::new(error.kind(), format!("cannot write `{}`: {error}", path.display()))
    })
}

/// The files of a folder whose names end so, in order.
pub(crate) fn files_in(dir: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).into_iter().flatten().filter_map(Result::ok);
    let paths = entries.map(|entry| entry.path());
    let mut files: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|found| found == extension)).collect();
    files.sort();
    files
}
