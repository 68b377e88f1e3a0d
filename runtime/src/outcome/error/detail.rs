//! The reasons, and what is said of each.

use std::fmt;
use std::time::Duration;

use super::baseline::{baselines_cut, before_squash, not_as_declared, partly_there, under_way};
use super::history::{diverged, too_old};
use super::lease::LeaseError;
use super::work::{WorkError, lines};
use crate::migration::Phase;
use crate::outcome::comparison::{Comparison, Difference};
use crate::outcome::finding::Finding;
use crate::outcome::status::State;
use crate::session::sqlstate::{DISK_FULL, ends_session};

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
        of_state: bool,
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
                 help: it runs by itself once nothing holds it",
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
            Detail::UndoRefused { migration, why } => {
                write!(f, "migration `{migration}` cannot be undone: {why}")
            }
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
                 help: `batch_time=20ms`, or `max_load.` or `critical_load.` before one of {limits}"
            ),
            Detail::Interrupted => f.write_str(
                "the run was interrupted\nhelp: run again; the next run goes on where this one was",
            ),
            Detail::UnderWay { triggers } => under_way(f, triggers),
            Detail::Untrusted { found } => untrusted(f, found),
            Detail::Corrupt { what } => {
                write!(f, "the state in schema `changeover` does not make sense: {what}")
            }
        }
    }
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
        (None, State::Migrated | State::Completed | State::Switched | State::Contracted) => {
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

fn sql(
    f: &mut fmt::Formatter<'_>,
    statement: &str,
    code: Option<&str>,
    reason: &str,
) -> fmt::Result {
    if ends_session(code) {
        return write!(
            f,
            "the connection failed at a statement: {statement}\nnote: {reason}\n\
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
    write!(f, "the database refused a statement: {statement}\nnote: {reason}")
}

fn denied(
    f: &mut fmt::Formatter<'_>,
    statement: &str,
    grants: &[String],
    owners: &[String],
) -> fmt::Result {
    writeln!(f, "the role lacks a right for a statement: {statement}")?;
    if !owners.is_empty() {
        let owners = owners.join(", ");
        writeln!(f, "note: {owners}: who knows both roles decides whether it changes hands")?;
    }
    match grants {
        [] => f.write_str("help: `changeover::grants` says what a role needs"),
        grants => write!(f, "help: as a superuser or the owner, `{}`", grants.join("`; `")),
    }
}

fn lock_timeout(f: &mut fmt::Formatter<'_>, waited: Duration, by: &[Blocker]) -> fmt::Result {
    write!(f, "no lock after {waited:.0?}")?;
    by.iter().try_for_each(|blocker| write!(f, "\n  {blocker}"))?;
    f.write_str("\nhelp: end those transactions, or run again at a quieter time")
}

fn untrusted(f: &mut fmt::Formatter<'_>, found: &[String]) -> fmt::Result {
    write!(
        f,
        "the schema `changeover` is in hands that this role does not trust\n{}\
         note: code that lies in it runs as the role that migrates\n\
         help: find out who made it; where that is a runner of yours, run as that role, or \
         `alter … owner to` this one and `revoke` what others may do; where it is nobody's, \
         `drop schema changeover cascade`",
        lines(found)
    )
}

/// That somebody has the lock does not make him a runner.
fn already_running(
    f: &mut fmt::Formatter<'_>,
    waited: Duration,
    holders: &[Blocker],
) -> fmt::Result {
    write!(f, "the lock of this history was taken for {waited:.0?}")?;
    holders.iter().try_for_each(|holder| write!(f, "\n  {holder}"))?;
    f.write_str(
        "\nhelp: if a runner has it, wait for its end; any role can take it by its number, and \
         `select pg_terminate_backend(<pid>)` ends such a session",
    )
}

fn preflight(
    f: &mut fmt::Formatter<'_>,
    findings: &[Finding],
    differences: &[Difference],
) -> fmt::Result {
    let found = findings.iter().map(|finding| {
        let Finding { what, effect, help, .. } = finding;
        format!("{what}\nnote: {effect}\nhelp: {help}")
    });
    f.write_str(&found.collect::<Vec<_>>().join("\n"))?;
    let told: String = differences.iter().map(Difference::to_string).collect();
    if told.is_empty() { Ok(()) } else { write!(f, "\n{}", told.trim_end()) }
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
