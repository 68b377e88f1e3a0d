//! What went wrong, for code that decides by it.

use super::detail::Detail;
use super::lease::LeaseError;
use super::verify::VerifyError;
use super::work::WorkError;
use crate::session::sqlstate::{DISK_FULL, ends_session};

/// What went wrong; the error's message has the details.
///
/// ```
/// use changeover::{Error, ErrorKind};
///
/// /// Whether another run, a little later, may go through.
/// fn may_pass(error: &Error) -> bool {
///     matches!(
///         error.kind(),
///         ErrorKind::LockTimeout | ErrorKind::ConnectionLost | ErrorKind::AlreadyRunning
///     )
/// }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The connection could not be made.
    Connect,
    /// The connection broke, or the server ended the session: run again, on the same value too
    /// unless it was made by [`executor`](crate::Builder::executor).
    ConnectionLost,
    /// The connection goes through a pooler in transaction mode that an executor did not tell of,
    /// or that has too few sessions.
    Pooled,
    /// Another session, as a rule a runner's, had the history's lock until the deadline.
    AlreadyRunning,
    /// This runner lost its lock and another took over; nothing was written since.
    Superseded,
    /// The server refused a statement.
    Statement,
    /// The server had no room left on its disk.
    DiskFull,
    /// The role lacks a right; the message says what to grant.
    Denied,
    /// Other sessions held a lock until the deadline; the message names them.
    LockTimeout,
    /// A name that was set cannot be kept as it is.
    InvalidName,
    /// A [setting](crate::Setting) cannot be read.
    InvalidSetting,
    /// A migration that has run was edited afterwards; the message shows the difference.
    Edited,
    /// The database has migrations of a history that goes another way than this one.
    Diverged,
    /// A switch or a contract has run that this build does not declare: its code still uses what
    /// that replaced or removed.
    TooOld,
    /// The build has squashed migrations of which the database has run a part: a build that still has
    /// them goes first.
    TooNew,
    /// Migrations cannot be squashed as they are.
    SquashRefused,
    /// A migration needs a contract to run first.
    ContractPending,
    /// The gate of a switch or a contract is held; [`report`](super::Error::report) says by what.
    GateHeld,
    /// A migration that the build needs is not done yet.
    NotReady,
    /// No run of this version, which makes what leases need, has been in the database.
    NotPrepared,
    /// A lease could not be taken or kept for another reason.
    Lease,
    /// An id names no migration of the history.
    UnknownMigration,
    /// A migration can no longer be undone.
    UndoRefused,
    /// Others use the database in which was to be rehearsed; nothing was written.
    RehearsalRefused,
    /// A [repair](crate::Repair) would make the record wrong.
    RepairRefused,
    /// The database has what a baseline declares only in part, or otherwise, or is at another version
    /// of the tool that the baseline was taken from; the message shows the differences.
    NotAsDeclared,
    /// Something was to be done against the rules without a reason.
    ReasonMissing,
    /// Rows were found that a later step would fail on; the message shows some.
    Violation,
    /// A walk through a table ended, and rows were left that were to be filled or to go.
    Unfilled,
    /// A table could not be compacted; no row is lost, and nothing is left behind.
    NotCompacted,
    /// Another table cannot take the rows that are to be moved into it; no row is lost.
    Unmovable,
    /// A table has more rows than the one-step form of a change, `direct(max_rows = …)`, was
    /// allowed for.
    TooLarge,
    /// An expression or the service's own function failed on the values of a row; the message
    /// names the row, and [`source`](std::error::Error::source) is the function's error.
    Conversion,
    /// An index was to be built under a name that something else has.
    NameTaken,
    /// A partitioned table is of a kind that cannot have an index as it was declared.
    NotIndexable,
    /// A switch or a contract did not begin because rows differ between the old shape and the new
    /// one; the message names some. See
    /// [`verify_before_contract`](crate::Builder::verify_before_contract).
    ShapesDiffer,
    /// A verification was to go on at a position of another history, database or table.
    Position,
    /// A phase did not begin because of what its preflight found; see [`Check`](crate::Check).
    Preflight,
    /// The load was critical, or the throttle's hook said to stop; the message says which.
    Stopped,
    /// The process was told to stop the run; see [`Interrupt`](crate::Interrupt).
    Interrupted,
    /// A migration is under way on what was to be adopted; nothing was written.
    UnderWay,
    /// The schema `changeover` has code of a stranger's; nothing was run or written.
    Untrusted,
    /// The state in the schema `changeover` does not make sense.
    Corrupt,
}

