//! The reasons, and what is said of each in a line.

use std::fmt;
use std::time::Duration;

use super::baseline::{baselines_cut, before_squash, not_as_declared, partly_there, under_way};
use super::blocker::Blocker;
use super::history::{diverged, edited, too_old};
use super::lease::LeaseError;
use super::message::{
    already_running, corrupt, denied, lock_timeout, preflight, rehearsal_refused, sql,
    undo_refused, untrusted,
};
use super::verify::VerifyError;
use super::work::WorkError;
use crate::migration::Phase;
use crate::outcome::comparison::{Comparison, Difference};
use crate::outcome::finding::Finding;
use crate::outcome::status::State;

#[derive(Debug)]
pub(crate) enum Detail {
    Connect {
        reason: String,
    },
    Pooled,
    PoolTooSmall {
        waited: Duration,
    },
    AlreadyRunning {
        waited: Duration,
        holders: Vec<Blocker>,
    },
    Superseded,
    ReadOnly {
        instead: Option<&'static str>,
    },
    Sql {
        statement: String,
        code: Option<String>,
        reason: String,
        subject: Subject,
    },
    Name {
        name: String,
        why: &'static str,
    },
    /// A setting that cannot be read.
    Setting {
        text: String,
        limits: String,
    },
    Denied {
        statement: String,
        grants: Vec<String>,
        owners: Vec<String>,
        /// What does without the right.
        instead: Option<&'static str>,
    },
    Diverged {
        unknown: String,
        pending: String,
    },
    LockTimeout {
        waited: Duration,
        blockers: Vec<Blocker>,
    },
    Edited {
        migration: String,
        state: State,
        versions: Option<(u32, u32)>,
        diff: String,
    },
    ContractPending {
        migration: String,
        needs: String,
        by: String,
    },
    GateHeld,
    Lease(LeaseError),
    Work(WorkError),
    TooOld {
        migration: String,
        phase: Phase,
    },
    BeforeSquash {
        migration: String,
        last: String,
        missing: Vec<String>,
    },
    SquashRefused {
        migration: String,
        why: String,
    },
    UnknownMigration {
        id: String,
    },
    #[cfg_attr(not(feature = "testing"), expect(dead_code, reason = "a rehearsal makes it"))]
    RehearsalRefused {
        why: String,
    },
    UndoRefused {
        migration: String,
        why: String,
    },
    RepairRefused {
        what: String,
        migration: String,
        why: String,
    },
    NoReason {
        what: String,
    },
    NotAsDeclared {
        migration: String,
        comparison: Box<Comparison>,
    },
    PartlyThere {
        migration: String,
        there: Vec<String>,
        missing: Vec<String>,
    },
    OlderTool {
        migration: String,
        why: String,
    },
    /// What a baseline declares is not known: the history ends between several in a row.
    BaselinesCut {
        migration: String,
    },
    Stopped {
        why: String,
    },
    Interrupted,
    Verify(VerifyError),
    Preflight {
        findings: Vec<Finding>,
        /// What has drifted, as a check tells it.
        differences: Vec<Difference>,
    },
    /// Triggers that keep two shapes of something equal until a contract.
    UnderWay {
        triggers: Vec<String>,
    },
    Untrusted {
        found: Vec<String>,
    },
    Corrupt {
        what: String,
    },
}

/// What a statement that failed was about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    /// The service's tables, or the catalogs.
    Plan,
    /// Our own state, which it may have been about to write.
    State,
    /// Our own state, which it only reads.
    StateRead,
}

