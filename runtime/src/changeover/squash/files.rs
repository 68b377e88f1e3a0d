//! What a squash does to the files of a project.

use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{Error, ErrorKind, Result, Write as _};
use std::path::{Path, PathBuf};

use super::baseline::Squash;
use crate::review::source::{with_baseline, with_parent};

/// The edits of a squash, of which nothing has been done yet; made by [`Squash::edits`]. As text it
/// is one file a line.
///
/// ```
/// use changeover::Edits;
///
/// fn ask(edits: &Edits) -> String {
///     format!("{edits}Do it?")
/// }
/// ```
#[derive(Debug)]
pub struct Edits {
    made: (PathBuf, String),
    changed: Vec<(PathBuf, String)>,
    removed: Vec<PathBuf>,
}

impl Squash {
    /// Returns what there is to be done in the folder with the migrations, each in a file of its
    /// name: the baseline's file is new, the list and the migration behind it name it, and the
    /// others' files go.
    ///
    /// It fails with [`InvalidData`](ErrorKind::InvalidData) where a file cannot be edited, and with
    /// [`AlreadyExists`](ErrorKind::AlreadyExists) where the baseline's is there.
    pub fn edits(&self, folder: &Path) -> Result<Edits> {
        let file = |id: &str| folder.join(format!("{id}.rs"));
        let made = file(&self.id);
        if made.exists() {
            let message = format!("{} is there already", made.display());
            return Err(Error::new(ErrorKind::AlreadyExists, message));
        }
        let list = list_of(folder)?;
        let edited = with_baseline(&read(&list)?, &self.squashed, &self.id);
        let mut changed = vec![(list.clone(), edited.map_err(|why| invalid(&list, &why))?)];
        if let (Some(child), Some(last)) = (self.child, self.squashed.last()) {
            let path = file(child);
            let edited = with_parent(&read(&path)?, last, &self.id);
            changed.push((path.clone(), edited.map_err(|why| invalid(&path, &why))?));
        }
        let removed: Vec<PathBuf> = self.squashed.iter().map(|id| file(id)).collect();
        if let Some(missing) = removed.iter().find(|path| !path.is_file()) {
            return Err(invalid(missing, "it is not a file"));
        }
        Ok(Edits { made: (made, self.text.clone()), changed, removed })
    }
}

impl Edits {
    /// Does it. Nothing is deleted before all else is written.
    pub fn carry_out(&self) -> Result<()> {
        let (path, text) = &self.made;
        let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
        file.write_all(text.as_bytes())?;
        for (path, text) in &self.changed {
            // Whoever looks meanwhile sees the one or the other.
            let beside = path.with_extension("rs.squash");
            fs::write(&beside, text)?;
            fs::rename(&beside, path)?;
        }
        self.removed.iter().try_for_each(fs::remove_file)
    }
}

impl fmt::Display for Edits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "write  {}", self.made.0.display())?;
        self.changed.iter().try_for_each(|(path, _)| writeln!(f, "edit   {}", path.display()))?;
        self.removed.iter().try_for_each(|path| writeln!(f, "delete {}", path.display()))
    }
}

/// The file that has the list.
fn list_of(folder: &Path) -> Result<PathBuf> {
    let mut files: Vec<PathBuf> =
        ["mod.rs", "lib.rs", "main.rs"].into_iter().map(|name| folder.join(name)).collect();
    files.push(folder.with_extension("rs"));
    let has_list =
        |path: &PathBuf| fs::read_to_string(path).is_ok_and(|text| text.contains("migrations!"));
    let found = files.into_iter().find(has_list);
    found
        .ok_or_else(|| invalid(folder, "no file there, nor the one of its name, has `migrations!`"))
}

fn read(path: &Path) -> Result<String> {
    let named = |error: Error| Error::new(error.kind(), format!("{}: {error}", path.display()));
    fs::read_to_string(path).map_err(named)
}

fn invalid(path: &Path, why: &str) -> Error {
    Error::new(ErrorKind::InvalidData, format!("{}: {why}", path.display()))
}
