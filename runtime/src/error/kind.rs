//! The reasons, and what is said of each.

use std::fmt;
use std::time::Duration;

use super::DISK_FULL;
use super::lease::LeaseError;
use super::work::WorkError;
use crate::executor::ends_session;
use crate::finding::Finding;
use crate::migration::Phase;
use crate::status::State;

#[derive(Debug)]
pub(crate) enum Kind {
    Connect,
    Pooled,
    PoolTooSmall { waited: Duration },
    AlreadyRunning { waited: Duration },
    Superseded,
    Sql { statement: String, code: Option<String> },
    ControlCharacter { name: String },
    Denied { statement: String, grants: Vec<String> },
    Diverged { unknown: String, pending: String },
    LockTimeout { waited: Duration, blockers: Vec<Blocker> },
    Edited { migration: String, state: State, versions: Option<(u32, u32)>, diff: String },
    ContractPending { migration: String, needs: String, by: String },
    GateHeld,
    Lease(LeaseError),
    Work(WorkError),
    TooOld { migration: String, phase: Phase },
    UnknownMigration { id: String },
    UndoRefused { migration: String, why: String },
    RepairRefused { what: String, migration: String, why: String },
    NoReason { what: String },
    Stopped { why: String },
    Preflight { findings: Vec<Finding> },
    Corrupt { what: String },
}

/// A session that stood in the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Blocker {
    pub(crate) pid: String,
    pub(crate) user: String,
    pub(crate) application: String,
    pub(crate) age: String,
    /// Since its last query began.
    pub(crate) query_age: String,
    pub(crate) holds: String,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kind::Connect => f.write_str("cannot connect to the database"),
            Kind::Pooled => f.write_str(
                "the connection changed its server process between two statements\n\
                 help: say by `is_pooled` of the executor that it goes through a pooler",
            ),
            Kind::PoolTooSmall { waited } => write!(
                f,
                "the pooler had no second session of the server for the runner within {waited:.0?}\n\
                 help: let its pool have at least two, or connect directly"
            ),
            Kind::AlreadyRunning { waited } => {
                write!(f, "another runner was still at work after {waited:.0?}")
            }
            Kind::Superseded => f.write_str(
                "this runner lost its lock and another one has taken over\n\
                 help: leave the rest to it, or run again once it is done",
            ),
            Kind::Sql { statement, code } => sql(f, statement, code.as_deref()),
            Kind::ControlCharacter { name } => write!(
                f,
                "the name `{name}` holds a control character\n\
                 help: take one that can be read in a log"
            ),
            Kind::Denied { statement, grants } => denied(f, statement, grants),
            Kind::Diverged { unknown, pending } => diverged(f, unknown, pending),
            Kind::LockTimeout { waited, blockers } => lock_timeout(f, *waited, blockers),
            Kind::Edited { migration, state, versions, diff } => {
                edited(f, migration, *state, *versions, diff)
            }
            Kind::ContractPending { migration, needs, by } => write!(
                f,
                "migration `{migration}` needs the contract of `{needs}` to have run\n\
                 help: deploy a build whose last migration is `{by}`, which declares it, and this \
                 one once it has run"
            ),
            Kind::GateHeld => f.write_str(
                "a switch or a contract that the history declares cannot run yet\n\
                 help: it runs by itself once nothing holds it",
            ),
            Kind::Lease(lease) => lease.fmt(f),
            Kind::TooOld { migration, phase } => too_old(f, migration, *phase),
            Kind::UnknownMigration { id } => {
                write!(f, "the history has no migration `{id}`")
            }
            Kind::UndoRefused { migration, why } => {
                write!(f, "migration `{migration}` cannot be undone: {why}")
            }
            Kind::RepairRefused { what, migration, why } => {
                write!(f, "`{what}` of migration `{migration}` would be wrong: {why}")
            }
            Kind::NoReason { what } => write!(
                f,
                "`{what}` needs a reason\n\
                 help: say why in a sentence; whoever looks into `changeover.events` will ask"
            ),
            Kind::Work(work) => work.fmt(f),
            Kind::Preflight { findings } => preflight(f, findings),
            Kind::Stopped { why } => write!(
                f,
                "{why}\nhelp: run again when that is over; the next run goes on where this one was"
            ),
            Kind::Corrupt { what } => {
                write!(f, "the state in schema `changeover` does not make sense: {what}")
            }
        }
    }
}

