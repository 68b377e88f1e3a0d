//! What processes use, where there is a `/proc`.

use std::fs;

use crate::Failure;
use crate::fixture::Fixture;

/// Clock ticks of a second, as `/proc` counts them.
const TICKS: f64 = 100.0;

/// The CPU that all processes of the server have used so far, in seconds.
pub async fn server_cpu(fixture: &Fixture) -> Result<Option<f64>, Failure> {
    let own = fixture.count("select pg_backend_pid()::bigint").await?;
    Ok(stat(&own.to_string()).and_then(|own| {
        let server = own.parent.to_string();
        let processes = fs::read_dir("/proc").ok()?.filter_map(Result::ok);
        let children = processes.filter_map(|one| stat(one.file_name().to_str()?));
        let children = children.filter(|one| one.parent.to_string() == server);
        let ticks = children.map(|one| one.ticks).sum::<u32>() + stat(&server)?.with_children;
        Some(f64::from(ticks) / TICKS)
    }))
}

struct Stat {
    parent: u32,
    ticks: u32,
    with_children: u32,
}

fn stat(pid: &str) -> Option<Stat> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let fields: Vec<&str> = text.rsplit_once(") ")?.1.split(' ').collect();
    let number = |index: usize| fields.get(index)?.parse::<u32>().ok();
    let ticks = number(11)? + number(12)?;
    Some(Stat { parent: number(1)?, ticks, with_children: ticks + number(13)? + number(14)? })
}

/// The memory that this process has in use, in bytes.
pub fn memory() -> Option<i64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: i64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kilobytes * 1024)
}
