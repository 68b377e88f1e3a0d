//! One migration changes an object once: two changes of it would leave no single state to undo
//! to, and the second would wait for the contract of the first anyhow.

use crate::diag::Errors;
use crate::migration::Migration;
use crate::model::Claim;

pub(crate) fn check(migration: &Migration, errors: &mut Errors) {
    // What stands in the way of a change by itself is said already.
    if errors.count() > 0 {
        return;
    }
    for (at, change) in migration.changes.iter().enumerate() {
        for claim in &change.claims {
            let earlier = migration.changes[..at].iter().flat_map(|earlier| &earlier.claims);
            let is_same = |first: &&Claim| {
                first.object == claim.object && !first.is_shared && !claim.is_shared
            };
            for first in earlier.filter(is_same) {
                let message = format!("{} is changed twice in this migration", claim.object);
                errors.at(first.span, &message);
                errors
                    .at(claim.span, &message)
                    .help("a migration of its own for the second change");
            }
        }
    }
}