fn diverged(f: &mut fmt::Formatter<'_>, unknown: &str, pending: &str) -> fmt::Result {
    write!(
        f,
        "the database has migration `{unknown}`, which this build does not know, \
         and not `{pending}`, which it does\n\
         help: give each service a name of its own with `app`, or merge the histories"
    )
}

fn too_old(f: &mut fmt::Formatter<'_>, migration: &str, phase: Phase) -> fmt::Result {
    write!(
        f,
        "this build is too old: the {phase} of `{migration}` has run, \
         and this build does not declare it\n\
         help: deploy a build whose history has `{phase}!({migration})`"
    )
}

/// What to do depends on how far it is, and on whether anybody edited it at all.
fn edited(
    f: &mut fmt::Formatter<'_>,
    migration: &str,
    state: State,
    versions: Option<(u32, u32)>,
    diff: &str,
) -> fmt::Result {
    match versions {
        Some((was, is)) => writeln!(
            f,
            "migration `{migration}` has run with plan version {was}, and plan version {is} of this \
             build does something else (`-` is in the database, `+` in this build)"
        )?,
        None => writeln!(
            f,
            "migration `{migration}` was edited after it had run (`-` is in the database, `+` in \
             this build)"
        )?,
    }
    f.write_str(diff)?;
    let accept = format!("`repair(Repair::accept_plan(\"{migration}\"), reason)`");
    match (versions, state) {
        (Some(_), _) => write!(f, "help: do it with a build of the release that ran it")?,
        (None, State::Migrated | State::Switched | State::Contracted) => {
            write!(f, "help: restore it, and write what is new as a migration of its own")?;
        }
        (None, _) => write!(
            f,
            "help: it is {state}: restore what has run of it, or undo it with the build that ran \
             it, and edit it then"
        )?,
    }
    write!(f, "\nhelp: where the database has what `+` says already, {accept}")
}

fn sql(f: &mut fmt::Formatter<'_>, statement: &str, code: Option<&str>) -> fmt::Result {
    if ends_session(code) {
        return write!(
            f,
            "the connection failed at a statement: {statement}\n\
             help: run again once there is a server, and it goes on where this run stopped"
        );
    }
    if code == Some(DISK_FULL) {
        return write!(
            f,
            "the server's disk is full at a statement: {statement}\n\
             help: make room there and run again, and it goes on where this run stopped"
        );
    }
    write!(f, "the database refused a statement: {statement}")
}

fn denied(f: &mut fmt::Formatter<'_>, statement: &str, grants: &[String]) -> fmt::Result {
    write!(f, "the role lacks a right for a statement: {statement}\nhelp: ")?;
    match grants {
        [] => f.write_str("`changeover::grants` says what a role needs"),
        grants => write!(f, "as a superuser or the owner, `{}`", grants.join("`; `")),
    }
}

fn lock_timeout(f: &mut fmt::Formatter<'_>, waited: Duration, by: &[Blocker]) -> fmt::Result {
    write!(f, "no lock after {waited:.0?}")?;
    by.iter().try_for_each(|blocker| write!(f, "\n  {blocker}"))?;
    f.write_str("\nhelp: end those transactions, or run again at a quieter time")
}

pub(super) fn lines(samples: &[String]) -> String {
    samples.iter().fold(String::new(), |lines, sample| lines + "  " + sample + "\n")
}

fn preflight(f: &mut fmt::Formatter<'_>, findings: &[Finding]) -> fmt::Result {
    let found = findings.iter().map(|finding| {
        let Finding { what, effect, help, .. } = finding;
        format!("{what}\nnote: {effect}\nhelp: {help}")
    });
    f.write_str(&found.collect::<Vec<_>>().join("\n"))
}

impl fmt::Display for Blocker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Blocker { pid, user, application, age, query_age, holds } = self;
        write!(
            f,
            "pid {pid}, user {user}, application `{application}`, transaction open for {age}"
        )?;
        write!(f, ", last query begun {query_age} ago, holds {holds}")
    }
}
