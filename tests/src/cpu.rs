//! The CPU time of processes, which other processes disturb less than the time on a clock.

use std::io;
use std::process::Command;
use std::time::Duration;

/// What Linux counts by in `/proc`, on every architecture (`proc_pid_stat(5)`, `USER_HZ`).
const TICK: Duration = Duration::from_millis(10);

/// Runs a command to its end and returns the time, user and system, that it and all whom it waited for
/// have used.
///
/// # Errors
///
/// Where it fails, or `/proc` is not that of Linux.
pub fn of(command: &mut Command) -> io::Result<Duration> {
    let before = of_children()?;
    let status = command.status()?;
    if !status.success() {
        return Err(io::Error::other(format!("{command:?}: {status}")));
    }
    Ok(of_children()?.saturating_sub(before))
}

/// The time of all children of this process that it has waited for.
fn of_children() -> io::Result<Duration> {
    let text = std::fs::read_to_string("/proc/self/stat")?;
    // The name of the program stands in parentheses, and may hold spaces.
    let fields = text.rsplit_once(')').map_or("", |(_, fields)| fields);
    let mut ticks = fields.split_whitespace().skip(13).map(str::parse::<u32>);
    match (ticks.next(), ticks.next()) {
        (Some(Ok(user)), Some(Ok(system))) => Ok(TICK * (user + system)),
        _ => Err(io::Error::other("/proc/self/stat has no times of children")),
    }
}

/// A build as a user has it: nothing of the build that runs this is passed on to it.
pub fn as_users_build(command: &mut Command) -> &mut Command {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let is_ours = ["CARGO_PROFILE_", "CARGO_BUILD_", "CARGO_PKG_", "CARGO_ENCODED_", "RUSTC_"];
        if is_ours.iter().any(|start| text.starts_with(start)) || text == "RUSTFLAGS" {
            command.env_remove(&name);
        }
    }
    command
}
