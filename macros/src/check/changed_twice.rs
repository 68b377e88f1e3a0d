//! One migration changes a part of an object once: two changes of it would leave no single state to
//! undo to, and the second would wait for the contract of the first anyhow.

use crate::change::Change;
use crate::diag::Errors;
use crate::migration::Migration;
use crate::model::{Claim, Facet};
use crate::plan::{Phase, Step};

pub(crate) fn check(migration: &Migration, errors: &mut Errors) {
    // What stands in the way of a change by itself is said already.
    if errors.count() > 0 {
        return;
    }
    for (at, change) in migration.changes.iter().enumerate() {
        for claim in &change.claims {
            let mine = facet(change, claim);
            let meets = |earlier: &Change, first: &Claim| {
                first.object == claim.object && facet(earlier, first).meets(mine)
            };
            let earlier = migration.changes[..at]
                .iter()
                .flat_map(|earlier| earlier.claims.iter().filter(|first| meets(earlier, first)));
            for first in earlier {
                let message = format!("{} is changed twice in this migration", claim.object);
                errors.at(first.span, &message);
                errors
                    .at(claim.span, &message)
                    .help("a migration of its own for the second change");
            }
        }
    }
}

/// Returns what of an object a change is about. A change of type that the catalog alone knows of is
/// about nothing else.
fn facet(change: &Change, claim: &Claim) -> Facet {
    let waits = |step: &Step| matches!(step.phase, Phase::Switch | Phase::Contract);
    let is_at_once = !change.plan.steps.iter().any(waits);
    if change.operation == "change_type" && is_at_once { Facet::Type } else { claim.facet }
}
