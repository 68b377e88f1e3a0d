//! A command that runs, and what came of it.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStderr, Command, Stdio};

use changeover_tests::{Failure, fail};
use serde_json::Value;

pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_renames");

pub(crate) struct Running {
    child: Child,
    errors: BufReader<ChildStderr>,
}

/// What a command that has ended printed.
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` gives")]
pub(crate) fn failure(error: impl ToString) -> Failure {
    Failure::new(error.to_string())
}

/// Starts a command without a terminal; the arguments are words.
pub(crate) fn start(url: &str, arguments: &str) -> Result<Running, Failure> {
    let mut command = Command::new(BINARY);
    command.args(arguments.split(' ')).env("DATABASE_URL", url);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(failure)?;
    let Some(errors) = child.stderr.take() else { fail!("no standard error") };
    Ok(Running { child, errors: BufReader::new(errors) })
}

/// Carries it out, on the history of the fixtures.
pub(crate) fn called(url: &str, arguments: &str) -> Result<Ended, Failure> {
    start(url, &format!("{arguments} --app harness"))?.ended()
}

impl Running {
    /// Reads on until a line has these words.
    pub(crate) fn until(&mut self, words: &str) -> Result<String, Failure> {
        let mut read = String::new();
        loop {
            let mut line = String::new();
            if self.errors.read_line(&mut line).map_err(failure)? == 0 {
                fail!("it ended without `{words}`: {read}");
            }
            if line.contains(words) {
                return Ok(line);
            }
            read += &line;
        }
    }

    /// Reads so many lines, or until it ends.
    pub(crate) fn lines(&mut self, count: u64) -> Result<(), Failure> {
        let mut line = String::new();
        for _ in 0..count {
            self.errors.read_line(&mut line).map_err(failure)?;
        }
        Ok(())
    }

    /// Sends it a signal, by its name without `SIG`.
    pub(crate) fn signal(&self, name: &str) -> Result<(), Failure> {
        let pid = self.child.id().to_string();
        match Command::new("kill").args(["-s", name, &pid]).status() {
            Ok(status) if status.success() => Ok(()),
            other => fail!("kill -s {name}: {other:?}"),
        }
    }

    pub(crate) fn ended(mut self) -> Result<Ended, Failure> {
        let (mut out, mut err) = (String::new(), String::new());
        self.errors.read_to_string(&mut err).map_err(failure)?;
        if let Some(stdout) = &mut self.child.stdout {
            stdout.read_to_string(&mut out).map_err(failure)?;
        }
        let code = self.child.wait().map_err(failure)?.code();
        Ok(Ended { code, out, err })
    }
}

/// A test that fails leaves no process behind.
impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Ended {
    /// What it printed, if it ended with this code.
    pub(crate) fn with(self, code: i32) -> Result<String, Failure> {
        let Ended { code: found, out, err } = self;
        if found != Some(code) {
            fail!("it ended with {found:?}, not {code}: {out}{err}");
        }
        Ok(out)
    }

    /// The same as JSON, which is all that a pipeline sees.
    pub(crate) fn json(self, code: i32) -> Result<Value, Failure> {
        let text = self.with(code)?;
        serde_json::from_str(&text).map_err(|error| Failure::new(format!("{error}: {text}")))
    }
}
