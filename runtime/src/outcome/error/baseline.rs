//! Why a baseline is not recorded.

use std::fmt;

use super::work::lines;

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
