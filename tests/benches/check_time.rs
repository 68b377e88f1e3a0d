//! What a long history costs a build: `cargo check` of 200 migrations over 40 tables, against the
//! same crate without them.
//!
//! `cargo bench -p changeover-tests --bench check_time`, or with `-- 1000 200` other numbers; with
//! `-- baseline 300 36` one baseline of so many changes, over so many tables, and with
//! `-- baseline 300 60 60` the same in so many files.

use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};
use std::{env, fs, io};

const RUNS: usize = 5;

fn main() -> ExitCode {
    let numbers: Vec<usize> = env::args().skip(1).filter_map(|word| word.parse().ok()).collect();
    let is_baseline = env::args().any(|word| word == "baseline");
    let (number, tables, files) = match numbers.as_slice() {
        [number, tables] => (*number, *tables, 1),
        [number, tables, files, ..] => (*number, *tables, *files),
        _ if is_baseline => (300, 36, 1),
        _ => (200, 40, 1),
    };
    let (what, migrations) = if is_baseline {
        ("changes of a baseline", baselines(number, tables, files))
    } else {
        ("migrations", history(number, tables))
    };
    match measure(&migrations) {
        Ok((with, without)) => {
            println!(
                "{number} {what} over {tables} tables: cargo check {with:.2?}, without them \
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
fn measure(migrations: &[String]) -> io::Result<(Duration, Duration)> {
    let krate = env::temp_dir().join(format!("changeover-check-time-{}", std::process::id()));
    let outcome = write_crate(&krate, migrations).and_then(|()| {
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

fn write_crate(krate: &Path, migrations: &[String]) -> io::Result<()> {
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
    let names: Vec<String> = (0..migrations.len()).map(name).collect();
    for (name, migration) in names.iter().zip(migrations) {
        fs::write(modules.join(format!("{name}.rs")), migration)?;
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

fn name(at: usize) -> String {
    format!("m{:04}", at + 1)
}

fn history(migrations: usize, tables: usize) -> Vec<String> {
    (0..migrations).map(|at| migration(at, at.checked_sub(1).map(name), tables)).collect()
}

/// What a database has that has been there for long: beside its tables as many changes again and
/// again as they have kinds of things round them.
fn baselines(changes: usize, tables: usize, files: usize) -> Vec<String> {
    let mut lines = vec![TOUCH.to_owned()];
    for at in 0..changes.saturating_sub(1) {
        let table = at % tables;
        lines.push(match at / tables {
            0 => base_table(table),
            round => around(round, table),
        });
    }
    let parts = lines.chunks(lines.len().div_ceil(files)).enumerate();
    let file = |(at, lines): (usize, &[String])| {
        let after = at.checked_sub(1).map(|before| format!("after super::{};", name(before)));
        let head = after.into_iter().chain(["baseline;".to_owned()]);
        let all: Vec<String> = head.chain(lines.iter().cloned()).collect();
        format!("changeover::migration! {{\n    {}\n}}\n", all.join("\n    "))
    };
    parts.map(file).collect()
}

const TOUCH: &str = "create_function!(touch() returns trigger, language = plpgsql, \
                     body = \"begin new.updated_at := now(); return new; end\");";

fn base_table(table: usize) -> String {
    let parent = table / 2;
    let owner = if parent < table {
        format!("owner_id: bigint not_null references(table_{parent}.id), ")
    } else {
        String::new()
    };
    format!(
        "create_table!(table_{table} {{ id: bigint identity primary_key, {owner}name: text not_null, \
         email: text unique, total: numeric(12, 2) check(\"total >= 0\"), updated_at: timestamptz, \
         index(name, updated_at desc) }});"
    )
}

fn around(round: usize, table: usize) -> String {
    match round % 7 {
        1 => format!(
            "create_trigger!(touched_{round} on table_{table}, before(update), function = touch);"
        ),
        2 => format!(
            "create_view!(view_{round}_{table}, \"select t.id, t.name, o.email from table_{table} t \
             join table_{} o on o.id = t.id where t.total > 0\");",
            table / 2
        ),
        3 => format!("create_enum!(state_{round}_{table} {{ fresh, done }});"),
        4 => format!(
            "create_function!(sum_{round}_{table}(a: bigint) returns numeric, language = sql, \
             body = \"select sum(total) from table_{table} where id > a\");"
        ),
        5 => format!("create_policy!(own_{round} on table_{table}, using = \"total > 0\");"),
        6 => format!("grant!(select, insert on table_{table} to role_{round});"),
        _ => format!("set_comment!(column table_{table}.email, \"said {round} times\");"),
    }
}

/// First the tables, then in turn what services do to them.
fn migration(at: usize, before: Option<String>, tables: usize) -> String {
    let after =
        before.as_ref().map_or(String::new(), |before| format!("    after super::{before};\n"));
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
