//! Why a baseline is not recorded.

use std::fmt;

use super::work::lines;
use crate::outcome::comparison::Comparison;

pub(super) fn partly_there(
    f: &mut fmt::Formatter<'_>,
    migration: &str,
    there: &[String],
    missing: &[String],
) -> fmt::Result {
    write!(
        f,
        "the database has a part of what the baseline `{migration}` declares, and nothing \
         was recorded\nthere:\n{}missing:\n{}\
         help: leave out of it what is not there, and make that in a migration of its own",
        lines(there),
        lines(missing)
    )
}

pub(super) fn before_squash(
    f: &mut fmt::Formatter<'_>,
    migration: &str,
    last: &str,
    missing: &[String],
) -> fmt::Result {
    write!(
        f,
        "the database has a part of what `{migration}` squashed, and nothing was changed\n\
         missing:\n{}\
         help: deploy the last build whose history still has `{last}`, let it run all of them with \
         their contracts, and deploy this one then",
        lines(missing)
    )
}

pub(super) fn not_as_declared(
    f: &mut fmt::Formatter<'_>,
    migration: &str,
    comparison: &Comparison,
) -> fmt::Result {
    write!(
        f,
        "the database is not what the baseline `{migration}` declares, and nothing was recorded\n\
         {comparison}\
         help: write what is there into the baseline, or change the database, and run again"
    )
}

pub(super) fn baselines_cut(f: &mut fmt::Formatter<'_>, migration: &str) -> fmt::Result {
    write!(
        f,
        "the history was cut behind the baseline `{migration}`, and what it declares up to there is \
         not known; nothing was recorded\n\
         help: cut it behind the last of the baselines in a row, or give `migrations!` a list of its \
         own"
    )
}

pub(super) fn under_way(f: &mut fmt::Formatter<'_>, triggers: &[String]) -> fmt::Result {
    write!(
        f,
        "a migration is under way, and what it has until its contract is none of the schema:\n  {}\n\
         help: let its own build end it, with `contract` or `undo`, and adopt then; or leave out the \
         tables",
        triggers.join("\n  ")
    )
}
