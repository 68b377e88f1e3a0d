//! Where things stand in the repository.

use std::fs;
use std::path::{Path, PathBuf};

use super::branch::{file, root};
use super::data::Place;
use crate::review::source::line_of;

/// The folders of a service, and the repository that they are in.
pub(super) struct Places<'a> {
    folder: &'a Path,
    files: &'a Path,
    root: Option<PathBuf>,
}

impl<'a> Places<'a> {
    pub(super) fn new(folder: &'a Path, files: &'a Path) -> Places<'a> {
        let root = if folder.is_dir() { root(folder) } else { None };
        Places { folder, files, root }
    }

    /// The path of a file from the root of the repository; as it is where there is none.
    pub(super) fn of(&self, path: &Path) -> String {
        // What is not there yet has a folder that is.
        let whole = path.ancestors().find_map(|known| {
            let known_whole =
                fs::canonicalize(if known.as_os_str().is_empty() { Path::new(".") } else { known });
            Some(known_whole.ok()?.join(path.strip_prefix(known).ok()?))
        });
        let below = whole.as_deref().zip(self.root.as_deref());
        let below = below.and_then(|(whole, root)| whole.strip_prefix(root).ok());
        let shown =
            below.unwrap_or(path).components().map(|part| part.as_os_str().to_string_lossy());
        shown.filter(|part| part != ".").collect::<Vec<_>>().join("/")
    }

    pub(super) fn review_file(&self, id: &str) -> PathBuf {
        self.files.join(format!("{id}.sql"))
    }

    /// Tells whether the source is here at all.
    pub(super) fn is_source(&self) -> bool {
        self.folder.is_dir()
    }

    pub(super) fn has(&self, id: &str) -> bool {
        file(self.folder, id).is_some()
    }

    /// The first line of a migration's source; that of the list where it has no file of its own.
    pub(super) fn file(&self, id: &str) -> Place {
        match file(self.folder, id) {
            Some((path, text)) => {
                let line = line_of(&text, "migration", "", 0).unwrap_or(1);
                Place { file: self.of(&path), line }
            }
            None => self.list(),
        }
    }

    /// Where a change is written, that is the so many-th of its operation in the migration.
    pub(super) fn call(
        &self,
        id: &str,
        operation: &str,
        subject: &str,
        place: usize,
    ) -> Option<Place> {
        let (path, text) = file(self.folder, id)?;
        let line = line_of(&text, operation, subject, place)?;
        Some(Place { file: self.of(&path), line })
    }

    /// The file with the list of migrations, or where it would be.
    pub(super) fn list(&self) -> Place {
        let inside = self.folder.join("mod.rs");
        let beside = self.folder.with_extension("rs");
        let path = if beside.is_file() && !inside.is_file() { beside } else { inside };
        Place { file: self.of(&path), line: 1 }
    }
}
