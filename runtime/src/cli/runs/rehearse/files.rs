//! Files that are read and written, with their names where that fails.

use std::fs;
use std::io;
use std::path::Path;

pub(super) fn read(file: &Path) -> io::Result<String> {
    fs::read_to_string(file).map_err(|error| at(file, &error))
}

pub(super) fn write(file: &Path, text: &str) -> io::Result<()> {
    fs::write(file, text).map_err(|error| at(file, &error))
}

/// The same failure with the file's name.
pub(super) fn at(file: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("`{}`: {error}", file.display()))
}
