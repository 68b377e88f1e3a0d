//! The reasons that take more than a line to say.

use std::fmt;
use std::time::Duration;

use super::blocker::Blocker;
use super::work::lines;
use crate::outcome::comparison::Difference;
use crate::outcome::finding::Finding;
use crate::session::sqlstate::{DISK_FULL, ends_session};

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

pub(super) fn corrupt(f: &mut fmt::Formatter<'_>, what: &str) -> fmt::Result {
    write!(f, "the state in schema `changeover` does not make sense: {what}")
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
pub(super) fn undo_refused(f: &mut fmt::Formatter<'_>, migration: &str, why: &str) -> fmt::Result {
    write!(f, "migration `{migration}` cannot be undone: {why}")
}

pub(super) fn rehearsal_refused(f: &mut fmt::Formatter<'_>, why: &str) -> fmt::Result {
    write!(
        f,
        "nothing is rehearsed in a database that others use: {why}\n\
         help: rehearse on a copy: restore a backup, or `create database … template …`"
    )
}
