//! A runner in a process of its own, and its end.

use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use crate::{Failure, fail};

/// What the process is told.
#[derive(Debug, Clone)]
pub(super) struct Order {
    pub(super) binary: &'static str,
    pub(super) url: String,
    pub(super) history: String,
    pub(super) command: String,
}

/// When it is killed.
#[derive(Debug, Clone, Copy)]
pub(super) enum Moment {
    Never,
    /// Between two statements: it holds still at its n-th report of progress, counted from 0.
    Report(u32),
    /// So long after it has connected, whatever it does then.
    After(Duration),
}

/// How a process ended.
#[derive(Debug)]
pub(super) enum End {
    /// It did what it was told, in so long since it had connected.
    Done(Duration),
    /// It was killed, at the report that it held still at.
    Killed(String),
}

const SIGKILL: i32 = 9;

/// Runs a process and kills it at the moment, unless it is done before.
pub(super) fn run(order: &Order, moment: Moment) -> Result<End, Failure> {
    let Order { binary, url, history, command } = order;
    let mut process = Command::new(binary);
    process.args([url, history, command]);
    if let Moment::Report(report) = moment {
        process.arg(report.to_string());
    }
    let process = process.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = process.map_err(|error| Failure::new(format!("{binary}: {error}")))?;
    let Some(output) = child.stdout.take() else { fail!("the process has no output") };
    let mut output = BufReader::new(output);
    next_line(&mut output)?;
    let connected = Instant::now();
    let held_at = match moment {
        Moment::Never => String::new(),
        Moment::After(delay) => {
            std::thread::sleep(delay);
            kill(&mut child)?;
            String::new()
        }
        Moment::Report(_) => {
            let held_at = next_line(&mut output)?;
            if !held_at.is_empty() {
                kill(&mut child)?;
            }
            held_at
        }
    };
    end(child, connected, held_at)
}

fn end(mut child: Child, connected: Instant, held_at: String) -> Result<End, Failure> {
    let mut errors = String::new();
    if let Some(mut pipe) = child.stderr.take() {
        // What is no text is not ours.
        let _ = pipe.read_to_string(&mut errors);
    }
    let status = child.wait().map_err(|error| Failure::new(error.to_string()))?;
    if status.signal() == Some(SIGKILL) {
        return Ok(End::Killed(held_at));
    }
    if !status.success() {
        fail!("the process ended with {status}: {}", errors.trim_end());
    }
    Ok(End::Done(connected.elapsed()))
}

/// Empty at the end of the process.
fn next_line(output: &mut BufReader<ChildStdout>) -> Result<String, Failure> {
    let mut line = String::new();
    let read = output.read_line(&mut line);
    read.map_err(|error| Failure::new(error.to_string()))?;
    Ok(line.trim_end().to_owned())
}

/// As `kill -9` does.
fn kill(child: &mut Child) -> Result<(), Failure> {
    child.kill().map_err(|error| Failure::new(error.to_string()))
}