impl ErrorKind {
    pub(super) fn of(detail: &Detail) -> ErrorKind {
        match detail {
            Detail::Connect { .. } => ErrorKind::Connect,
            Detail::Pooled | Detail::PoolTooSmall { .. } => ErrorKind::Pooled,
            Detail::AlreadyRunning { .. } => ErrorKind::AlreadyRunning,
            Detail::Superseded => ErrorKind::Superseded,
            Detail::ReadOnly { .. } => ErrorKind::Statement,
            Detail::Sql { code, .. } => match code.as_deref() {
                Some(DISK_FULL) => ErrorKind::DiskFull,
                code if ends_session(code) => ErrorKind::ConnectionLost,
                _ => ErrorKind::Statement,
            },
            Detail::Name { .. } => ErrorKind::InvalidName,
            Detail::Setting { .. } => ErrorKind::InvalidSetting,
            Detail::Denied { .. } => ErrorKind::Denied,
            Detail::Diverged { .. } => ErrorKind::Diverged,
            Detail::LockTimeout { .. } => ErrorKind::LockTimeout,
            Detail::Edited { .. } => ErrorKind::Edited,
            Detail::ContractPending { .. } => ErrorKind::ContractPending,
            Detail::GateHeld => ErrorKind::GateHeld,
            Detail::Lease(error) => of_lease(error),
            Detail::Work(error) => of_work(error),
            Detail::TooOld { .. } => ErrorKind::TooOld,
            Detail::BeforeSquash { .. } => ErrorKind::TooNew,
            Detail::SquashRefused { .. } => ErrorKind::SquashRefused,
            Detail::UnknownMigration { .. } => ErrorKind::UnknownMigration,
            Detail::RehearsalRefused { .. } => ErrorKind::RehearsalRefused,
            Detail::UndoRefused { .. } => ErrorKind::UndoRefused,
            Detail::RepairRefused { .. } => ErrorKind::RepairRefused,
            Detail::NoReason { .. } => ErrorKind::ReasonMissing,
            Detail::NotAsDeclared { .. }
            | Detail::PartlyThere { .. }
            | Detail::OlderTool { .. }
            | Detail::BaselinesCut { .. } => ErrorKind::NotAsDeclared,
            Detail::Stopped { .. } => ErrorKind::Stopped,
            Detail::Interrupted => ErrorKind::Interrupted,
            Detail::Verify(VerifyError::Differ { .. }) => ErrorKind::ShapesDiffer,
            Detail::Verify(VerifyError::Position { .. }) => ErrorKind::Position,
            Detail::Preflight { .. } => ErrorKind::Preflight,
            Detail::UnderWay { .. } => ErrorKind::UnderWay,
            Detail::Untrusted { .. } => ErrorKind::Untrusted,
            Detail::Corrupt { .. } => ErrorKind::Corrupt,
        }
    }
}

fn of_lease(error: &LeaseError) -> ErrorKind {
    match error {
        LeaseError::NotReady { .. } => ErrorKind::NotReady,
        LeaseError::NotPrepared => ErrorKind::NotPrepared,
        LeaseError::NoConnector
        | LeaseError::NoMigrations
        | LeaseError::Released
        | LeaseError::Silent { .. }
        | LeaseError::Changed { .. }
        | LeaseError::Time { .. } => ErrorKind::Lease,
    }
}

fn of_work(error: &WorkError) -> ErrorKind {
    match error {
        WorkError::Violation { .. } => ErrorKind::Violation,
        WorkError::Unfilled { .. } | WorkError::NotRemoved { .. } => ErrorKind::Unfilled,
        WorkError::Unwritable { .. } => ErrorKind::NotCompacted,
        WorkError::KeptOut { .. } | WorkError::Unmovable { .. } => ErrorKind::Unmovable,
        WorkError::TooLarge { .. } => ErrorKind::TooLarge,
        WorkError::Conversion { .. } | WorkError::Unconvertible { .. } => ErrorKind::Conversion,
        WorkError::Privileges { .. } => ErrorKind::Denied,
        WorkError::NameTaken { .. } => ErrorKind::NameTaken,
        WorkError::NotIndexable { .. } => ErrorKind::NotIndexable,
    }
}
