//! The command line, a file a command: what each is given, and what it prints.
//!
//! A service has it as a binary of its own, which knows the service's history:
//!
//! ```no_run
//! use std::process::ExitCode;
//! # mod m0001_users { changeover::migration! { create_table!(users { id: bigint primary_key }); } }
//! # changeover::migrations! { static MIGRATIONS = [m0001_users]; }
//!
//! fn main() -> ExitCode {
//!     changeover::cli::run(&MIGRATIONS)
//! }
//! ```
//!
//! `up`, `contract`, `undo` and `repair` do what the methods of [`Changeover`](crate::Changeover) do,
//! `pause`, `resume` and `set` steer a run that is under way elsewhere, `plan`, `runbook`, `watch`,
//! `status`, `stats`, `timeline`, `gates`, `check`, `verify` and `doctor` look; `rehearse` does all of it on a copy; `new`, `review`, `schema` and `squash` write files, and so does `adopt`, which the binary `changeover` has too.
//! The help of each lists its exit codes, which mean the same everywhere. With `--json` a command
//! prints one object and nothing else on its standard output; its fields are only ever added to.
//!
//! Nothing is asked but at a terminal, and what is coloured there is not where `NO_COLOR` is set.

mod codes;
mod completions;
mod database;
mod differences;
mod explain;
mod failure;
mod files;
mod looks;
mod output;
mod runs;
mod steering;

use std::env;
use std::path::Path;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use self::completions::Completions;
use self::explain::Explain;
use self::failure::Failure;
use self::files::adopt::Adopt;
use self::files::new::New;
use self::files::review::Review;
use self::files::schema::Schema;
use self::files::squash::Squash;
use self::looks::check::Check;
use self::looks::doctor::Doctor;
use self::looks::plan::Plan;
use self::looks::runbook::Runbook;
use self::looks::stats::Stats;
use self::looks::status::Status;
use self::looks::timeline::Timeline;
use self::looks::verify::Verify;
use self::looks::watch::Watch;
use self::runs::contract::Contract;
use self::runs::rehearse::Rehearse;
use self::runs::repair::Repair;
use self::runs::undo::{Undo, UndoTo};
use self::runs::up::Up;
use self::steering::gates::Gates;
use self::steering::pause::{Pause, Resume};
use self::steering::set::Set;
use crate::migration::Migrations;

/// PostgreSQL schema changes without downtime.
#[derive(Parser)]
#[command(name = "changeover", version)]
struct Bare {
    #[command(subcommand)]
    command: BareCommand,
}

/// What needs no history.
#[derive(Subcommand)]
enum BareCommand {
    Adopt(Adopt),
    New(New),
    Explain(Explain),
    Completions(Completions),
}

/// PostgreSQL schema changes without downtime.
#[derive(Parser)]
#[command(name = "changeover")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    New(New),
    Review(Review),
    Schema(Schema),
    #[command(visible_alias = "migrate")]
    Up(Up),
    Contract(Contract),
    Undo(Undo),
    UndoTo(UndoTo),
    Repair(Repair),
    Rehearse(Box<Rehearse>),
    Plan(Plan),
    Verify(Verify),
    Doctor(Doctor),
    Runbook(Runbook),
    Timeline(Timeline),
    Stats(Stats),
    Watch(Watch),
    Status(Status),
    Check(Check),
    Gates(Gates),
    Pause(Pause),
    Resume(Resume),
    Set(Set),
    Adopt(Adopt),
    Explain(Explain),
    Completions(Completions),
    Squash(Squash),
}

/// Does with this history what the arguments of the process say. It starts a Tokio runtime of its
/// own, so it is called from a plain `fn main`.
pub fn run(history: &Migrations) -> ExitCode {
    let arguments: Arguments = match parsed() {
        Ok(arguments) => arguments,
        Err(code) => return code,
    };
    carry_out(async {
        match arguments.command {
            Command::New(new) => new.run(),
            Command::Review(review) => review.run(history).await,
            Command::Schema(schema) => schema.run(history).await,
            Command::Up(up) => up.run(history).await,
            Command::Contract(contract) => contract.run(history).await,
            Command::Undo(undo) => undo.run(history).await,
            Command::UndoTo(undo) => undo.run(history).await,
            Command::Rehearse(rehearse) => rehearse.run(history).await,
            Command::Repair(repair) => repair.run(history).await,
            Command::Plan(plan) => plan.run(history).await,
            Command::Watch(watch) => watch.run(history).await,
            Command::Timeline(timeline) => timeline.run(history).await,
            Command::Verify(verify) => verify.run(history).await,
            Command::Doctor(doctor) => doctor.run(history).await,
            Command::Runbook(runbook) => runbook.run(history).await,
            Command::Stats(stats) => stats.run(history).await,
            Command::Status(status) => status.run(history).await,
            Command::Check(check) => check.run(history).await,
            Command::Gates(gates) => gates.run(history).await,
            Command::Pause(pause) => pause.run(history).await,
            Command::Resume(resume) => resume.run(history).await,
            Command::Set(set) => set.run(history).await,
            Command::Adopt(adopt) => adopt.run().await,
            Command::Explain(explain) => explain.run(),
            Command::Completions(completions) => completions.run::<Arguments>(&called()),
            Command::Squash(squash) => squash.run(history).await,
        }
    })
}

/// Does what the arguments of the process say, of what needs no history.
#[doc(hidden)]
pub fn main() -> ExitCode {
    let Bare { command } = match parsed() {
        Ok(bare) => bare,
        Err(code) => return code,
    };
    carry_out(async {
        match command {
            BareCommand::Adopt(adopt) => adopt.run().await,
            BareCommand::New(new) => new.run(),
            BareCommand::Explain(explain) => explain.run(),
            BareCommand::Completions(completions) => completions.run::<Bare>(&called()),
        }
    })
}

/// Returns how the process was called, without its folder.
fn called() -> String {
    let first = env::args().next().unwrap_or_default();
    let name = Path::new(&first).file_name().and_then(|name| name.to_str());
    name.unwrap_or("changeover").to_owned()
}

/// The arguments of the process, or the code that it ends with.
fn parsed<T: Parser>() -> Result<T, ExitCode> {
    T::try_parse().map_err(|error| {
        if error.use_stderr() && repeats_url(&error.to_string()) {
            eprintln!("error: a URL stands where none is expected\nhelp: `--url` takes it");
        } else {
            // Where it cannot be printed, nobody is there to be told.
            let _ = error.print();
        }
        ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
    })
}

/// Tells whether a complaint about the arguments shows a URL, which may have a password.
fn repeats_url(complaint: &str) -> bool {
    env::args_os().any(|argument| {
        let argument = argument.to_string_lossy();
        let value = argument.split_once('=').map_or(&*argument, |(_, value)| value);
        let names_database = argument.contains("://") || argument.contains("password=");
        names_database && (complaint.contains(&*argument) || complaint.contains(value))
    })
}

fn carry_out(command: impl Future<Output = Result<ExitCode, Failure>>) -> ExitCode {
    let done = (|| {
        if tokio::runtime::Handle::try_current().is_ok() {
            return Err(Failure::WithinRuntime);
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(command)
    })();
    done.unwrap_or_else(|failure| {
        eprintln!("error: {failure}");
        ExitCode::from(failure.code())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_call_within_a_runtime_is_a_failure_and_no_panic() {
        let code = carry_out(async { Ok(ExitCode::SUCCESS) });
        assert_eq!(format!("{code:?}"), format!("{:?}", ExitCode::FAILURE));
    }
}
