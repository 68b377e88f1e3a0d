//! A service in a repository of git's: `main` has its first migration, and a branch adds two.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};

use changeover_tests::{Failure, fail};

use crate::command_line::process::failure;

/// As `stats` prints it: 80 million rows.
pub(super) const STATISTICS: &str = r#"{
  "changeover_stats": 1,
  "taken_at": "2999-01-01T00:00:00Z",
  "server_version": 170002,
  "rows_per_second": null,
  "tables": [
    {"name": "\"public\".\"users\"", "rows": 80000000, "heap": 9000000000, "beside": 1000000, "indexes": 3000000000}
  ]
}
"#;

pub(super) struct Repository {
    pub(super) folder: PathBuf,
}

impl Repository {
    pub(super) fn new(name: &str) -> Result<Repository, Failure> {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("repository-{name}"));
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(failure)?;
        }
        fs::create_dir_all(folder.join("src/migrations")).map_err(failure)?;
        let repository = Repository { folder };
        repository.git("init --quiet --initial-branch main")?;
        repository.add("m0001_create_users.rs")?;
        let list = source("mod.rs")?;
        let later = |line: &&str| !line.starts_with("mod m0002") && !line.starts_with("mod m0003");
        let list: String = list.lines().filter(later).map(|line| line.to_owned() + "\n").collect();
        let list = list.replace(", m0002_rename_username, m0003_drop_username", "");
        repository.write("src/migrations/mod.rs", &list)?;
        repository.write("changeover-stats.json", STATISTICS)?;
        repository.write(".gitignore", "/target\n")?;
        repository.schema("review")?;
        for id in ["m0002_rename_username", "m0003_drop_username"] {
            repository.remove(&format!("src/migrations/sql/{id}.sql"))?;
        }
        repository.commit("the first migration")?;
        repository.git("checkout --quiet -b feature")?;
        Ok(repository)
    }

    /// The branch as its author has it, in a commit, in the index and untracked.
    pub(super) fn branch(&self) -> Result<(), Failure> {
        self.add("m0002_rename_username.rs")?;
        self.commit("a name")?;
        self.add("mod.rs")?;
        self.git("add src/migrations/mod.rs")?;
        self.add("m0003_drop_username.rs")?;
        self.schema("review").map(drop)
    }

    /// Copies a file of the sample.
    pub(super) fn add(&self, file: &str) -> Result<(), Failure> {
        self.write(&format!("src/migrations/{file}"), &source(file)?)
    }

    pub(super) fn write(&self, path: &str, text: &str) -> Result<(), Failure> {
        fs::write(self.folder.join(path), text).map_err(failure)
    }

    pub(super) fn read(&self, path: &str) -> Result<String, Failure> {
        fs::read_to_string(self.folder.join(path)).map_err(failure)
    }

    pub(super) fn remove(&self, path: &str) -> Result<(), Failure> {
        fs::remove_file(self.folder.join(path)).map_err(failure)
    }

    pub(super) fn commit(&self, what: &str) -> Result<(), Failure> {
        self.git("add --all")?;
        expect(self.command("git").args(["commit", "--quiet", "--message", what])).map(drop)
    }

    pub(super) fn git(&self, arguments: &str) -> Result<String, Failure> {
        expect(self.command("git").args(arguments.split(' ')))
    }

    /// Calls the service's command line, which has to do what it is asked for.
    pub(super) fn schema(&self, arguments: &str) -> Result<String, Failure> {
        expect(self.command(SCHEMA).args(arguments.split(' ')))
    }

    pub(super) fn code(&self, arguments: &str) -> Result<(Option<i32>, String), Failure> {
        let output = self.command(SCHEMA).args(arguments.split(' ')).output().map_err(failure)?;
        let said = [output.stdout, output.stderr].concat();
        Ok((output.status.code(), String::from_utf8(said).map_err(failure)?))
    }

    /// A command in it that nothing of the tester's own settings reaches.
    pub(super) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.folder).env_remove("DATABASE_URL").env_remove("GIT_DIR");
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "somebody");
            command.env(format!("GIT_{who}_EMAIL"), "somebody@example.org");
        }
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        command
    }
}

pub(super) const SCHEMA: &str = env!("CARGO_BIN_EXE_roll_out");

fn source(file: &str) -> Result<String, Failure> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/roll_out");
    fs::read_to_string(folder.join(file)).map_err(failure)
}

fn expect(command: &mut Command) -> Result<String, Failure> {
    let Output { status, stdout, stderr } = command.output().map_err(failure)?;
    let stdout = String::from_utf8(stdout).map_err(failure)?;
    if !status.success() {
        fail!("{command:?}: {status}: {stdout}{}", String::from_utf8_lossy(&stderr));
    }
    Ok(stdout)
}

/// Fails where a text lacks one of these.
pub(super) fn expect_all(text: &str, parts: &[&str]) -> Result<(), Failure> {
    for part in parts {
        if !text.contains(part) {
            fail!("`{part}` is not in {text}");
        }
    }
    Ok(())
}
