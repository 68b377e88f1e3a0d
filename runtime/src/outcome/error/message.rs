//! The reasons that take more than a line to say.

use std::fmt;
use std::time::Duration;

use super::blocker::Blocker;
use super::work::lines;
use crate::migration::Phase;
use crate::outcome::comparison::Difference;
use crate::outcome::finding::Finding;
use crate::outcome::status::State;
use crate::session::sqlstate::{DISK_FULL, ends_session};

pub(super) fn diverged(f: &mut fmt::Formatter<'_>, unknown: &str, pending: &str) -> fmt::Result {
    write!(
        f,
        "the database has migration `{unknown}`, which this build does not know, \
         and not `{pending}`, which it does\n\
         help: give each service a name of its own with `app`, or merge the histories"
    )
}

pub(super) fn too_old(f: &mut fmt::Formatter<'_>, migration: &str, phase: Phase) -> fmt::Result {
    write!(
        f,
        "this build is too old: the {phase} of `{migration}` has run, \
         and this build does not declare it\n\
         help: deploy a build whose history has `{phase}!({migration})`"
    )
}

/// What to do depends on how far it is, and on whether anybody edited it at all.
pub(super) fn edited(
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

pub(super) fn sql(
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

pub(super) fn denied(
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

pub(super) fn lock_timeout(
    f: &mut fmt::Formatter<'_>,
    waited: Duration,
    by: &[Blocker],
) -> fmt::Result {
    write!(f, "no lock after {waited:.0?}")?;
    by.iter().try_for_each(|blocker| write!(f, "\n  {blocker}"))?;
    f.write_str("\nhelp: end those transactions, or run again at a quieter time")
}

pub(super) fn untrusted(f: &mut fmt::Formatter<'_>, found: &[String]) -> fmt::Result {
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
pub(super) fn already_running(
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

pub(super) fn preflight(
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
