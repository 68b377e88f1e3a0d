//! What a long history costs a build: `cargo check` of 200 migrations over 40 tables, against the
//! same crate without them.
//!
//! `cargo bench -p changeover-tests --bench check_time`, or with `-- 1000 200` other numbers.

use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};
use std::{env, fs, io};

const RUNS: usize = 5;

fn main() -> ExitCode {
    let numbers: Vec<usize> = env::args().skip(1).filter_map(|word| word.parse().ok()).collect();
    let (migrations, tables) = match numbers.as_slice() {
        [migrations, tables, ..] => (*migrations, *tables),
        _ => (200, 40),
    };
    match measure(migrations, tables) {
        Ok((with, without)) => {
            println!(
                "{migrations} migrations over {tables} tables: cargo check {with:.2?}, without them \
                 {without:.2?}, difference {:.2?}",
                with.saturating_sub(without)
            );
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// The shortest of several runs of each, taken in turn.
fn measure(migrations: usize, tables: usize) -> io::Result<(Duration, Duration)> {
    let krate = env::temp_dir().join(format!("changeover-check-time-{}", std::process::id()));
    let outcome = write_crate(&krate, migrations, tables).and_then(|()| {
        check(&krate, &[])?;
        check(&krate, &["--features", "without"])?;
        let mut shortest = (Duration::MAX, Duration::MAX);
        for _ in 0..RUNS {
            shortest.0 = shortest.0.min(check(&krate, &[])?);
            shortest.1 = shortest.1.min(check(&krate, &["--features", "without"])?);
        }
        Ok(shortest)
    });
    fs::remove_dir_all(&krate)?;
    outcome
}

/// Checks the crate alone; what it depends on has been built.
fn check(krate: &Path, arguments: &[&str]) -> io::Result<Duration> {
    let main = krate.join("src/main.rs");
    fs::write(&main, fs::read(&main)?)?;
    let started = Instant::now();
    let status = Command::new(env!("CARGO"))
        .args(["check", "--quiet"])
        .args(arguments)
        .env("CARGO_INCREMENTAL", "0")
        .current_dir(krate)
        .status()?;
    if status.success() { Ok(started.elapsed()) } else { Err(io::Error::other("check failed")) }
}

fn write_crate(krate: &Path, migrations: usize, tables: usize) -> io::Result<()> {
    let modules = krate.join("src/migrations");
    fs::create_dir_all(&modules)?;
    let runtime = Path::new(env!("CARGO_MANIFEST_DIR")).join("../runtime");
    fs::write(krate.join("Cargo.toml"), manifest(&runtime))?;
    fs::write(
        krate.join("src/main.rs"),
        "#[cfg(not(feature = \"without\"))]\nmod migrations;\n\nfn main() {\n    \
         #[cfg(not(feature = \"without\"))]\n    \
         println!(\"{}\", migrations::MIGRATIONS.migrations.len());\n}\n",
    )?;
    let names: Vec<String> = (1..=migrations).map(|number| format!("m{number:04}")).collect();
    for (at, name) in names.iter().enumerate() {
        let before = at.checked_sub(1).map(|before| names[before].as_str());
        fs::write(modules.join(format!("{name}.rs")), migration(at, before, tables))?;
    }
    let declared = format!("mod {};\n", names.join(";\nmod "));
    let listed = names.join(", ");
    let list = format!("changeover::migrations! {{ pub static MIGRATIONS = [{listed}]; }}\n");
    fs::write(modules.join("mod.rs"), declared + &list)
}

fn manifest(runtime: &Path) -> String {
    format!(
        "[package]\nname = \"check-time\"\nedition = \"2024\"\n\n[features]\nwithout = []\n\n\
         [dependencies]\nchangeover = {{ path = {:?} }}\n\n[workspace]\n",
        runtime.to_string_lossy()
    )
}

/// First the tables, then in turn what services do to them.
fn migration(at: usize, before: Option<&str>, tables: usize) -> String {
    let after = before.map_or(String::new(), |before| format!("    after super::{before};\n"));
    let table = at % tables;
    let change = if at < tables {
        format!(
            "create_table!(table_{at} {{ id: bigint identity primary_key, name: text not_null \
             default \"x\", email: text unique, status: text not_null default \"new\", total: \
             numeric(12, 2) check(\"total >= 0\"), created_at: timestamptz not_null default \
             sql(\"now()\"), updated_at: timestamptz, note: text, a: integer, b: integer, \
             index(status, created_at desc) }});"
        )
    } else {
        match at % 4 {
            0 => format!(
                "add_column!(table_{table}.c{at}: text not_null default \"free\");\n    \
                 add_index!(table_{table}(c{at}, created_at desc));"
            ),
            1 => format!(
                "add_column!(table_{table}.c{at}: uuid default sql(\"gen_random_uuid()\"));"
            ),
            2 => format!("add_column!(table_{table}.c{at}: text not_null, fill = \"name\");"),
            _ => format!("contract!({});", before.unwrap_or_default()),
        }
    };
    format!("changeover::migration! {{\n{after}    {change}\n}}\n")
}
