//! Why a run stopped.

mod baseline;
mod blocker;
mod detail;
mod history;
mod kind;
mod lease;
mod message;
mod state;
mod verify;
mod work;

use std::error::Error as StdError;
use std::fmt;

use crate::migration::Phase;
#[cfg(feature = "cli")]
use crate::outcome::comparison::Comparison;
use crate::outcome::report::Report;
use crate::session::executor::SqlError;
use crate::session::sqlstate::{
    DEADLOCK_DETECTED, INSUFFICIENT_PRIVILEGE, LOCK_NOT_AVAILABLE, NOT_IN_PREREQUISITE_STATE,
    TOO_MANY_CONNECTIONS, UNDEFINED_COLUMN, UNDEFINED_FILE, UNDEFINED_FUNCTION, UNDEFINED_TABLE,
};

pub(crate) use self::blocker::Blocker;
pub(crate) use self::detail::{Detail, Subject};
pub use self::kind::ErrorKind;
pub(crate) use self::lease::LeaseError;
pub(crate) use self::state::{ReadsRows, is_of_row};
pub(crate) use self::verify::VerifyError;
pub(crate) use self::work::{MAY_PASS_ON, WorkError};

const NO_ROOM: &str = ": it has none left for the role\n\
     note: each lease is a connection of its own\n\
     help: leave some to the runner with `alter role … connection limit` for the service's role, or, \
     from PostgreSQL 16 on, with `reserved_connections`";

/// How to mend a record that makes no sense.
pub(crate) const RESTORE: &str =
    "help: put back what was changed by hand, or restore the schema `changeover` from a backup";

/// A table, a column, a function that is not there.
const MISSING: [&str; 3] = [UNDEFINED_TABLE, UNDEFINED_COLUMN, UNDEFINED_FUNCTION];

const STATEMENT_SHOWN: usize = 300;

type Cause = Box<dyn StdError + Send + Sync>;

/// Why a run stopped, where, and what it had done until then.
///
/// Whatever the reason, the database is in a state that both old and new builds can use, and the
/// next run goes on where this one stopped. Ask [`kind`](Error::kind) what happened.
///
/// No value of a row but its primary key is in it, nor in its [`source`](StdError::source), which
/// is another error of ours or that of a service's own function: so it can be printed as it is,
/// with all causes. Where a statement reads rows, what the server said of it is left out, and is in
/// the server's log.
///
/// ```no_run
/// use changeover::{Changeover, ErrorKind};
/// # mod m0001_users { changeover::migration! { create_table!(users { id: bigint primary_key }); } }
/// # changeover::migrations! { static MIGRATIONS = [m0001_users]; }
/// # async fn example(url: &str) -> Result<(), changeover::Error> {
/// let mut changeover = Changeover::builder(&MIGRATIONS).connect(url).await?;
/// match changeover.contract().await {
///     Ok(report) => println!("{report}"),
///     Err(error) if error.is_gate_held() => println!("waits: {}", error.report()),
///     Err(error) if error.kind() == ErrorKind::LockTimeout => println!("later: {error}"),
///     Err(error) => return Err(error),
/// }
/// # Ok(())
/// # }
/// # fn main() {}
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    detail: Detail,
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

impl Error {
    pub(crate) fn new(detail: Detail) -> Error {
        Error(Box::new(Inner { detail, place: None, cause: None, report: Report::default() }))
    }

    /// A session that could not be opened.
    pub(crate) fn connect(error: &SqlError) -> Error {
        let mut reason = error.to_string();
        if error.code() == Some(TOO_MANY_CONNECTIONS) {
            reason.push_str(NO_ROOM);
        }
        Error::new(Detail::Connect { reason })
    }

    /// A statement of the runner's own that failed, which holds nothing secret and reads no row of
    /// the user's.
    pub(crate) fn sql(statement: &str, error: &SqlError) -> Error {
        Error::refused(statement, error, ReadsRows::No, Subject::Plan)
    }

    /// A statement of ours on our own state, in which nothing is the user's.
    pub(crate) fn state(statement: &str, error: SqlError) -> Error {
        Error::of_state(statement, error, Subject::State)
    }

    /// One that only reads it.
    pub(crate) fn state_read(statement: &str, error: SqlError) -> Error {
        Error::of_state(statement, error, Subject::StateRead)
    }

    fn of_state(statement: &str, error: SqlError, subject: Subject) -> Error {
        if error.code().is_some_and(|code| MISSING.contains(&code)) {
            let what = format!("a table, a column or a function of it is missing\n{RESTORE}");
            return Error::corrupt(what).caused_by(error);
        }
        Error::refused(statement, &error, ReadsRows::No, subject)
    }

    /// A statement that failed and is a plan's, or does with rows of the user's what a plan says.
    pub(crate) fn of_plan(statement: &str, error: &SqlError, reads: ReadsRows) -> Error {
        Error::refused(statement, error, reads, Subject::Plan)
    }

    fn refused(statement: &str, error: &SqlError, reads: ReadsRows, subject: Subject) -> Error {
        let mut short: String = statement.chars().take(STATEMENT_SHOWN).collect();
        if short.len() < statement.len() {
            short.push('…');
        }
        let code = error.code().map(str::to_owned);
        let reason = match (&code, reads) {
            (Some(code), ReadsRows::Yes) => state::instead_of_message(code),
            _ => error.to_string(),
        };
        Error::new(Detail::Sql { statement: short, code, reason, subject })
    }

    pub(crate) fn work(error: WorkError) -> Error {
        Error::new(Detail::Work(error))
    }

    pub(crate) fn lease(error: LeaseError) -> Error {
        Error::new(Detail::Lease(error))
    }

