//! What stands in the way of a switch or a contract, and what is made of statements that may.

use std::fmt;
use std::time::Duration;

/// Something outside the history that needs, or may need, what a switch or a contract takes away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Obstacle {
    pub(crate) what: String,
    pub(crate) help: &'static str,
    /// Whether the phase waits for it; else it is only told.
    pub(crate) holds: bool,
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.what, self.help)
    }
}

/// What is made of a statement in `pg_stat_statements` that names what a contract takes away.
///
/// PostgreSQL manual, section "pg_stat_statements".
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Usage {
    /// They are not looked for.
    Ignore,
    /// They are told in the trace, and the contract runs.
    #[default]
    Warn,
    /// The contract waits until none of them has run for the
    /// [quiet time](crate::Builder::quiet_time).
    Refuse,
}

/// What is made of them, and how long they must not have run.
pub(crate) struct Statements {
    pub(crate) usage: Usage,
    pub(crate) quiet: Duration,
}

impl Default for Statements {
    fn default() -> Statements {
        Statements { usage: Usage::default(), quiet: Duration::from_hours(1) }
    }
}
