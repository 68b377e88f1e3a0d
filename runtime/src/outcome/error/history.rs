//! How a database and the history of a build do not go together.

use std::fmt;

use crate::migration::Phase;

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
