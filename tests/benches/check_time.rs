//! What a history costs a build: the CPU time of `cargo check`, user and system, more than that of the
//! same crate without its migrations. The macros are built as users have them, without optimisation.
//!
//! `cargo bench -p changeover-tests --bench check_time` measures the histories of the table; with
//! `-- 1000 200` so many migrations over so many tables, with `-- baseline 300 36` one baseline of so
//! many changes over so many tables, with `-- baseline 300 60 60` the same in so many files, and with
//! `-- functions 59 80 67 88` a baseline of so many tables, functions, triggers, and other things.
//! `once` beside them measures once, `optimised` builds macros with `opt-level = 1`; `keep` leaves the crates for a
//! profiler, and says where.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;
use std::{env, fs, io};

use changeover_tests::measured::Measured;

#[path = "check_time/case.rs"]
mod case;
#[path = "check_time/history.rs"]
mod history;

use case::{Case, Written};

/// How often each is measured, all in turn.
const RUNS: usize = 5;

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    match measure(&cases(&words), &words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn cases(words: &[String]) -> Vec<Case> {
    let says = |wanted: &str| words.iter().any(|word| word == wanted);
    let numbers: Vec<usize> = words.iter().filter_map(|word| word.parse().ok()).collect();
    match numbers.as_slice() {
        [tables, functions, triggers, others] if says("functions") => {
            vec![history::of_functions(*tables, *functions, *triggers, *others)]
        }
        [changes, tables] if says("baseline") => vec![history::of_baseline(*changes, *tables, 1)],
        [changes, tables, files, ..] => vec![history::of_baseline(*changes, *tables, *files)],
        [migrations, tables] => vec![history::of_changes(*migrations, *tables)],
        _ => vec![
            history::of_changes(200, 40),
            history::of_changes(500, 100),
            history::of_changes(1000, 200),
            history::of_functions(59, 80, 67, 89),
        ],
    }
}

fn measure(cases: &[Case], words: &[String]) -> io::Result<()> {
    let says = |wanted: &str| words.iter().any(|word| word == wanted);
    let folder = env::temp_dir().join(format!("changeover-check-time-{}", std::process::id()));
    let profile =
        if says("optimised") { "[profile.dev.build-override]\nopt-level = 1\n" } else { "" };
    let mut measured = Measured::of("check_time");
    let outcome =
        measure_all(cases, &folder, profile, if says("once") { 1 } else { RUNS }, &mut measured);
    if says("keep") {
        eprintln!("kept: {}", folder.display());
    } else {
        fs::remove_dir_all(&folder)?;
    }
    outcome?;
    measured.publish()
}

fn measure_all(
    cases: &[Case],
    folder: &Path,
    profile: &str,
    runs: usize,
    measured: &mut Measured,
) -> io::Result<()> {
    let target = folder.join("target");
    let mut written = Vec::new();
    for (at, case) in cases.iter().enumerate() {
        let one = Written::new(&folder.join(format!("case{at}")), &target, case, profile)?;
        if at == 0 {
            measured.add("what it depends on, once", "", "CPU s", seconds(one.check("without")?));
        }
        one.check("apart")?;
        one.check("with")?;
        one.check("without")?;
        written.push((case.variant.as_str(), one));
    }
    for _ in 0..runs {
        for (variant, one) in &written {
            let empty = seconds(one.first("without")?);
            let first = seconds(one.first("with")?);
            measured.add("the first check", variant, "CPU s", first - empty);
            for krate in ["without", "apart"] {
                one.after_a_touch(krate)?;
            }
            let empty = seconds(one.after_a_touch("without")?);
            let again = seconds(one.after_a_touch("with")?);
            measured.add("a check after a touch", variant, "CPU s", again - empty);
            let apart = seconds(one.after_a_touch("apart")?);
            measured.add(
                "the same, migrations in their own crate",
                variant,
                "CPU s",
                apart - empty,
            );
        }
    }
    Ok(())
}

fn seconds(time: Duration) -> f64 {
    time.as_secs_f64()
}
