//! Why a run stopped.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use crate::executor::SqlError;
use crate::migration::Phase;
use crate::report::Report;

pub(crate) const LOCK_NOT_AVAILABLE: &str = "55P03";
pub(crate) const DEADLOCK_DETECTED: &str = "40P01";
pub(crate) const QUERY_CANCELED: &str = "57014";

const STATEMENT_SHOWN: usize = 300;

type Cause = Box<dyn StdError + Send + Sync>;

/// Why a run stopped, where, and what it had done until then.
///
/// Whatever the reason, the database is in a state that both old and new builds can use, and the
/// next run goes on where this one stopped. Ask with the predicates what happened; the client's
/// own error, which may quote data, is only in [`source`](StdError::source).
pub struct Error(Box<Inner>);

struct Inner {
    kind: Kind,
    place: Option<Place>,
    cause: Option<Cause>,
    report: Report,
}

/// Where in a history it happened.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) migration: String,
    pub(crate) phase: Phase,
    pub(crate) undone: bool,
    pub(crate) step: usize,
    pub(crate) steps: usize,
}

#[derive(Debug)]
pub(crate) enum Kind {
    Connect,
    Pooled,
    AlreadyRunning { waited: Duration },
    Sql { statement: String, code: Option<String> },
    Diverged { unknown: String, pending: String },
    LockTimeout { waited: Duration, blockers: Vec<Blocker> },
    Edited { migration: String, diff: String },
    ContractPending { migration: String, needs: String },
    TooOld { contracted: String },
    UnknownMigration { id: String },
    UndoRefused { migration: String, why: String },
    Violation { table: String, problem: String, help: String, samples: Vec<String> },
    Unfilled { table: String, rows: u64 },
    Corrupt { what: String },
}

/// A session that stood in the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Blocker {
    pub(crate) pid: String,
    pub(crate) user: String,
    pub(crate) application: String,
    pub(crate) age: String,
    pub(crate) holds: String,
}

impl Error {
    pub(crate) fn new(kind: Kind) -> Error {
        Error(Box::new(Inner { kind, place: None, cause: None, report: Report::default() }))
    }

    /// A statement that failed. Statements are the plan's or the runner's own, so they hold
    /// nothing secret.
    pub(crate) fn sql(statement: &str, error: SqlError) -> Error {
        let code = error.code().map(str::to_owned);
        let mut short: String = statement.chars().take(STATEMENT_SHOWN).collect();
        if short.len() < statement.len() {
            short.push('…');
        }
        Error::new(Kind::Sql { statement: short, code }).caused_by(error)
    }

    pub(crate) fn corrupt(what: impl Into<String>) -> Error {
        Error::new(Kind::Corrupt { what: what.into() })
    }

    /// The SQLSTATE that a statement failed with.
    pub(crate) fn code(&self) -> Option<&str> {
        match &self.0.kind {
            Kind::Sql { code, .. } => code.as_deref(),
            _ => None,
        }
    }

    /// Whether the statement gave way to another session, so that it may be tried again.
    pub(crate) fn gave_way(&self) -> bool {
        matches!(self.code(), Some(LOCK_NOT_AVAILABLE | DEADLOCK_DETECTED))
    }

    /// Itself and its cause, for the state tables: one text without the client's own details.
    pub(crate) fn in_full(&self) -> String {
        match self.source() {
            Some(cause) => format!("{self}: {cause}"),
            None => self.to_string(),
        }
    }

    pub(crate) fn caused_by(mut self, cause: impl Into<Cause>) -> Error {
        self.0.cause = Some(cause.into());
        self
    }

    pub(crate) fn at(mut self, place: Place) -> Error {
        self.0.place.get_or_insert(place);
        self
    }

    pub(crate) fn with_report(mut self, report: Report) -> Error {
        self.0.report = report;
        self
    }

    /// What the run did before it stopped.
    pub fn report(&self) -> &Report {
        &self.0.report
    }

    /// The migration that was running.
    pub fn migration(&self) -> Option<&str> {
        self.0.place.as_ref().map(|place| place.migration.as_str())
    }

    /// The phase that was running.
    pub fn phase(&self) -> Option<Phase> {
        self.0.place.as_ref().map(|place| place.phase)
    }

    /// Whether the connection could not be made.
    pub fn is_connect(&self) -> bool {
        matches!(self.0.kind, Kind::Connect)
    }

    /// Whether the connection goes through a pooler in transaction mode.
    pub fn is_pooled(&self) -> bool {
        matches!(self.0.kind, Kind::Pooled)
    }

    /// Whether another runner was at work until the deadline.
    pub fn is_already_running(&self) -> bool {
        matches!(self.0.kind, Kind::AlreadyRunning { .. })
    }

    /// Whether the server refused a statement, or the connection broke.
    pub fn is_sql(&self) -> bool {
        matches!(self.0.kind, Kind::Sql { .. })
    }

    /// Whether other sessions held a lock until the deadline; the message names them.
    pub fn is_lock_timeout(&self) -> bool {
        matches!(self.0.kind, Kind::LockTimeout { .. })
    }

