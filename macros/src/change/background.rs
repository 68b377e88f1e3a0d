//! `background`: what takes its time is left to the background, and no new build waits for it.

use proc_macro2::Span;

use crate::change::clause::Clause;
use crate::diag::Errors;
use crate::model::Schema;
use crate::plan::Phase;
use crate::plan::operation::Plan;

/// The changes without whose long steps a build can work that was written for them. Of any other, a
/// new build needs all.
const MAY: [&str; 13] = [
    "add_check",
    "add_foreign_key",
    "add_index",
    "add_unique",
    "backfill",
    "compact_table",
    "move_rows",
    "rebuild_index",
    "refresh_materialized_view",
    "reindex_table",
    "replace_index",
    "set_not_null",
    "validate_constraint",
];

/// Reads the clause, which has nothing in it.
pub(crate) fn read(clause: &Clause, errors: &mut Errors) -> Option<Span> {
    let nothing = |input: syn::parse::ParseStream, _: &mut Errors| {
        if input.is_empty() { Ok(()) } else { Err(input.error("unexpected token")) }
    };
    clause.read(errors, nothing).then(|| clause.word.span())
}

/// Leaves the long steps of a plan to the background.
pub(crate) fn leave(name: &str, plan: &mut Plan, word: Span, schema: &Schema, errors: &mut Errors) {
    if schema.is_baseline {
        errors
            .at(word, "a baseline leaves nothing to the background")
            .help("leave out `background`")
            .note("what it makes is there already, or is made at once");
    } else if !MAY.contains(&name) {
        errors
            .at(word, format_args!("`{name}!` in the background"))
            .help("leave out `background`")
            .note(format_args!(
                "a build that is written for it needs all of it; these may be left: `{}`",
                MAY.join("`, `")
            ));
    } else if plan.is_direct || plan.steps.iter().all(|step| step.phase != Phase::Migrate) {
        errors
            .at(
                word,
                format_args!(
                    "this `{name}!` is done at once, and leaves nothing to the background"
                ),
            )
            .help("leave out `background`");
    } else {
        for step in plan.steps.iter_mut().filter(|step| step.phase == Phase::Migrate) {
            step.phase = Phase::Background;
        }
    }
}
