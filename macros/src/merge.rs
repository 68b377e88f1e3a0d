//! Steps of several changes that follow each other under the lock of one table become one: clients
//! of the table wait once a phase, however many changes are made to it (catalog U1, A13).

use crate::change::Change;
use crate::migration::Migration;
use crate::plan::{Mode, Phase, Statement, Step, Work};

pub(crate) fn steps(migration: &mut Migration) {
    for phase in [Phase::Expand, Phase::Switch, Phase::Contract] {
        steps_of(phase, &mut migration.changes);
    }
}

/// A change's own steps stay apart: it has its reasons.
fn steps_of(phase: Phase, changes: &mut [Change]) {
    let mut last: Option<(usize, usize)> = None;
    for at in 0..changes.len() {
        let mut number = 0;
        while let Some(step) = changes[at].plan.steps.get(number) {
            let first = last.filter(|(change, first)| {
                *change != at && are_one(&changes[*change].plan.steps[*first], step)
            });
            if step.phase != phase {
                number += 1;
            } else if let Some((change, first)) = first {
                let later = changes[at].plan.steps.remove(number);
                let name = format!("{}!({})", changes[at].operation, changes[at].subject);
                join(&mut changes[change].plan.steps[first], later, &name);
                // A note stands where its change begins.
                let notes = std::mem::take(&mut changes[at].plan.notes);
                let known = &mut changes[change].plan.notes;
                known.extend(
                    notes.into_iter().filter(|note| !known.contains(note)).collect::<Vec<_>>(),
                );
            } else {
                last = (!changes[at].plan.is_direct).then_some((at, number));
                number += 1;
            }
        }
    }
}

fn are_one(first: &Step, later: &Step) -> bool {
    let table = only_table(first);
    table.is_some() && table == only_table(later)
}

/// The table that a transaction keeps clients from, if it is one.
fn only_table(step: &Step) -> Option<&str> {
    let Work::Transaction(statements) = &step.work else { return None };
    let locks = statements.iter().flat_map(|statement| &statement.locks);
    let mut tables = locks.filter(|lock| lock.mode > Mode::ShareUpdateExclusive);
    let table = tables.next()?.table.as_str();
    tables.all(|lock| lock.table == table).then_some(table)
}

/// `name` tells the reviewer whose statements these are.
fn join(first: &mut Step, mut later: Step, name: &str) {
    if let Work::Transaction(statements) = &mut later.work
        && let Some(statement) = statements.first_mut()
    {
        let whys = [&later.why, &statement.why].map(String::as_str);
        let whys: Vec<&str> = whys.into_iter().filter(|why| !why.is_empty()).collect();
        statement.why = format!("\n{name}, under the same lock: {}", whys.join("; "));
    }
    let undo = statements_of(later.undo).into_iter().chain(statements_of(first.undo.take()));
    let undo: Vec<Statement> = undo.collect();
    first.undo = (!undo.is_empty()).then_some(Work::Transaction(undo));
    if let Work::Transaction(statements) = &mut first.work {
        statements.extend(statements_of(Some(later.work)));
    }
}

fn statements_of(work: Option<Work>) -> Vec<Statement> {
    match work {
        Some(Work::Transaction(statements)) => statements,
        _ => Vec::new(),
    }
}