    /// Whether a migration that has run was edited afterwards; the message shows the difference.
    pub fn is_edited(&self) -> bool {
        matches!(self.0.kind, Kind::Edited { .. })
    }

    /// Whether a migration needs a contract to run first.
    pub fn is_contract_pending(&self) -> bool {
        matches!(self.0.kind, Kind::ContractPending { .. })
    }

    /// Whether a contract has run that this build does not declare: its code still uses what the
    /// contract removed.
    pub fn is_too_old(&self) -> bool {
        matches!(self.0.kind, Kind::TooOld { .. })
    }

    /// Whether the database has migrations of a history that goes another way than this one.
    pub fn is_diverged(&self) -> bool {
        matches!(self.0.kind, Kind::Diverged { .. })
    }

    /// Whether an id names no migration of the history.
    pub fn is_unknown_migration(&self) -> bool {
        matches!(self.0.kind, Kind::UnknownMigration { .. })
    }

    /// Whether a migration can no longer be undone.
    pub fn is_undo_refused(&self) -> bool {
        matches!(self.0.kind, Kind::UndoRefused { .. })
    }

    /// Whether rows were found that a later step would fail on; the message shows some.
    pub fn is_violation(&self) -> bool {
        matches!(self.0.kind, Kind::Violation { .. })
    }

    /// Whether a backfill ended and rows were still not filled.
    pub fn is_unfilled(&self) -> bool {
        matches!(self.0.kind, Kind::Unfilled { .. })
    }

    /// Whether the state in the schema `changeover` does not make sense.
    pub fn is_corrupt(&self) -> bool {
        matches!(self.0.kind, Kind::Corrupt { .. })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(Place { migration, phase, undone, step, steps }) = &self.0.place {
            let undo = if *undone { "undo of " } else { "" };
            write!(f, "`{migration}`, {undo}{phase}, step {step} of {steps}: ")?;
        }
        self.0.kind.fmt(f)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kind::Connect => f.write_str("cannot connect to the database"),
            Kind::Pooled => f.write_str(
                "the connection changed its server process between two statements\n\
                 help: connect directly, not through a pooler in transaction mode",
            ),
            Kind::AlreadyRunning { waited } => {
                write!(f, "another runner was still at work after {waited:.0?}")
            }
            Kind::Sql { statement, code: Some(_) } => {
                write!(f, "the database refused a statement: {statement}")
            }
            Kind::Sql { statement, code: None } => {
                write!(f, "the connection failed at a statement: {statement}")
            }
            Kind::Diverged { unknown, pending } => write!(
                f,
                "the database has migration `{unknown}`, which this build does not know, \
                 and not `{pending}`, which it does\n\
                 help: give each service a name of its own with `app`, or merge the histories"
            ),
            Kind::LockTimeout { waited, blockers } => lock_timeout(f, *waited, blockers),
            Kind::Edited { migration, diff } => write!(
                f,
                "migration `{migration}` was edited after it had run\n{diff}\
                 help: restore it, and write what is new as a migration of its own"
            ),
            Kind::ContractPending { migration, needs } => write!(
                f,
                "migration `{migration}` needs the contract of `{needs}` to have run\n\
                 help: run `contract()` first, once no build older than `{migration}` is live"
            ),
            Kind::TooOld { contracted } => write!(
                f,
                "this build is too old: the contract of `{contracted}` has run, \
                 and this build does not declare it\n\
                 help: deploy a build whose history has `contract!({contracted})`"
            ),
            Kind::UnknownMigration { id } => {
                write!(f, "the history has no migration `{id}`")
            }
            Kind::UndoRefused { migration, why } => {
                write!(f, "migration `{migration}` cannot be undone: {why}")
            }
            Kind::Violation { table, problem, help, samples } => {
                writeln!(f, "rows of {table} {problem}")?;
                samples.iter().try_for_each(|sample| writeln!(f, "  {sample}"))?;
                write!(f, "help: {help}")
            }
            Kind::Unfilled { table, rows } => write!(
                f,
                "{rows} or more rows of {table} are still not filled after the backfill\n\
                 help: look for a trigger or a rule that takes the backfill's values back"
            ),
            Kind::Corrupt { what } => {
                write!(f, "the state in schema `changeover` does not make sense: {what}")
            }
        }
    }
}

fn lock_timeout(f: &mut fmt::Formatter<'_>, waited: Duration, by: &[Blocker]) -> fmt::Result {
    write!(f, "no lock after {waited:.0?}")?;
    for Blocker { pid, user, application, age, holds } in by {
        write!(f, "\n  pid {pid}, user {user}, application `{application}`, ")?;
        write!(f, "transaction open for {age}, holds {holds}")?;
    }
    f.write_str("\nhelp: end those transactions, or run again at a quieter time")
}

/// As a program's `main` prints it: the message and its cause, without the client's own details.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_full())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.cause.as_deref().map(|cause| cause as _)
    }
}
