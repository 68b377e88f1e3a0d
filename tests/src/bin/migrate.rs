//! Runs a sample history, or an operation's, as a service's process would, so that a test can kill
//! it.
//!
//! `migrate <database url> <history> <command>`; a line a progress report on the standard output.
//!
//! `migrate <database url> op:<operation>@<head> <command> [<report>]` prints a line when it has
//! connected. Told a report of progress, counted from 0, it stands still there, after a line that
//! says where.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::{env, process::ExitCode};

use changeover::{Builder, Changeover, Gate, Migrations, Progress};
use changeover_tests::ops;
use changeover_tests::sample::{
    CONVERT_HISTORY, INDEX_HISTORY, PARTITIONED_HISTORY, RENAME_HISTORY, SEVERAL_HISTORY,
    SWITCH_HISTORY,
};
use changeover_tests::{Command, Failure, block_on, fail};

fn main() -> ExitCode {
    match block_on(run()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Failure> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [url, name, command, held @ ..] = arguments.as_slice() else {
        fail!("usage: migrate <database url> <history> <command> [<report>]")
    };
    let Some(command) = Command::parse(command) else { fail!("no command is called {command}") };
    let changeover = if let Some(operation) = name.strip_prefix("op:") {
        let builder =
            Changeover::builder(&of_operation(operation)?).app("harness").gate(Gate::Manual);
        let held = held.first().and_then(|report| report.parse().ok());
        let changeover = holding(builder, held).connect(url).await?;
        println!("connected");
        changeover
    } else {
        let builder = Changeover::builder(&sample(name)?).app("harness").gate(Gate::Manual);
        let tell = |progress: &Progress<'_>| println!("{} {}", progress.phase, progress.rows);
        builder.on_progress(tell).connect(url).await?
    };
    command.carry_out(changeover).await
}

fn sample(name: &str) -> Result<Migrations, Failure> {
    let history = match name {
        "rename" => Some(RENAME_HISTORY),
        "convert" => Some(CONVERT_HISTORY),
        "index" => Some(INDEX_HISTORY),
        "partitioned" => Some(PARTITIONED_HISTORY),
        // Without its contract, behind which there is no undo.
        "several" => SEVERAL_HISTORY.until("m0005_switch"),
        "switch" => SWITCH_HISTORY.until("m0003_switch"),
        _ => None,
    };
    history.map_or_else(|| fail!("no history is called {name}"), Ok)
}

/// The history of a scenario as a build with this head has it.
fn of_operation(name: &str) -> Result<Migrations, Failure> {
    let (operation, head) = name.split_once('@').unwrap_or((name, ""));
    let scenario = ops::ALL.iter().find(|(name, _)| *name == operation);
    let history = scenario.and_then(|(_, scenario)| scenario().history().until(head));
    history.map_or_else(|| fail!("no operation has the history {name}"), Ok)
}

fn holding(builder: Builder, held: Option<u32>) -> Builder {
    let Some(held) = held else { return builder };
    let reports = AtomicU32::new(0);
    let within = Mutex::new((String::new(), 0_u32));
    builder.on_progress(move |progress| {
        let Progress { migration, phase, step, table, done_blocks, .. } = progress;
        let place = format!("{migration} {phase} {step}");
        if !is_counted(&mut within.lock().unwrap_or_else(PoisonError::into_inner), &place) {
            return;
        }
        if reports.fetch_add(1, Ordering::Relaxed) == held {
            println!("{place} {table:?} {done_blocks}");
            loop {
                std::thread::park();
            }
        }
    })
}

/// A backfill reports as many windows as it likes: the first of them count, and then ever fewer.
fn is_counted((step, reports): &mut (String, u32), place: &str) -> bool {
    const NEAR: u32 = 8;
    if step != place {
        (*step, *reports) = (place.to_owned(), 0);
    }
    *reports += 1;
    *reports <= NEAR || reports.is_power_of_two()
}
