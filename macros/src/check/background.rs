//! What is left to the background runs behind all else of its migration, so it is written there: a
//! change behind it that needs it would come first. What later migrations need of it the runtime sees
//! to (`runtime/src/record/rules/background.rs`).

use crate::diag::Errors;
use crate::migration::Migration;
use crate::plan::Phase;

pub(crate) fn check(migration: &Migration, errors: &mut Errors) {
    for (at, change) in migration.changes.iter().enumerate() {
        // What was refused leaves nothing.
        let leaves = change.plan.steps.iter().any(|step| step.phase == Phase::Background);
        let Some(word) = change.background.filter(|_| leaves) else { continue };
        let behind = &migration.changes[at + 1..];
        if let Some(later) = behind.iter().find(|later| later.background.is_none()) {
            let written = format!("{}!({})", later.operation, later.subject);
            errors
                .at(word, format_args!("`{written}` is written behind this, and runs before it"))
                .help(format_args!(
                    "write it before this; where it needs what this makes, leave out `background`, \
                     or give it a migration of its own"
                ))
                .note("what is left to the background runs behind all else of its migration");
        }
    }
}
