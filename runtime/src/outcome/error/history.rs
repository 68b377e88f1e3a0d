//! How a database and the history of a build do not go together.

use std::fmt;

use crate::migration::Phase;
use crate::outcome::status::State;

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
