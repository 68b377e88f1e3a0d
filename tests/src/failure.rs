//! One error type for everything that a test can trip over, readable when a test returns it.

use std::fmt;

/// What went wrong, in the words that the test's output shows.
#[derive(Clone)]
pub struct Failure(pub String);

impl Failure {
    /// A failure that says this.
    pub fn new(message: impl Into<String>) -> Self {
        Failure(message.into())
    }

    /// The same failure, saying where it happened.
    #[must_use]
    pub fn during(self, place: impl fmt::Display) -> Self {
        Failure(format!("{place}: {}", self.0))
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}

impl From<tokio_postgres::Error> for Failure {
    fn from(error: tokio_postgres::Error) -> Self {
        let Some(db) = error.as_db_error() else { return Failure(chain(&error)) };
        let detail = db.detail().map(|detail| format!(" ({detail})")).unwrap_or_default();
        let place = db.where_().map(|place| format!("\n  in {place}")).unwrap_or_default();
        Failure(format!("{} {}{detail}{place}", db.code().code(), db.message()))
    }
}

impl From<changeover::Error> for Failure {
    fn from(error: changeover::Error) -> Self {
        Failure(chain(&error))
    }
}

impl From<changeover::testing::Error> for Failure {
    fn from(error: changeover::testing::Error) -> Self {
        Failure(chain(&error))
    }
}

/// An error with all its causes: most libraries keep the useful half in `source`.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

/// Builds a [`Failure`] from a format string and returns it.
#[macro_export]
macro_rules! fail {
    ($($argument:tt)*) => { return Err($crate::Failure::new(format!($($argument)*))) };
}
