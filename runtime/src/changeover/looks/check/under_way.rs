//! What is not compared, because a migration is under way on it.

use std::collections::BTreeMap;

use super::touched::Touched;
use crate::catalog::compare::title;
use crate::catalog::declaration::{Declaration, DeclaredKind, QualifiedName};
use crate::migration::{Migration, Migrations, Statement, Work};
use crate::outcome::status::State;
use crate::record::ledger::Ledger;

/// The migrations that are not at their end, each with what it touches and why that matters.
pub(super) struct UnderWay {
    migrations: Vec<(Touched, String)>,
}

impl UnderWay {
    pub(super) fn of(history: &Migrations, ledger: &Ledger) -> UnderWay {
        let mut migrations = Vec::new();
        for migration in history.migrations {
            let state = ledger.state(migration.id);
            // A baseline that has not been adopted is what is asked about.
            let is_asked = migration.baseline.is_some() && state == State::Pending;
            if state != migration.end() && !is_asked {
                migrations.push((touched(migration), format!("`{}` is {state}", migration.id)));
            }
        }
        UnderWay { migrations }
    }

    /// The names of parts that they touch, each with its table: columns are among them.
    pub(super) fn columns(&self) -> Vec<(&QualifiedName, &str)> {
        let parts = self.migrations.iter().flat_map(|(touched, _)| &touched.parts);
        parts.flat_map(|(table, names)| names.iter().map(move |name| (table, &**name))).collect()
    }

    /// Parts the declarations from those that are not compared, and notes these.
    pub(super) fn leave_out(
        &self,
        declarations: &mut Vec<Declaration>,
        left_out: &mut BTreeMap<String, String>,
    ) {
        declarations.retain(|one| {
            let found =
                self.migrations.iter().find_map(|(touched, why)| Some((name(touched, one)?, why)));
            let Some((name, why)) = found else { return true };
            left_out.insert(name, why.clone());
            false
        });
    }
}

/// By what name it is said that something is touched, if it is.
fn name(touched: &Touched, one: &Declaration) -> Option<String> {
    let whole = one.on.as_ref().unwrap_or(&one.name);
    // A function's name has its arguments.
    let bare = whole.name.split('(').next().unwrap_or_default().to_owned();
    let bare = QualifiedName { schema: whole.schema.clone(), name: bare };
    if touched.whole.contains(whole) || touched.whole.contains(&bare) {
        return Some(format!("{}.{}", bare.schema, bare.name));
    }
    // An extension stands in no schema of its own.
    let is_extension = one.kind == DeclaredKind::Extension
        && touched.whole.iter().any(|it| it.schema == it.name && it.name == one.name.name);
    if is_extension || is_granted(touched, one) {
        return Some(title(one));
    }
    let is_index = one.kind == DeclaredKind::Index && touched.whole.contains(&one.name);
    (is_index || is_part(touched, whole, one)).then(|| title(one))
}

/// Tells whether it is the rights on a function or a schema, which are touched: `function f(text) to x`.
fn is_granted(touched: &Touched, one: &Declaration) -> bool {
    if one.kind != DeclaredKind::Grant || one.on.is_some() {
        return false;
    }
    let of = one.name.name.split_once(' ').map_or("", |(_, of)| of);
    let of = of.split(" to ").next().unwrap_or_default();
    let name = of.split('(').next().unwrap_or_default();
    touched.settings.iter().any(|it| it.name == name)
}

/// Tells whether it is a part of a table that is touched, or says more of one.
fn is_part(touched: &Touched, table: &QualifiedName, one: &Declaration) -> bool {
    use DeclaredKind::{Column, Constraint, Index, Policy, Trigger};
    let names = touched.parts.get(table);
    if matches!(one.kind, Column | Constraint | Index | Trigger | Policy) {
        let is_named = names.is_some_and(|names| names.contains(&one.name.name));
        // A column says its own names alone; what is built on one that is touched goes with it.
        return is_named
            || (one.kind != Column
                && names.is_some_and(|names| names.iter().any(|name| says(&one.text, name))));
    }
    touched.settings.contains(table)
        || (one.on.is_some()
            && names.is_some_and(|names| names.iter().any(|name| says(&one.text, name))))
}

/// Tells whether a text has a name as a word.
fn says(text: &str, name: &str) -> bool {
    let is_of_word = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(name).any(|(at, _)| {
        let (before, behind) = (&text[..at], &text[at + name.len()..]);
        !before.ends_with(is_of_word) && !behind.starts_with(is_of_word)
    })
}

/// Returns what a migration touches, on its way forth and back.
fn touched(migration: &Migration) -> Touched {
    let mut touched = Touched::default();
    for change in migration.changes() {
        for column in change.columns {
            touched.part(column.table, column.name);
        }
        for step in change.steps {
            let works = [Some(&step.work), step.undo.as_ref()];
            for statement in works.into_iter().flatten().flat_map(statements) {
                touched.note(statement);
            }
        }
    }
    touched
}

/// The statements of a work that change something of the catalogs.
fn statements(work: &Work) -> Vec<&Statement> {
    match work {
        Work::Transaction(statements) => statements.iter().collect(),
        Work::BuildIndex(index) | Work::DropIndex(index) => vec![index.create, index.drop],
        Work::NonTransactional(alone) => {
            let mends = alone.mend.iter().map(|mend| &mend.statement);
            [alone.statement].into_iter().chain(mends).collect()
        }
        Work::Backfill(_)
        | Work::Convert(_)
        | Work::Removal(_)
        | Work::Compaction(_)
        | Work::Reindex(_)
        | Work::Partitions(_)
        | Work::NoRows(_)
        | Work::SizeLimit(_) => Vec::new(),
    }
}
