//! What became of a command that did not do what it was asked for.

use std::error;
use std::fmt;

use super::codes;
use super::differences::Shown;
use crate::outcome::error::Error;

/// Why a command did not do what it was asked for.
pub(crate) enum Failure {
    /// It would have written over what is there, or destroyed what nobody confirmed.
    Refused(String),
    /// Its caller has a Tokio runtime, in which no other can be started.
    WithinRuntime,
    Failed(Box<dyn error::Error>),
}

impl Failure {
    pub(crate) fn code(&self) -> u8 {
        match self {
            Failure::Failed(error) => error.downcast_ref().map_or(codes::FAILED, codes::of),
            Failure::WithinRuntime => codes::FAILED,
            Failure::Refused(_) => codes::REFUSED,
        }
    }
}

impl<E: error::Error + 'static> From<E> for Failure {
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
            Failure::Failed(error) => match error.downcast_ref::<Error>() {
                Some(error) => f.write_str(&match error.comparison() {
                    // It may be of thousands of objects.
                    Some(all) => (error.in_full()).replacen(
                        &all.to_string(),
                        &Shown::first(all).to_string(),
                        1,
                    ),
                    None => error.in_full(),
                }),
                None => error.fmt(f),
            },
        }
    }
}
