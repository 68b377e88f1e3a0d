//! A `PgBouncer` in transaction mode before the test server.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

use crate::{Failure, fail};

/// Of the next pooler of this process.
static PORT: AtomicU16 = AtomicU16::new(6432);

/// Ends it at our end, even by `kill -9`: its stdin is a pipe that only we hold open.
const WATCHDOG: &str =
    r#"exec 3<&0; "$@" </dev/null 3<&- & pooler=$!; cat <&3 >/dev/null; kill -9 $pooler"#;

const PATIENCE: Duration = Duration::from_mins(1);

/// It ends with the value.
pub struct Pooler {
    url: String,
    watchdog: Child,
}

impl Pooler {
    /// Starts one that shares out so many sessions of a database; none where it is not installed,
    /// which `.ci/run` makes impossible.
    pub async fn start(database: &str, sessions: u32) -> Result<Option<Self>, Failure> {
        let Some(program) = program() else {
            eprintln!("skipped: there is no `pgbouncer` (Debian's package has that name)");
            return Ok(None);
        };
        let Some(directory) = directory(database) else {
            eprintln!("skipped: the server is not ours, so that the pooler cannot log in");
            return Ok(None);
        };
        let port = PORT.fetch_add(1, Ordering::Relaxed);
        let config = directory.join(format!("pgbouncer-{port}.ini"));
        write(&directory.join("pgbouncer-users"), "\"postgres\" \"\"\n")?;
        write(&config, &settings(&directory, port, sessions))?;
        let owner = fs::metadata(&directory).map_err(|error| Failure::new(error.to_string()))?;
        let watchdog = Command::new("/bin/sh")
            .args(["-c", WATCHDOG, "pooler"])
            .args([program, config])
            .uid(owner.uid())
            .gid(owner.gid())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let watchdog = watchdog.map_err(|error| Failure::new(error.to_string()))?;
        let url = database.replacen("port=5432", &format!("port={port}"), 1);
        let pooler = Pooler { url, watchdog };
        pooler.wait_until_ready().await?;
        Ok(Some(pooler))
    }

    /// The database's address through the pooler.
    pub fn url(&self) -> &str {
        &self.url
    }

    async fn wait_until_ready(&self) -> Result<(), Failure> {
        let started = Instant::now();
        loop {
            match tokio_postgres::connect(&self.url, tokio_postgres::NoTls).await {
                Ok(_) => return Ok(()),
                Err(error) if started.elapsed() > PATIENCE => return Err(error.into()),
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            }
        }
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        drop(self.watchdog.stdin.take());
        let _ = self.watchdog.wait();
    }
}

fn settings(directory: &Path, port: u16, sessions: u32) -> String {
    let directory = directory.display();
    format!(
        "[databases]\n\
         * = host={directory} port=5432\n\
         [pgbouncer]\n\
         pool_mode = transaction\n\
         default_pool_size = {sessions}\n\
         listen_port = {port}\n\
         unix_socket_dir = {directory}\n\
         auth_type = trust\n\
         auth_file = {directory}/pgbouncer-users\n\
         logfile = {directory}/pgbouncer-{port}.log\n"
    )
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let written = fs::write(path, text)
        .and_then(|()| fs::set_permissions(path, fs::Permissions::from_mode(0o644)));
    match written {
        Ok(()) => Ok(()),
        Err(error) => fail!("{}: {error}", path.display()),
    }
}

/// Returns where the server's socket is; none for one that somebody else started.
fn directory(database: &str) -> Option<PathBuf> {
    let (_, host) = database.split_once("host=")?;
    let host = host.split('&').next()?;
    host.starts_with('/').then(|| PathBuf::from(host))
}

fn program() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut directories: Vec<PathBuf> = std::env::split_paths(&path).collect();
    directories.push(PathBuf::from("/usr/sbin"));
    directories.into_iter().map(|one| one.join("pgbouncer")).find(|program| program.is_file())
}
