//! What became of a command that did not do what it was asked for.

use std::error::Error;
use std::fmt;

/// Why a command did not do what it was asked for.
pub(crate) enum Failure {
    /// It would have written over what is there.
    Refused(String),
    /// Its caller has a Tokio runtime, in which no other can be started.
    WithinRuntime,
    Failed(Box<dyn Error>),
}

impl Failure {
    /// 2 is clap's, for what is no command, and 4 says that a check found something.
    pub(crate) fn code(&self) -> u8 {
        match self {
            Failure::Failed(_) | Failure::WithinRuntime => 1,
            Failure::Refused(_) => 3,
        }
    }
}

impl<E: Error + 'static> From<E> for Failure {
    fn from(error: E) -> Failure {
        Failure::Failed(Box::new(error))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Refused(reason) => f.write_str(reason),
            Failure::WithinRuntime => f.write_str(
                "`changeover::cli::run` starts a Tokio runtime, and is called within one\n\
                 help: call it from a `fn main` that is not async",
            ),
            Failure::Failed(error) => error.fmt(f),
        }
    }
}