    pub(crate) fn corrupt(what: impl Into<String>) -> Error {
        Error::new(Detail::Corrupt { what: what.into() })
    }

    /// The SQLSTATE that a statement failed with, where the server answered.
    ///
    /// PostgreSQL manual, appendix "PostgreSQL Error Codes".
    pub fn code(&self) -> Option<&str> {
        match &self.0.detail {
            Detail::Sql { code, .. } => code.as_deref(),
            Detail::Work(WorkError::Unconvertible { code, .. }) => Some(code),
            _ => None,
        }
    }

    /// Says why a statement failed, as far as it is told.
    pub(crate) fn reason(&self) -> Option<&str> {
        match &self.0.detail {
            Detail::Sql { reason, .. } => Some(reason),
            _ => None,
        }
    }

    /// The statement that failed, as far as it is shown.
    pub(crate) fn statement(&self) -> Option<&str> {
        match &self.0.detail {
            Detail::Sql { statement, .. } => Some(statement),
            _ => None,
        }
    }

    /// Returns what the statement was about.
    pub(crate) fn subject(&self) -> Subject {
        match self.0.detail {
            Detail::Sql { subject, .. } => subject,
            _ => Subject::Plan,
        }
    }

    /// The same failure as that of another statement, which is the one to show.
    pub(crate) fn about(mut self, other: &Error) -> Error {
        if let (Detail::Sql { statement, .. }, Some(shown)) =
            (&mut self.0.detail, other.statement())
        {
            shown.clone_into(statement);
        }
        self
    }

    /// The same failure, better understood.
    pub(crate) fn become_detail(mut self, detail: Detail) -> Error {
        self.0.detail = detail;
        self
    }

    /// The same, of a missing right or a database that only reads, with what does without.
    pub(crate) fn or(mut self, other: &'static str) -> Error {
        if let Detail::Denied { instead, .. } | Detail::ReadOnly { instead } = &mut self.0.detail {
            *instead = Some(other);
        }
        self
    }

    /// Returns what went wrong.
    pub fn kind(&self) -> ErrorKind {
        ErrorKind::of(&self.0.detail)
    }

    /// Returns what the database has, where that is not what a baseline declares.
    #[cfg(feature = "cli")]
    pub(crate) fn comparison(&self) -> Option<&Comparison> {
        match &self.0.detail {
            Detail::NotAsDeclared { comparison, .. } => Some(comparison),
            _ => None,
        }
    }

    /// Tells whether another session, as a rule a runner's, had the history's lock until the
    /// deadline.
    pub fn is_already_running(&self) -> bool {
        self.kind() == ErrorKind::AlreadyRunning
    }

    /// Tells whether the connection broke, or the server ended the session: run again.
    pub fn is_connection_lost(&self) -> bool {
        self.kind() == ErrorKind::ConnectionLost
    }

    /// Tells whether the gate of a switch or a contract is held; [`report`](Error::report) says by
    /// what.
    pub fn is_gate_held(&self) -> bool {
        self.kind() == ErrorKind::GateHeld
    }

    /// Tells whether a migration that the build needs is not done yet.
    pub fn is_not_ready(&self) -> bool {
        self.kind() == ErrorKind::NotReady
    }

    /// Tells whether a switch or a contract has run that this build does not declare: its code
    /// still uses what that replaced or removed.
    pub fn is_too_old(&self) -> bool {
        self.kind() == ErrorKind::TooOld
    }

    /// Tells whether it keeps from looking, and from nothing else: a right is missing, or the
    /// library of an extension.
    pub(crate) fn is_out_of_sight(&self) -> bool {
        let keeps = [INSUFFICIENT_PRIVILEGE, NOT_IN_PREREQUISITE_STATE, UNDEFINED_FILE];
        self.code().is_some_and(|code| keeps.contains(&code))
    }

    /// Tells whether the statement gave way to another session, so that it may be tried again.
    pub(crate) fn gave_way(&self) -> bool {
        matches!(self.code(), Some(LOCK_NOT_AVAILABLE | DEADLOCK_DETECTED))
    }

    /// Itself and its causes as one text, without what a service's own function says in more
    /// words than one.
    pub(crate) fn in_full(&self) -> String {
        let mut text = self.to_string();
        let mut cause = self.source();
        while let Some(ours) = cause.filter(|one| one.is::<Error>() || one.is::<SqlError>()) {
            text = format!("{text}\ncaused by: {ours}");
            cause = ours.source();
        }
        text
    }

    pub(crate) fn caused_by(mut self, cause: impl Into<Cause>) -> Error {
        self.0.cause = Some(cause.into());
        self
    }

    pub(crate) fn at(mut self, place: Place) -> Error {
        self.0.place.get_or_insert(place);
        self
    }

    /// The same, now that another runner is known to have taken over.
    pub(crate) fn superseded(self) -> Error {
        let mut error = Error::new(Detail::Superseded);
        error.0.place.clone_from(&self.0.place);
        error.caused_by(self)
    }

    pub(crate) fn with_report(mut self, report: Report) -> Error {
        self.0.report = report;
        self
    }

    /// Returns what the run did before it stopped.
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
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(Place { migration, phase, undone, step, steps }) = &self.0.place {
            let undo = if *undone { "undo of " } else { "" };
            write!(f, "`{migration}`, {undo}{phase}, step {step} of {steps}: ")?;
        }
        self.0.detail.fmt(f)?;
        self.0.report.waiting.iter().try_for_each(|held| write!(f, "\nnote: {held}"))
    }
}

/// As a program's `main` prints it: the message and its cause.
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
