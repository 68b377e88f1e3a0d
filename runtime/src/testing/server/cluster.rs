//! A server of our own, which does not outlive this process.

use std::{
    env, fs,
    io::{self, Write},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::{Duration, Instant},
};

use super::{
    account::{Account, create_private},
    binaries::Binaries,
    template,
};
use crate::testing::error::{Error, run};

/// The server's parent. Its stdin is a pipe that only this process holds open: at our end, even
/// by `kill -9`, it reads end of file, stops the server and removes the directory. A line is an
/// order: the signal to stop the server with, and after its end any word to start it again.
///
/// It copies the template itself, so that nobody still writes to the directory when it is removed.
/// The server is told twice, because a shell's background child ignores SIGQUIT until it has a
/// handler for it, and SIGTERM alone would wait for clients.
/// `exited.<run>` tells us that the server ended, and tells the shell that the process id is no
/// longer the server's.
const WATCHDOG: &str = r#"
exec 3<&0 >"$1/log" 2>&1
run=1
if read -r bin <&3 && read -r template <&3 && cp -Rp "$template" "$1/data" && chmod 700 "$1/data"; then
    while :; do
        "$bin/postgres" -D "$1/data" -k "$1" </dev/null &
        server=$!
        {
            if read -r signal; then
                kill -$signal $server
            else
                [ -e "$1/exited.$run" ] || { kill -TERM $server; kill -QUIT $server; }
            fi
        } <&3 &
        wait $server
        : >"$1/exited.$run"
        wait
        read -r again <&3 || break
        run=$((run + 1))
    done
fi
: >"$1/exited.$run"
cat <&3 >/dev/null
rm -rf "$1"
"#;

/// Long enough for a machine that is busy with a build.
const START_DEADLINE: Duration = Duration::from_mins(1);

static NUMBER: AtomicU32 = AtomicU32::new(0);

const PAUSE: Duration = Duration::from_millis(5);

const MEMORY: &str = "/dev/shm";

#[derive(Debug)]
pub(super) struct Cluster {
    directory: PathBuf,
    binaries: PathBuf,
    watchdog: Child,
    /// How often it was started.
    run: u32,
}

impl Cluster {
    pub(super) fn start() -> Result<Self, Error> {
        Self::of(|account| {
            let binaries = Binaries::find(account)?;
            let template = template::prepare(account, &binaries)?;
            Ok((binaries.directory, template))
        })
    }

    /// A server of the same programs whose data is a copy of this one's, which must be stopped.
    pub(super) fn copy(&self) -> Result<Self, Error> {
        Self::of(|_| Ok((self.binaries.clone(), self.data())))
    }

    /// Starts the programs in one directory with a copy of the data in another.
    fn of(
        source: impl FnOnce(Account) -> Result<(PathBuf, PathBuf), Error>,
    ) -> Result<Self, Error> {
        let directory = private_directory()?;
        let guarded = Account::for_owner_of(&directory)
            .and_then(|account| Ok((account, guard(account, &directory)?)));
        let (account, watchdog) = guarded.inspect_err(|_| {
            // Nobody else does it yet, and what went wrong is in the error.
            let _ = fs::remove_dir(&directory);
        })?;
        let mut cluster = Self { directory, binaries: PathBuf::new(), watchdog, run: 1 };
        let (binaries, template) = source(account)?;
        cluster.order(&format!("{}\n{}", binaries.display(), template.display()))?;
        cluster.binaries = binaries;
        cluster.wait_until_ready()?;
        Ok(cluster)
    }

    fn order(&mut self, order: &str) -> Result<(), Error> {
        let told = self.watchdog.stdin.as_mut().map_or(Ok(()), |pipe| writeln!(pipe, "{order}"));
        told.map_err(Error::io("start or stop the server in", &self.directory))
    }

    /// Stops it by a signal, and waits for its end.
    ///
    /// PostgreSQL manual, section "Shutting Down the Server".
    pub(super) fn stop(&mut self, signal: &str) -> Result<(), Error> {
        self.order(signal)?;
        let deadline = Instant::now() + START_DEADLINE;
        while !self.has_exited() {
            if Instant::now() > deadline {
                return Err(self.not_ready());
            }
            thread::sleep(PAUSE);
        }
        Ok(())
    }

