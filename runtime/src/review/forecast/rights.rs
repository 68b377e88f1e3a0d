//! What the role may not do that steps need.

use crate::migration::LockMode;
use crate::review::forecast::sizes::Sizes;
use crate::session::shown::on_one_line;
use crate::work::touched::Touched;

/// PostgreSQL has no lesser right than ownership for `alter table`.
pub(super) fn missing(sizes: &Sizes, touched: &Touched) -> Vec<String> {
    let changed = touched.locks.iter().filter(|lock| lock.mode >= LockMode::ShareUpdateExclusive);
    changed
        .filter_map(|lock| {
            let owner = sizes.get(lock.table)?.foreign_owner.as_deref()?;
            let owner = on_one_line(owner);
            Some(format!(
                "{} belongs to `{owner}`: grant that role to this one, or give it the table with \
                 `alter table … owner to`",
                lock.table
            ))
        })
        .collect()
}
