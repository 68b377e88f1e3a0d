//! What the plan counts on beside columns: objects that have to be there, and names that have to be
//! free.

use std::collections::BTreeSet;

use crate::migration::{Dropped, Effect, ObjectKind, Phase, Work};
use crate::outcome::finding::{Check, Severity};
use crate::preflight::dependents::root;
use crate::preflight::look::{Ahead, Look, Scene};
use crate::preflight::table::drift::HELP;
use crate::session::sql::quote_literal;
use crate::work::touched::Touched;

pub(in crate::preflight) const MISSING: Look = Look {
    check: Check::Drift,
    severity: |_| Severity::Fatal,
    sql: |Scene { touched, .. }: Scene<'_>| {
        let missing = |one: &&'static Dropped| {
            format!("select {} where not exists ({})", said(one, "does not exist"), root(one))
        };
        together(touched.needs.iter().chain(&touched.goes), missing)
    },
    effect: "the plan is made for what the history has there, and a step would fail without it",
    help: HELP,
};

pub(in crate::preflight) const TAKEN: Look = Look {
    check: Check::Drift,
    severity: |_| Severity::Fatal,
    sql: |Scene { touched, .. }: Scene<'_>| {
        let taken = |one: &&'static Dropped| {
            format!("select {} where exists ({})", said(one, "exists already"), root(one))
        };
        together(touched.makes.iter(), taken)
    },
    effect: "a step of the plan makes it, and would fail over what has the name",
    help: "drop or rename what was made by hand; a database that was there before its history begins \
           with a `baseline`",
};

/// Notes what has to be as the history has it before the migration; in a contract, what it drops.
pub(in crate::preflight) fn foresee(touched: &mut Touched, ahead: &Ahead) {
    if ahead.is_first {
        let changes = ahead.changes.iter();
        touched.columns = changes.clone().flat_map(|change| change.columns).collect();
        touched.needs = changes.clone().flat_map(|change| change.needs).collect();
        touched.makes = changes.flat_map(|change| change.makes).collect();
        // Triggers of ours that somebody's run has left are no part of what a change names.
        let made = ahead.steps.iter().flat_map(|step| step.undo_drops());
        let triggers = made.filter(|one| one.kind == ObjectKind::Trigger);
        let is_known = |one: &&Dropped| touched.needs.iter().any(|other| other == one);
        touched.makes.extend(triggers.filter(|one| !is_known(one)).collect::<Vec<_>>());
    } else if ahead.phase == Phase::Contract && ahead.is_due {
        touched.goes = dropped_as_found(ahead);
    }
    // The types of its arguments may not be there yet, and then the server cannot look it up.
    touched.makes.retain(|one| {
        let (_, types) = one.name.split_once('(').unwrap_or_default();
        one.kind != ObjectKind::Function || !types.contains('"')
    });
}

/// Returns what the phase drops as the history left it, and cannot go on without. What one of its own
/// statements changes before, or may miss, says nothing of what has to be there.
fn dropped_as_found(ahead: &Ahead) -> Vec<&'static Dropped> {
    let statements = ahead.steps.iter().flat_map(|step| match step.work {
        Work::Transaction(statements) => statements,
        _ => &[],
    });
    let (mut found, mut changed) = (Vec::new(), BTreeSet::new());
    for effect in statements.flat_map(|statement| statement.effects) {
        match effect {
            Effect::Removes { object, if_there } => {
                let is_as_found = changed.insert((object.name, object.part)) && !if_there;
                found.extend((is_as_found && object.kind.is_object()).then_some(object));
            }
            Effect::ChangesPart { table, part } => drop(changed.insert((table, part))),
            Effect::Makes(name) | Effect::Renames(name) | Effect::Changes(name) => {
                changed.insert((name, ""));
            }
            _ => {}
        }
    }
    found
}

fn said(one: &Dropped, what: &str) -> String {
    let Dropped { kind, name, part, .. } = one;
    let on = |word: &str| format!("{word} \"{part}\" on {name}");
    let object = match kind {
        ObjectKind::Table => format!("table {name}"),
        ObjectKind::Column | ObjectKind::ReplacedColumn => format!("column {name}.\"{part}\""),
        ObjectKind::Constraint | ObjectKind::ReplacedKey => on("constraint"),
        ObjectKind::Trigger => on("trigger"),
        ObjectKind::Policy => on("policy"),
        ObjectKind::Function => format!("function {name}"),
        ObjectKind::Type => format!("type {name}"),
        _ => (*name).to_owned(),
    };
    quote_literal(&format!("{object} {what}"))
}

/// What needs it, or that it is there, the catalogs have no row of by itself.
fn together<'a>(
    objects: impl Iterator<Item = &'a &'static Dropped>,
    query: impl Fn(&&'static Dropped) -> String,
) -> Option<String> {
    let is_looked_up = |one: &&'a &'static Dropped| {
        !matches!(one.kind, ObjectKind::NotNull | ObjectKind::ReplacedKey | ObjectKind::Default)
    };
    let mut queries: Vec<String> = objects.filter(is_looked_up).map(query).collect();
    queries.sort();
    queries.dedup();
    (!queries.is_empty()).then(|| queries.join(" union all "))
}
