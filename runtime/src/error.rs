//! Why a run stopped.

mod kind;
mod lease;
mod work;

use std::error::Error as StdError;
use std::fmt;

use crate::executor::{SqlError, ends_session};
use crate::migration::Phase;
use crate::report::Report;

pub(crate) use self::kind::{Blocker, Kind};
pub(crate) use self::lease::LeaseError;
pub(crate) use self::work::WorkError;

pub(crate) const LOCK_NOT_AVAILABLE: &str = "55P03";
pub(crate) const DEADLOCK_DETECTED: &str = "40P01";
pub(crate) const QUERY_CANCELED: &str = "57014";

pub(crate) const DISK_FULL: &str = "53100";

/// How to mend a record that makes no sense.
pub(crate) const RESTORE: &str =
    "help: put back what was changed by hand, or restore the schema `changeover` from a backup";

/// A table, a column, a function that is not there.
const MISSING: [&str; 3] = ["42P01", "42703", "42883"];

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

impl Error {
    pub(crate) fn new(kind: Kind) -> Error {
        Error(Box::new(Inner { kind, place: None, cause: None, report: Report::default() }))
    }

    /// A statement that failed. Statements are the plan's or the runner's own, so they hold
    /// nothing secret.
    pub(crate) fn sql(statement: &str, error: SqlError) -> Error {
        let code = error.code().map(str::to_owned);
        // In plans the schema's name comes as a text at most, the name of a setting of ours.
        let is_ours = statement.contains(" changeover.");
        if is_ours && code.as_deref().is_some_and(|code| MISSING.contains(&code)) {
            let what = format!("a table, a column or a function of it is missing\n{RESTORE}");
            return Error::corrupt(what).caused_by(error);
        }
        let mut short: String = statement.chars().take(STATEMENT_SHOWN).collect();
        if short.len() < statement.len() {
            short.push('…');
        }
        Error::new(Kind::Sql { statement: short, code }).caused_by(error)
    }

    pub(crate) fn work(error: WorkError) -> Error {
        Error::new(Kind::Work(error))
    }

    pub(crate) fn lease(error: LeaseError) -> Error {
        Error::new(Kind::Lease(error))
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

    /// The statement that failed, as far as it is shown.
    pub(crate) fn statement(&self) -> Option<&str> {
        match &self.0.kind {
            Kind::Sql { statement, .. } => Some(statement),
            _ => None,
        }
    }

    /// The same failure, better understood.
    pub(crate) fn become_kind(mut self, kind: Kind) -> Error {
        self.0.kind = kind;
        self
    }

    /// Whether the statement gave way to another session, so that it may be tried again.
    pub(crate) fn gave_way(&self) -> bool {
        matches!(self.code(), Some(LOCK_NOT_AVAILABLE | DEADLOCK_DETECTED))
    }

    /// Itself and its causes as one text, without the client's own details.
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
        let mut error = Error::new(Kind::Superseded);
        error.0.place.clone_from(&self.0.place);
        error.caused_by(self)
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

    /// Whether the connection goes through a pooler in transaction mode that an executor did not
    /// tell of, or that has too few sessions.
    pub fn is_pooled(&self) -> bool {
        matches!(self.0.kind, Kind::Pooled | Kind::PoolTooSmall { .. })
    }

    /// Whether another runner was at work until the deadline.
    pub fn is_already_running(&self) -> bool {
        matches!(self.0.kind, Kind::AlreadyRunning { .. })
    }

    /// Whether this runner lost its lock and another took over; nothing was written since.
    pub fn is_superseded(&self) -> bool {
        matches!(self.0.kind, Kind::Superseded)
    }

    /// Whether the server refused a statement, or the connection broke.
    pub fn is_sql(&self) -> bool {
        matches!(self.0.kind, Kind::Sql { .. })
    }

    /// Whether the connection broke, or the server ended the session: run again, on the same value
    /// too unless it was made by [`executor`](crate::Builder::executor).
    pub fn is_connection_lost(&self) -> bool {
        matches!(&self.0.kind, Kind::Sql { code, .. } if ends_session(code.as_deref()))
    }

    /// Whether the server had no room left on its disk.
    pub fn is_disk_full(&self) -> bool {
        self.code() == Some(DISK_FULL)
    }

    /// Whether the role lacks a right; the message says what to grant.
    pub fn is_denied(&self) -> bool {
        matches!(self.0.kind, Kind::Denied { .. })
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

    /// Whether a migration that the build needs is not done yet.
    pub fn is_not_ready(&self) -> bool {
        matches!(self.0.kind, Kind::Lease(LeaseError::NotReady { .. }))
    }

    /// Whether no run of this version, which makes what leases need, has been in the database.
    pub fn is_not_prepared(&self) -> bool {
        matches!(self.0.kind, Kind::Lease(LeaseError::NotPrepared))
    }

    /// Whether the gate of a switch or a contract is held; [`report`](Error::report) says by what.
    pub fn is_gate_held(&self) -> bool {
        matches!(self.0.kind, Kind::GateHeld)
    }

    /// Whether a switch or a contract has run that this build does not declare: its code still
    /// uses what that replaced or removed.
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

    /// Whether a [repair](crate::Repair) would make the record wrong.
    pub fn is_repair_refused(&self) -> bool {
        matches!(self.0.kind, Kind::RepairRefused { .. })
    }

    /// Whether something was to be done against the rules without a reason.
    pub fn is_reason_missing(&self) -> bool {
        matches!(self.0.kind, Kind::NoReason { .. })
    }

    /// Whether rows were found that a later step would fail on; the message shows some.
    pub fn is_violation(&self) -> bool {
        matches!(self.0.kind, Kind::Work(WorkError::Violation { .. }))
    }

    /// Whether a backfill ended and rows were still not filled.
    pub fn is_unfilled(&self) -> bool {
        matches!(self.0.kind, Kind::Work(WorkError::Unfilled { .. }))
    }

    /// Whether a table has more rows than the one-step form of a change, `direct(max_rows = …)`,
    /// was allowed for.
    pub fn is_too_large(&self) -> bool {
        matches!(self.0.kind, Kind::Work(WorkError::TooLarge { .. }))
    }

    /// Whether the service's own function failed in a backfill; the message names the row, and
    /// [`source`](StdError::source) is the function's error.
    pub fn is_conversion(&self) -> bool {
        matches!(self.0.kind, Kind::Work(WorkError::Conversion { .. }))
    }

    /// Whether an index was to be built under a name that something else has.
    pub fn is_name_taken(&self) -> bool {
        matches!(self.0.kind, Kind::Work(WorkError::NameTaken { .. }))
    }

    /// Whether a partitioned table is of a kind that cannot have an index as it was declared.
    pub fn is_not_indexable(&self) -> bool {
        matches!(self.0.kind, Kind::Work(WorkError::NotIndexable { .. }))
    }

    /// Whether a phase did not begin because of what its preflight found; see
    /// [`Check`](crate::Check).
    pub fn is_preflight(&self) -> bool {
        matches!(self.0.kind, Kind::Preflight { .. })
    }

    /// Whether the load was critical, or the throttle's hook said to stop; the message says which.
    pub fn is_stopped(&self) -> bool {
        matches!(self.0.kind, Kind::Stopped { .. })
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
        self.0.kind.fmt(f)?;
        self.0.report.held.iter().try_for_each(|held| write!(f, "\nnote: {held}"))
    }
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
