//! The files of a history that begins with a baseline.

use std::fs::{self, OpenOptions};
use std::io::{Error, ErrorKind, Result, Write};
use std::path::{Path, PathBuf};

/// Writes all files, or none where one is there already.
pub(super) fn files(directory: &Path, files: &[(String, String)]) -> Result<Vec<PathBuf>> {
    fs::create_dir_all(directory)?;
    let paths: Vec<PathBuf> = files.iter().map(|(name, _)| directory.join(name)).collect();
    if let Some(path) = paths.iter().find(|path| path.exists()) {
        return Err(is_there(path));
    }
    for (path, (_, text)) in paths.iter().zip(files) {
        // Another process may have made it meanwhile.
        let file = OpenOptions::new().write(true).create_new(true).open(path);
        let mut file = file.map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => is_there(path),
            kind => Error::new(kind, format!("{}: {error}", path.display())),
        })?;
        file.write_all(text.as_bytes())?;
    }
    Ok(paths)
}

fn is_there(path: &Path) -> Error {
    let message = format!("{} is there already, and nothing is written over it", path.display());
    Error::new(ErrorKind::AlreadyExists, message)
}
