//! `new` and `review`: files beside the code, without a database.

use std::fs;
use std::path::{Path, PathBuf};

use changeover_tests::{Failure, fail};

use super::process::{failure, start};

const NOBODY: &str = "postgres://nobody:hidden@127.0.0.1:1/none";
const LIST: &str = "mod m0001_create_users;\nmod m0002_add_nick;\n\nchangeover::migrations! {\n    \
    /// All of them.\n    pub static MIGRATIONS = [m0001_create_users, m0002_add_nick];\n}\n";

/// A folder of a test's own, removed with the value.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Result<Scratch, Failure> {
        let path = std::env::temp_dir().join(format!("changeover-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).map_err(failure)?;
        Ok(Scratch(path))
    }

    fn run(&self, arguments: &str, code: i32) -> Result<String, Failure> {
        let arguments = format!("{arguments} --dir {}", self.0.display());
        start(NOBODY, &arguments)?.ended()?.with(code)
    }

    fn write(&self, name: &str, text: &str) -> Result<(), Failure> {
        fs::write(self.0.join(name), text).map_err(failure)
    }

    fn read(&self, name: &str) -> Result<String, Failure> {
        read(&self.0.join(name))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(failure)
}

#[test]
fn a_new_migration_has_its_parent_and_its_place() -> Result<(), Failure> {
    let scratch = Scratch::new("new")?;
    scratch.write("mod.rs", LIST)?;
    scratch.run("new rename_username", 0)?;
    scratch.run("new --contract m0003_rename_username drop_username", 0)?;
    let (file, list) = (scratch.read("m0004_drop_username.rs")?, scratch.read("mod.rs")?);
    let expected = "//! m0004: drop username.\n\nchangeover::migration! {\n    \
        after super::m0003_rename_username;\n\n    contract!(m0003_rename_username);\n}\n";
    let names = "m0002_add_nick, m0003_rename_username, m0004_drop_username];";
    let modules = "mod m0002_add_nick;\nmod m0003_rename_username;\nmod m0004_drop_username;\n\n";
    if file != expected || !list.contains(names) || !list.contains(modules) {
        fail!("{file}{list}");
    }
    Ok(())
}

#[test]
fn what_is_no_name_or_no_list_writes_nothing() -> Result<(), Failure> {
    let scratch = Scratch::new("new_refused")?;
    scratch.run("new good", 3)?;
    scratch.write("mod.rs", LIST)?;
    for wrong in ["Bad", "1st", "a-b", "../up", "_x", "add_nick", "x --contract m0009_none"] {
        scratch.run(&format!("new {wrong}"), 3)?;
    }
    // Somebody has begun it.
    scratch.write("m0003_stray.rs", "")?;
    scratch.run("new good", 3)?;
    let files = fs::read_dir(&scratch.0).map_err(failure)?.count();
    if files != 2 || scratch.read("mod.rs")? != LIST {
        fail!("something was written");
    }
    Ok(())
}

#[test]
fn a_new_migration_that_was_killed_before_the_list_goes_on() -> Result<(), Failure> {
    let scratch = Scratch::new("new_killed")?;
    scratch.write("mod.rs", LIST)?;
    scratch.run("new rename_username", 0)?;
    let (file, list) = (scratch.read("m0003_rename_username.rs")?, scratch.read("mod.rs")?);
    scratch.write("mod.rs", LIST)?;
    // Another name would take its number.
    scratch.run("new drop_username", 3)?;
    scratch.write("m0003_rename_username.rs", &format!("{file}// more\n"))?;
    scratch.run("new rename_username", 3)?;
    scratch.write("m0003_rename_username.rs", &file)?;
    scratch.run("new rename_username", 0)?;
    if scratch.read("m0003_rename_username.rs")? != file || scratch.read("mod.rs")? != list {
        fail!("it is otherwise than at once: {}", scratch.read("mod.rs")?);
    }
    Ok(())
}

#[test]
fn reviewed_files_are_written_and_compared() -> Result<(), Failure> {
    let scratch = Scratch::new("review")?;
    let missing = scratch.run("review --check", 4)?;
    if !missing.contains("m0002_rename.sql` is missing") {
        fail!("{missing}");
    }
    scratch.run("review", 0)?;
    scratch.run("review --check", 0)?;
    scratch.write("m0001_base.sql", "select 1;\n")?;
    let differs = scratch.run("review --check --json", 4)?;
    let differs: serde_json::Value = serde_json::from_str(&differs).map_err(failure)?;
    let one = &differs["differences"][0];
    if one["problem"] != "differs from the plan"
        || !one["diff"].as_str().is_some_and(|diff| diff.contains("-select 1;\n"))
    {
        fail!("{differs:#}");
    }
    scratch.run("review", 0)?;
    scratch.write("m0000_gone.sql", "")?;
    scratch.run("review", 4).map(drop)
}
