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
//! `check` holds the database against that history, `status` says how far each migration is,
//! `squash` writes one baseline in the place of its first migrations, and `adopt`, which the binary
//! `changeover` has too, writes a database as the beginning of a history.
//! The help of each lists its exit codes. With `--json` the first two print one object and nothing
//! else; its fields are called as those of [`Comparison`](crate::Comparison) and
//! [`Status`](crate::Status), with `clean` beside them, and are only ever added to.

mod database;
mod failure;
mod files;
mod looks;
mod output;

use std::env;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use self::failure::Failure;
use self::files::adopt::Adopt;
use self::files::squash::Squash;
use self::looks::check::Check;
use self::looks::doctor::Doctor;
use self::looks::plan::Plan;
use self::looks::runbook::Runbook;
use self::looks::status::Status;
use self::looks::timeline::Timeline;
use self::looks::watch::Watch;
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
    Plan(Plan),
    Doctor(Doctor),
    Runbook(Runbook),
    Timeline(Timeline),
    Watch(Watch),
    Check(Check),
    Status(Status),
    Adopt(Adopt),
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
            Command::Plan(plan) => plan.run(history).await,
            Command::Watch(watch) => watch.run(history).await,
            Command::Timeline(timeline) => timeline.run(history).await,
            Command::Doctor(doctor) => doctor.run(history).await,
            Command::Runbook(runbook) => runbook.run(history).await,
            Command::Check(check) => check.run(history).await,
            Command::Status(status) => status.run(history).await,
            Command::Adopt(adopt) => adopt.run().await,
            Command::Squash(squash) => squash.run(history).await,
        }
    })
}

/// Does what the arguments of the process say, of what needs no history.
#[doc(hidden)]
pub fn main() -> ExitCode {
    match parsed() {
        Ok(Bare { command: BareCommand::Adopt(adopt) }) => carry_out(adopt.run()),
        Err(code) => code,
    }
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

/// Whether a complaint about the arguments shows a URL, which may have a password.
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
