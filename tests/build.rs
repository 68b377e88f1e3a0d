//! Finds the operations' folders, so that a new operation touches nothing here but its folder.
//!
//! `CHANGEOVER_OPERATION=rename_column` leaves the others out, so that little is to be compiled.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// The one operation that is to be compiled.
const ONLY: &str = "CHANGEOVER_OPERATION";

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?);
    let out = PathBuf::from(env::var("OUT_DIR").map_err(io::Error::other)?);
    let ops = root.join("ops");
    println!("cargo::rerun-if-changed={}", ops.display());
    println!("cargo::rerun-if-env-changed={ONLY}");

    let (mut modules, mut live, mut plans) = (String::new(), String::new(), String::new());
    for name in folders_with_a_scenario(&ops)? {
        let file = ops.join(&name).join("live.rs");
        println!("cargo::rerun-if-changed={}", file.display());
        writeln!(modules, "#[path = {:?}]\npub mod {name};", file.display())
            .map_err(io::Error::other)?;
        for (tests, check) in [(&mut live, "live"), (&mut plans, "plan")] {
            writeln!(
                tests,
                "#[test] fn {name}() -> Result<(), changeover_tests::Failure> {{ \
                 super::{check}(&changeover_tests::ops::{name}::scenario(), {name:?}) }}"
            )
            .map_err(io::Error::other)?;
        }
    }
    let all: String = names_and_scenarios(&folders_with_a_scenario(&ops)?);
    modules.push_str(&all);
    fs::write(out.join("ops.rs"), modules)?;
    fs::write(out.join("live.rs"), live)?;
    fs::write(out.join("plans.rs"), plans)
}

/// Every scenario with its name.
fn names_and_scenarios(names: &[String]) -> String {
    let pairs: Vec<String> =
        names.iter().map(|name| format!("({name:?}, {name}::scenario)")).collect();
    format!(
        "/// An operation's name and its scenario.\npub type Named = (&'static str, fn() -> crate::Scenario);\n\n/// Every one of them.\npub const ALL: &[Named] = &[{}];",
        pairs.join(", ")
    )
}

fn folders_with_a_scenario(ops: &Path) -> io::Result<Vec<String>> {
    let (mut names, only) = (Vec::new(), env::var(ONLY).ok());
    for entry in fs::read_dir(ops)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().join("live.rs").exists() && only.as_ref().is_none_or(|only| *only == name) {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}
