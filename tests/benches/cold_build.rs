//! What a service pays for that it depends on us: the CPU time, user and system, of a build of a program
//! that greets, with nothing built before, beside the same with sqlx. What they depend on is fetched
//! first, so no network is in it.
//!
//! `cargo bench -p changeover-tests --bench cold_build`; `-- 3` builds each three times.

use std::path::Path;
use std::process::{Command, ExitCode};
use std::{env, fs, io};

use changeover_tests::cpu;
use changeover_tests::measured::Measured;

fn main() -> ExitCode {
    let runs = env::args().find_map(|word| word.parse().ok()).unwrap_or(1);
    let folder = env::temp_dir().join(format!("changeover-cold-build-{}", std::process::id()));
    let mut measured = Measured::of("cold_build");
    let outcome = measure(&folder, runs, &mut measured);
    match fs::remove_dir_all(&folder).and(outcome).and_then(|()| measured.publish()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn measure(folder: &Path, runs: usize, measured: &mut Measured) -> io::Result<()> {
    let runtime = Path::new(env!("CARGO_MANIFEST_DIR")).join("../runtime").canonicalize()?;
    let ours = format!("changeover = {{ path = {:?} }}", runtime.to_string_lossy());
    let sqlx = "sqlx = { version = \"0.8\", default-features = false, features = [\"postgres\", \
                \"runtime-tokio\", \"migrate\", \"macros\"] }";
    let both = [("changeover", ours.as_str()), ("sqlx", sqlx)];
    for (name, dependency) in both {
        write(&folder.join(name), dependency)?;
        run(cargo(&folder.join(name)).args(["fetch", "--quiet"]))?;
        let crates = crates(&folder.join(name))?;
        measured.add("crates", name, "", f64::from(crates));
    }
    for _ in 0..runs {
        let mut times = Vec::new();
        for (name, _) in both {
            let krate = folder.join(name);
            match fs::remove_dir_all(krate.join("target")) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            let time = cpu::of(cargo(&krate).args(["build", "--quiet", "--offline"]))?;
            measured.add("cold build", name, "CPU s", time.as_secs_f64());
            times.push(time.as_secs_f64());
        }
        measured.add("cold build", "changeover ÷ sqlx", "", times[0] / times[1]);
    }
    Ok(())
}

fn write(krate: &Path, dependency: &str) -> io::Result<()> {
    fs::create_dir_all(krate.join("src"))?;
    let manifest = format!(
        "[package]\nname = \"greeter\"\nedition = \"2024\"\n\n[dependencies]\n{dependency}\n\n\
         [workspace]\n"
    );
    fs::write(krate.join("Cargo.toml"), manifest)?;
    fs::write(krate.join("src/main.rs"), "fn main() {\n    println!(\"hello\");\n}\n")
}

/// How many crates it is made of, itself included.
fn crates(krate: &Path) -> io::Result<u32> {
    let mut command = cargo(krate);
    command.args(["tree", "--offline", "--edges", "normal,build", "--prefix", "none"]);
    let output = command.args(["--format", "{p}"]).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let mut names: Vec<&str> = text.lines().map(|line| line.trim_end_matches(" (*)")).collect();
    names.sort_unstable();
    names.dedup();
    Ok(u32::try_from(names.len()).unwrap_or(u32::MAX))
}

fn cargo(krate: &Path) -> Command {
    let mut command = Command::new(env!("CARGO"));
    cpu::as_users_build(&mut command).env_remove("CARGO_TARGET_DIR").current_dir(krate);
    command
}

fn run(command: &mut Command) -> io::Result<()> {
    let status = command.status()?;
    if status.success() { Ok(()) } else { Err(io::Error::other(format!("{command:?}: {status}"))) }
}