impl fmt::Display for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Detail::Connect { reason } => write!(f, "cannot connect to the database: {reason}"),
            Detail::Pooled => f.write_str(
                "the connection changed its server process between two statements\n\
                 help: say by `is_pooled` of the executor that it goes through a pooler",
            ),
            Detail::PoolTooSmall { waited } => write!(
                f,
                "the pooler had no second session of the server for the runner within {waited:.0?}\n\
                 help: let its pool have at least two, or connect directly"
            ),
            Detail::AlreadyRunning { waited, holders } => already_running(f, *waited, holders),
            Detail::Superseded => f.write_str(
                "this runner lost its lock and another one has taken over\n\
                 help: leave the rest to it, or run again once it is done",
            ),
            Detail::Sql { statement, code, reason, .. } => {
                sql(f, statement, code.as_deref(), reason)
            }
            Detail::Name { name, why } => {
                write!(f, "the name `{name}` {why}\nhelp: take one that can be read in a log")
            }
            Detail::Denied { statement, grants, owners, instead } => {
                denied(f, statement, grants, owners)?;
                instead.map_or(Ok(()), |instead| write!(f, "\nhelp: or {instead}"))
            }
            Detail::Diverged { unknown, pending } => diverged(f, unknown, pending),
            Detail::LockTimeout { waited, blockers } => lock_timeout(f, *waited, blockers),
            Detail::Edited { migration, state, versions, diff } => {
                edited(f, migration, *state, *versions, diff)
            }
            Detail::ContractPending { migration, needs, by } => write!(
                f,
                "migration `{migration}` needs the contract of `{needs}` to have run\n\
                 help: deploy a build whose last migration is `{by}`, which declares it, and this \
                 one once it has run"
            ),
            Detail::GateHeld => f.write_str(
                "a switch or a contract that the history declares cannot run yet\n\
                 help: it runs by itself once nothing holds it; where builds take no leases, \
                 `force_contract(reason)`, or `contract --force`, once no older one lives",
            ),
            Detail::Lease(lease) => lease.fmt(f),
            Detail::TooOld { migration, phase } => too_old(f, migration, *phase),
            Detail::BeforeSquash { migration, last, missing } => {
                before_squash(f, migration, last, missing)
            }
            Detail::SquashRefused { migration, why } => {
                write!(f, "nothing was squashed up to `{migration}`: {why}")
            }
            Detail::UnknownMigration { id } => {
                write!(f, "the history has no migration `{id}`")
            }
            Detail::RehearsalRefused { why } => rehearsal_refused(f, why),
            Detail::UndoRefused { migration, why } => undo_refused(f, migration, why),
            Detail::RepairRefused { what, migration, why } => {
                write!(f, "`{what}` of migration `{migration}` would be wrong: {why}")
            }
            Detail::NotAsDeclared { migration, comparison } => {
                not_as_declared(f, migration, comparison)
            }
            Detail::PartlyThere { migration, there, missing } => {
                partly_there(f, migration, there, missing)
            }
            Detail::ReadOnly { instead } => {
                f.write_str(
                    "the database only reads, as a standby does, and nothing can be built in it",
                )?;
                instead.map_or(Ok(()), |instead| write!(f, "\nhelp: {instead}"))
            }
            Detail::OlderTool { migration, why } => {
                write!(f, "the baseline `{migration}` was taken from another database: {why}")
            }
            Detail::BaselinesCut { migration } => baselines_cut(f, migration),
            Detail::NoReason { what } => write!(
                f,
                "`{what}` needs a reason\n\
                 help: say why in a sentence; whoever looks into `changeover.events` will ask"
            ),
            Detail::Work(work) => work.fmt(f),
            Detail::Preflight { findings, differences } => preflight(f, findings, differences),
            Detail::Stopped { why } => write!(
                f,
                "{why}\nhelp: run again when that is over; the next run goes on where this one was"
            ),
            Detail::Setting { text, limits } => write!(
                f,
                "`{text}` sets nothing that a run knows\n\
                 help: `batch_time=20ms`, `workers=2`, or `max_load.` or `critical_load.` before one of {limits}"
            ),
            Detail::Interrupted => f.write_str(
                "the run was interrupted\nhelp: run again; the next run goes on where this one was",
            ),
            Detail::Verify(error) => error.fmt(f),
            Detail::UnderWay { triggers } => under_way(f, triggers),
            Detail::Untrusted { found } => untrusted(f, found),
            Detail::Corrupt { what } => corrupt(f, what),
        }
    }
}
