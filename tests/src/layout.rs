//! Where things are in the workspace; a test reads the source as any reader would.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The names of the operations' folders.
pub fn operation_folders(tests: &Path) -> Vec<String> {
    names(&tests.join("ops"), Path::is_dir)
}

/// The operations that the macros crate has: a file or a folder each, and their documentation.
pub fn operations(workspace: &Path) -> Vec<String> {
    let names = names(&workspace.join("macros/src/ops"), |_| true);
    let mut names: Vec<_> = names
        .iter()
        .map(|name| name.trim_end_matches(".rs").trim_end_matches(".md").to_owned())
        .filter(|name| name != "mod")
        .collect();
    names.dedup();
    names
}

fn names(folder: &Path, wanted: impl Fn(&Path) -> bool) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<String> = entries
        .filter_map(Result::ok)
        .filter(|entry| wanted(&entry.path()))
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| !name.starts_with('.'))
        .collect();
    names.sort();
    names
}

/// Every Rust file under a folder, in a fixed order.
pub fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for name in names(folder, |_| true) {
        let path = folder.join(name);
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

/// Every folder with source in it, and how many entries of that it has.
pub fn folders(source: &Path) -> Vec<(PathBuf, usize)> {
    let mut entries = BTreeMap::<PathBuf, BTreeSet<PathBuf>>::new();
    for file in rust_files(source) {
        let mut entry = file.with_extension("");
        while entry != source {
            let Some(folder) = entry.parent().map(Path::to_owned) else { break };
            entries.entry(folder.clone()).or_default().insert(entry);
            entry = folder;
        }
    }
    entries.into_iter().map(|(folder, entries)| (folder, entries.len())).collect()
}
