//! What a baseline takes: changes that make something or complete it, and do so at once.

use proc_macro2::{Ident, Span};

use crate::diag::Errors;
use crate::model::{Claim, Facet, Schema};
use crate::plan::operation::Plan;
use crate::plan::{Course, Phase, Statement, Step, Work};

/// The error of a change that makes nothing, by its macro's name.
pub(crate) fn refused(name: &Ident) -> Option<syn::Error> {
    const MAKE: [&str; 4] = ["create_", "add_", "set_", "enable_"];
    const OTHERS: [&str; 5] = ["change_sequence", "grant", "keep_partitions", "revoke", "sql"];
    let word = name.to_string();
    if MAKE.iter().any(|start| word.starts_with(start)) || OTHERS.contains(&word.as_str()) {
        return None;
    }
    let verb = word.split('_').next().unwrap_or_default();
    let help = match verb {
        "contract" | "switch" => "a migration of its own, behind this one",
        "drop" | "detach" | "disable" => {
            "leave out what is gone, or drop it in a migration behind this one"
        }
        "rename" => "make it under its new name, or rename it in a migration behind this one",
        "backfill" | "refresh" | "rebuild" | "validate" => "a migration behind this one",
        _ => "make it as it is now, or change it in a migration behind this one",
    };
    let message = format!("`{word}!` in a baseline\nhelp: {help}\nnote: {WHY}");
    Some(syn::Error::new(name.span(), message))
}

const WHY: &str =
    "a baseline says what a database has; where it is there already, nothing of this runs";

/// Reports a change that needs more than to make something, and makes its plan one that is done at
/// once and for good.
pub(crate) fn fit(
    name: &str,
    plan: &mut Plan,
    claims: &[Claim],
    start: Span,
    schema: &Schema,
    errors: &mut Errors,
) {
    let span = claims.first().map_or(start, |claim| claim.span);
    let is_of_others = claims.iter().any(|claim| is_of_others(name, claim, schema));
    if is_of_others || plan.steps.iter().any(|step| needs_rows(step, schema)) {
        errors
            .at(span, format_args!("`{name}!` in a baseline, about what was made before it"))
            .help("a migration of its own, behind this one")
            .note(WHY);
    }
    // What clients notice of a change is not said of what was there.
    plan.notes.clear();
    plan.steps.retain(|step| step.course != Course::BackOnly);
    if ["create_function", "sql"].contains(&name) {
        plan.steps.iter_mut().for_each(read_no_bodies);
    }
    for step in &mut plan.steps {
        step.undo = None;
        if matches!(step.work, Work::Transaction(_) | Work::Partitions(_)) {
            step.phase = Phase::Expand;
        }
    }
}

/// A body may name what comes later, as it may where the whole is built.
fn read_no_bodies(step: &mut Step) {
    if let Work::Transaction(statements) = &mut step.work {
        let off = Statement::free("set local check_function_bodies = off");
        statements.insert(0, off.why("a body may name what is made later"));
    }
}

/// Tells whether a change adds to something, or alters it, that was made before.
fn is_of_others(name: &str, claim: &Claim, schema: &Schema) -> bool {
    let alters = name.starts_with("add_")
        || (name == "change_sequence" && !matches!(claim.facet, Facet::Owner));
    alters && !schema.makes_whole_of(&claim.object)
}

/// Tells whether a step looks at rows that may be there, or takes its time for them.
fn needs_rows(step: &Step, schema: &Schema) -> bool {
    match &step.work {
        Work::Transaction(_) | Work::Partitions(_) => false,
        Work::NonTransactional(alone) => {
            !alone.statement.locks.iter().all(|lock| schema.is_made_now(&lock.table))
        }
        Work::BuildIndex(_)
        | Work::DropIndex(_)
        | Work::Backfill(_)
        | Work::Convert(_)
        | Work::Removal(_)
        | Work::Compaction(_)
        | Work::Reindex(_)
        | Work::NoRows(_)
        | Work::SizeLimit(_) => true,
    }
}
