//! What somebody at a terminal sees and types: bars, a question, Ctrl-C, the keys of `watch`.

use std::io::{Read as _, Write as _};
use std::process::Child;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use changeover_tests::fixture::Fixture;
use changeover_tests::sample::RENAME_HISTORY;
use changeover_tests::{Failure, block_on, fail};
use pty_process::Size;
use pty_process::blocking::{Command, Pty, open};

use super::process::{BINARY, failure};

/// Only a test that is going to fail waits that long.
const PATIENCE: Duration = Duration::from_mins(1);

/// A command on a terminal of its own.
struct Terminal {
    child: Child,
    keys: Pty,
    shown: Receiver<Vec<u8>>,
    seen: String,
}

impl Terminal {
    fn start(url: &str, arguments: &str) -> Result<Terminal, Failure> {
        let (keys, inside) = open().map_err(failure)?;
        keys.resize(Size::new(40, 200)).map_err(failure)?;
        let command = Command::new(BINARY)
            .args(arguments.split(' ').chain(["--app", "harness"]))
            .env("DATABASE_URL", url)
            .env("TERM", "xterm");
        let child = command.spawn(inside).map_err(failure)?;
        let (sender, shown) = channel();
        let handle = std::os::fd::AsFd::as_fd(&keys).try_clone_to_owned().map_err(failure)?;
        let mut screen = std::fs::File::from(handle);
        // It ends with the command, whose end of the terminal is the last one.
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = screen.read(&mut bytes) {
                if sender.send(bytes[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        Ok(Terminal { child, keys, shown, seen: String::new() })
    }

    /// Waits until these words have been shown since the last that were waited for.
    fn until(&mut self, words: &str) -> Result<(), Failure> {
        loop {
            if let Some(at) = self.seen.find(words) {
                self.seen.drain(..at + words.len());
                return Ok(());
            }
            let Ok(bytes) = self.shown.recv_timeout(PATIENCE) else {
                fail!("it never showed `{words}`: {}", self.seen)
            };
            self.seen.push_str(&String::from_utf8_lossy(&bytes));
        }
    }

    fn types(&mut self, keys: &str) -> Result<(), Failure> {
        self.keys.write_all(keys.as_bytes()).map_err(failure)
    }

    fn ended(&mut self, code: i32) -> Result<(), Failure> {
        while let Ok(bytes) = self.shown.recv_timeout(PATIENCE) {
            self.seen.push_str(&String::from_utf8_lossy(&bytes));
        }
        match self.child.wait().map_err(failure)?.code() {
            Some(found) if found == code => Ok(()),
            found => fail!("it ended with {found:?}, not {code}: {}", self.seen),
        }
    }
}

/// A test that fails leaves no process behind.
impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_run_shows_a_bar_and_what_holds_it_and_ctrl_c_ends_it_between_two_batches()
-> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("terminal_run", 20_000).await?;
        let mut other = fixture.runner(&RENAME_HISTORY).await?;
        other.pause("the sale is on").await?;
        let mut up = Terminal::start(fixture.url(), "up")?;
        up.until("m0002_rename, expand, step 1 of")?;
        up.until("[")?;
        up.until("held: paused by")?;
        up.types("\u{3}")?;
        up.until("stops after the batch or the statement")?;
        up.ended(6)?;

        other.resume().await?;
        let mut up = Terminal::start(fixture.url(), "up --batch-time 2ms")?;
        up.until("m0002_rename, migrate, step")?;
        up.until("rows/s")?;
        up.until("the contract of `m0002_rename` waits")?;
        up.ended(0)?;
        let differ = "select count(*) from users where display_name is distinct from username";
        match fixture.count(differ).await? {
            0 => Ok(()),
            rows => fail!("{rows} rows are not filled"),
        }
    })
}

#[test]
fn the_keys_of_watch_steer_the_run() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("terminal_watch", 10).await?;
        let mut watch = Terminal::start(fixture.url(), "watch --every 1")?;
        watch.until("q ends")?;
        watch.types("p\n")?;
        watch.until("paused by postgres: at the keyboard of `watch`")?;
        let paused = "select paused from changeover.controls where history = 'harness'";
        if !fixture.holds(paused).await? {
            fail!("it is not paused");
        }
        watch.types("r\n")?;
        fixture.wait_until(&format!("select not ({})", format_args!("{paused}"))).await?;
        let set = |value: &str| {
            format!(
                "select exists (select from changeover.settings where history = 'harness' \
                 and name = 'batch_time' and value = '{value}')"
            )
        };
        watch.types("+\n")?;
        watch.until("batch_time=20ms")?;
        watch.types("-\n")?;
        fixture.wait_until(&set("10ms")).await?;
        watch.types("nonsense\n")?;
        watch.until("q ends")?;
        watch.types("q\n")?;
        watch.ended(0)
    })
}

#[test]
fn what_destroys_asks_and_does_nothing_without_a_yes() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("terminal_asks", 10).await?;
        let before = fixture.catalog().await?;
        for (answer, code) in [("no\n", 3), ("\n", 3), ("\u{3}", 130), ("yes\n", 0)] {
            if fixture.catalog().await? != before {
                fail!("something was changed before a yes");
            }
            let mut undo = Terminal::start(fixture.url(), "undo m0001_base --with-rows")?;
            undo.until("Type `yes` to go on: ")?;
            undo.types(answer)?;
            match code {
                // Nothing of ours hears a signal before a run has begun, so that it ends the process.
                130 => undo.until("^C")?,
                code => undo.ended(code)?,
            }
        }
        if !fixture.holds("select to_regclass('public.users') is null").await? {
            fail!("it was not taken back");
        }
        Ok(())
    })
}
