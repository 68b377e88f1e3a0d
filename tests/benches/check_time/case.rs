//! A crate with a history, checked again and again.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use std::{env, fs, io};

use changeover_tests::cpu;

/// A history, and what it is called.
pub(crate) struct Case {
    pub(crate) variant: String,
    pub(crate) files: Vec<String>,
}

/// A migration's module by its place.
pub(crate) fn name(at: usize) -> String {
    format!("m{:04}", at + 1)
}

/// A workspace of three crates: one with its migrations in it, one without, and one that has them
/// in a crate beside it.
pub(crate) struct Written {
    folder: PathBuf,
    target: PathBuf,
}

impl Written {
    pub(crate) fn new(folder: &Path, target: &Path, case: &Case, more: &str) -> io::Result<Self> {
        let runtime = Path::new(env!("CARGO_MANIFEST_DIR")).join("../runtime").canonicalize()?;
        let write = |path: &str, text: &str| {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().unwrap_or(folder))?;
            fs::write(path, text)
        };
        let members = "[workspace]\nresolver = \"3\"\nmembers = [\"with\", \"without\", \"apart\", \"chain\"]\n";
        write("Cargo.toml", &format!("{members}\n{more}"))?;
        for (name, others) in [
            ("with", ""),
            ("without", ""),
            ("chain", ""),
            ("apart", "chain = { path = \"../chain\" }\n"),
        ] {
            let manifest = format!(
                "[package]\nname = \"{name}\"\nedition = \"2024\"\n\n[dependencies]\nchangeover = \
                 {{ path = {:?} }}\n{others}",
                runtime.to_string_lossy()
            );
            write(&format!("{name}/Cargo.toml"), &manifest)?;
        }
        let prints = |of: &str| format!("fn main() {{\n    println!(\"{{}}\", {of});\n}}\n");
        let said = "migrations::MIGRATIONS.migrations.len()";
        write("with/src/main.rs", &format!("mod migrations;\n\n{}", prints(said)))?;
        write("without/src/main.rs", &prints("env!(\"CARGO_PKG_NAME\")"))?;
        write("apart/src/main.rs", &prints(&format!("chain::{said}")))?;
        write("chain/src/lib.rs", "pub mod migrations;\n")?;
        let names: Vec<String> = (0..case.files.len()).map(name).collect();
        let declared = format!("mod {};\n", names.join(";\nmod "));
        let listed = names.join(", ");
        let list = format!("changeover::migrations! {{ pub static MIGRATIONS = [{listed}]; }}\n");
        for krate in ["with", "chain"] {
            for (name, migration) in names.iter().zip(&case.files) {
                write(&format!("{krate}/src/migrations/{name}.rs"), migration)?;
            }
            write(&format!("{krate}/src/migrations/mod.rs"), &format!("{declared}{list}"))?;
        }
        Ok(Written { folder: folder.to_owned(), target: target.to_owned() })
    }

    /// The CPU time of a check of one of its crates after its `main.rs` was saved.
    pub(crate) fn after_a_touch(&self, krate: &str) -> io::Result<Duration> {
        let main = self.folder.join(krate).join("src/main.rs");
        fs::write(&main, fs::read(&main)?)?;
        self.check(krate)
    }

    /// The same where the compiler remembers nothing of the crate, as on a machine that builds for the
    /// first time, all other crates there.
    pub(crate) fn first(&self, krate: &str) -> io::Result<Duration> {
        match fs::remove_dir_all(self.target.join("debug/incremental")) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        self.after_a_touch(krate)
    }

    /// The CPU time of a check.
    pub(crate) fn check(&self, krate: &str) -> io::Result<Duration> {
        let mut command = Command::new(env!("CARGO"));
        command.args(["check", "--quiet", "--package", krate]).current_dir(&self.folder);
        cpu::of(cpu::as_users_build(&mut command).env("CARGO_TARGET_DIR", &self.target))
    }
}