    /// Starts it again after [`stop`](Self::stop).
    pub(super) fn restart(&mut self) -> Result<(), Error> {
        self.run += 1;
        self.order("start")?;
        self.wait_until_ready()
    }

    /// Returns where the server's files are.
    pub(super) fn data(&self) -> PathBuf {
        self.directory.join("data")
    }

    /// PostgreSQL notifies nobody but its own `pg_ctl`, which polls the same file.
    fn wait_until_ready(&self) -> Result<(), Error> {
        let deadline = Instant::now() + START_DEADLINE;
        while !self.is_ready() {
            if Instant::now() > deadline || self.has_exited() {
                return Err(self.not_ready());
            }
            thread::sleep(PAUSE);
        }
        Ok(())
    }

    fn has_exited(&self) -> bool {
        self.directory.join(format!("exited.{}", self.run)).exists()
    }

    fn is_ready(&self) -> bool {
        let status = fs::read_to_string(self.data().join("postmaster.pid"));
        status.is_ok_and(|text| text.lines().nth(7).is_some_and(|line| line.trim() == "ready"))
    }

    fn not_ready(&self) -> Error {
        let log = fs::read_to_string(self.directory.join("log")).unwrap_or_default();
        Error::NotReady { directory: self.directory.clone(), log: last_lines(&log, 10) }
    }

    /// The URL of a database of this server.
    pub(super) fn url(&self, database: &str) -> String {
        // The port is written out because `psql` would take one from `PGPORT`.
        format!("postgresql://postgres@/{database}?host={}&port=5432", self.directory.display())
    }
}

fn guard(account: Account, directory: &Path) -> Result<Child, Error> {
    account.give(directory)?;
    account
        .command("/bin/sh")
        .args(["-c", WATCHDOG, "changeover-testing"])
        .arg(directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .current_dir(directory)
        // A group of its own: Ctrl-C is for us, and the watchdog follows us.
        .process_group(0)
        .spawn()
        .map_err(Error::io("start the server in", directory))
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.watchdog.stdin.take());
        // Nothing is left to be done if the watchdog is gone already.
        let _ = self.watchdog.wait();
    }
}

fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}

/// A new directory that nobody else can enter, at a path short enough for a socket's name.
fn private_directory() -> Result<PathBuf, Error> {
    const LONGEST: usize = 80;
    let mut parent = if prefers_memory() { PathBuf::from(MEMORY) } else { env::temp_dir() };
    if parent.as_os_str().len() > LONGEST || !is_plain(&parent) {
        parent = PathBuf::from("/tmp");
    }
    loop {
        // A name is never given twice: who still has the URL of a server that is gone must not
        // reach another.
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let directory = parent.join(format!("changeover-{}-{number}", std::process::id()));
        match create_private(&directory) {
            Ok(()) => return Ok(directory),
            // Left by a process whose watchdog was killed.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(Error::io("create", &directory)(error)),
        }
    }
}

/// Tells whether the server's files had better be in memory.
///
/// A start copies a thousand small files and a database three hundred: 0.8 s and 0.25 s on a
/// slow disk, 0.12 s and 0.01 s in memory. Containers often have 64 MB there, which is too little.
fn prefers_memory() -> bool {
    const ENOUGH_KIB: u64 = 4 << 20;
    if env::var_os("TMPDIR").is_some() {
        return false;
    }
    let table = run(Command::new("df").args(["-Pk", MEMORY])).unwrap_or_default();
    let line = table.lines().nth(1).unwrap_or_default();
    let available = line.split_whitespace().nth(3).and_then(|column| column.parse().ok());
    available.is_some_and(|kib: u64| kib >= ENOUGH_KIB)
}

/// Tells whether the path stands in a URL as it is.
fn is_plain(path: &Path) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+".contains(c);
    path.to_str().is_some_and(|path| path.starts_with('/') && path.chars().all(plain))
}
