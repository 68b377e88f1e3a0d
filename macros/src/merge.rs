//! Steps of several changes that follow each other under the lock of one table become one: clients
//! of the table wait once a phase, however many changes are made to it (catalog U1, A13).

use crate::change::Change;
use crate::migration::Migration;
use crate::plan::{Course, Mode, Phase, Statement, Step, Work};

pub(crate) fn steps(migration: &mut Migration) {
    for phase in [Phase::Expand, Phase::Switch, Phase::Contract] {
        steps_of(phase, &mut migration.changes);
    }
}

/// A step that others may join.
#[derive(Clone, Copy)]
struct Open {
    change: usize,
    step: usize,
    /// The change whose statements came last. Steps of one change stay apart: it has its reasons.
    latest: usize,
}

fn steps_of(phase: Phase, changes: &mut [Change]) {
    let mut open: Option<Open> = None;
    for at in 0..changes.len() {
        let mut number = 0;
        while let Some(step) = changes[at].plan.steps.get(number) {
            let first = open.filter(|open| {
                let first = &changes[open.change].plan.steps[open.step];
                open.latest != at && are_one(first, step)
            });
            if step.phase != phase {
                number += 1;
            } else if let Some(first) = first {
                join_changes(changes, first, (at, number));
                open = Some(Open { latest: at, ..first });
            } else {
                let is_open = !changes[at].plan.is_direct;
                open = is_open.then_some(Open { change: at, step: number, latest: at });
                number += 1;
            }
        }
    }
}

fn join_changes(changes: &mut [Change], first: Open, (at, number): (usize, usize)) {
    let later = changes[at].plan.steps.remove(number);
    let name = format!("{}!({})", changes[at].operation, changes[at].subject);
    // A note stands where its change begins, and once in a step.
    let mut notes = std::mem::take(&mut changes[at].plan.notes);
    let plan = &mut changes[first.change].plan;
    notes.retain(|note| !plan.notes.contains(note) && !says(&plan.steps[first.step], note));
    join(&mut plan.steps[first.step], later, &name, &notes);
}

fn says(step: &Step, note: &str) -> bool {
    let Work::Transaction(statements) = &step.work else { return false };
    statements.iter().any(|statement| statement.why.lines().any(|line| line == noted(note)))
}

fn noted(note: &str) -> String {
    format!("note: {note}")
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
fn join(first: &mut Step, mut later: Step, name: &str, notes: &[String]) {
    if let Work::Transaction(statements) = &mut later.work
        && let Some(statement) = statements.first_mut()
    {
        let whys = [&later.why, &statement.why].map(String::as_str);
        let whys: Vec<&str> = whys.into_iter().filter(|why| !why.is_empty()).collect();
        let first = format!("\n{name}, under the same lock: {}", whys.join("; "));
        let notes = notes.iter().map(|note| noted(note));
        statement.why = [first].into_iter().chain(notes).collect::<Vec<_>>().join("\n");
    }
    let undo = statements_of(later.undo).into_iter().chain(statements_of(first.undo.take()));
    let undo: Vec<Statement> = undo.collect();
    if later.course == Course::Swap {
        first.course = Course::Swap;
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::Change;
    use crate::model::made::Made;
    use crate::plan::Lock;
    use crate::plan::footprint::needed::Needed;
    use crate::plan::operation::Plan;

    fn step(sql: &str, table: &str) -> Step {
        let lock = Lock { table: table.into(), mode: Mode::AccessExclusive };
        let statement = Statement { locks: vec![lock], ..Statement::free(sql) };
        let undo = Statement::free(format!("undo {sql}"));
        Step::transaction(Phase::Expand, "", vec![statement]).undo(vec![undo])
    }

    fn noting(note: &str, mut change: Change) -> Change {
        change.plan.notes.push(note.into());
        change
    }

    fn change(steps: Vec<Step>) -> Change {
        Change {
            operation: "change".into(),
            subject: String::new(),
            claims: Vec::new(),
            requires: Vec::new(),
            plan: Plan::of(steps),
            agrees: Vec::new(),
            made: Made::default(),
            needed: Needed::default(),
            allowed: Vec::new(),
            background: None,
        }
    }

    fn sql(work: &Work) -> Vec<&str> {
        let Work::Transaction(statements) = work else { return Vec::new() };
        statements.iter().map(|statement| statement.sql.as_str()).collect()
    }

    fn whys(work: &Work) -> Vec<&str> {
        let Work::Transaction(statements) = work else { return Vec::new() };
        statements.iter().map(|statement| statement.why.as_str()).collect()
    }

    #[test]
    fn a_note_stands_under_its_own_change_and_once() {
        let mut changes = [
            noting("of both", change(vec![step("a", "t")])),
            noting("of both", noting("its own", change(vec![step("b", "t")]))),
            noting("its own", change(vec![step("c", "t")])),
        ];
        steps_of(Phase::Expand, &mut changes);
        assert_eq!(changes[0].plan.notes, ["of both"]);
        let header = "\nchange!(), under the same lock: ";
        let work = &changes[0].plan.steps[0].work;
        assert_eq!(whys(work), ["", &format!("{header}\nnote: its own"), header]);
    }

    #[test]
    fn changes_of_one_table_join_and_steps_of_one_change_do_not() {
        let mut changes = [
            change(vec![step("a", "t")]),
            change(vec![step("b", "t"), step("c", "t")]),
            change(vec![step("d", "t")]),
            change(vec![step("e", "u")]),
        ];
        steps_of(Phase::Expand, &mut changes);
        let done: Vec<Vec<&str>> =
            changes.iter().flat_map(|change| &change.plan.steps).map(|it| sql(&it.work)).collect();
        assert_eq!(done, [vec!["a", "b"], vec!["c", "d"], vec!["e"]]);
        let undo = changes[0].plan.steps[0].undo.as_ref().map(sql);
        assert_eq!(undo, Some(vec!["undo b", "undo a"]));
    }
}
