//! What is left to the background comes after all else of its migration, so that nothing else of it
//! may need that. What later migrations need of it the runtime sees to
//! (`runtime/src/record/rules/background.rs`), by the same question.

use std::collections::BTreeSet;

use crate::change::Change;
use crate::diag::Errors;
use crate::migration::Migration;
use crate::plan::{Phase, Step, Work};

pub(crate) fn check(migration: &Migration, errors: &mut Errors) {
    for (at, change) in migration.changes.iter().enumerate() {
        let Some(word) = change.background else { continue };
        let left = texts(change, |step| step.phase == Phase::Background);
        let needs = |later: &&Change| {
            later.background.is_none() && touches(&later.operation, &texts(later, |_| true), &left)
        };
        if let Some(later) = migration.changes[at + 1..].iter().find(needs) {
            let Change { operation, subject, .. } = later;
            errors
                .at(
                    word,
                    format_args!(
                        "`{operation}!({subject})` may need what this makes, and comes before it"
                    ),
                )
                .help("leave out `background`, or put what needs it into a migration of its own")
                .note("what is left to the background runs behind all else of its migration");
        }
    }
}

/// The SQL of the steps that are asked for.
fn texts(change: &Change, is_asked: impl Fn(&Step) -> bool) -> String {
    let mut text = String::new();
    for step in change.plan.steps.iter().filter(|step| is_asked(step)) {
        let own = match &step.work {
            Work::Transaction(statements) => {
                let sql = statements.iter().map(|statement| statement.sql.as_str());
                sql.collect::<Vec<_>>().join("\n")
            }
            Work::BuildIndex(index) => index.create.sql.clone(),
            Work::DropIndex(index) => index.drop.sql.clone(),
            Work::Backfill(fill) => format!("{} {} {}", fill.table, fill.set, fill.pending),
            Work::Convert(fill) => {
                let columns = [fill.read.join(" "), fill.write.join(" ")].join(" ");
                format!("{} {columns} {}", fill.table, fill.pending)
            }
            Work::NoRows(rows) => format!("{} {}", rows.table, rows.violation),
            Work::NonTransactional(alone) => alone.statement.sql.clone(),
            Work::SizeLimit(bound) => bound.table.clone(),
        };
        text.push_str(&own);
        text.push('\n');
    }
    text
}

/// Tells whether a change may need what a statement in the background makes: where it is about the
/// whole of its table, or about another thing that the statement names.
fn touches(operation: &str, own: &str, background: &str) -> bool {
    // What they read nobody knows.
    if matches!(operation, "sql" | "refresh_materialized_view") {
        return true;
    }
    let (own, other) = (Names::of(own), Names::of(background));
    let is_whole = !operation.starts_with("create_")
        && ["_table", "_partition", "_logged", "_unlogged"]
            .iter()
            .any(|end| operation.ends_with(end));
    let meet =
        |one: &BTreeSet<&str>, other: &BTreeSet<&str>| one.intersection(other).next().is_some();
    let same_part = meet(&other.parts, &own.words) || meet(&own.parts, &other.words);
    meet(&own.tables, &other.parts) || meet(&other.tables, &own.words) && (is_whole || same_part)
}

/// The names in a text of SQL: what we write is quoted, what users write may be.
#[derive(Default)]
struct Names<'a> {
    words: BTreeSet<&'a str>,
    /// What stands behind a schema.
    tables: BTreeSet<&'a str>,
    /// What is quoted besides.
    parts: BTreeSet<&'a str>,
}

impl<'a> Names<'a> {
    fn of(text: &'a str) -> Self {
        let pieces: Vec<&str> = text.split('"').collect();
        let mut names = Names::default();
        let is_dot = |at: usize| pieces.get(at).is_some_and(|piece| *piece == ".");
        for (at, piece) in pieces.iter().enumerate() {
            if at % 2 == 0 {
                let words = piece.split(|c: char| !(c.is_alphanumeric() || c == '_'));
                names.words.extend(words.filter(|word| !word.is_empty()));
            } else if !is_dot(at + 1) {
                // A schema says nothing of what is in it.
                names.words.insert(piece);
                let is_qualified = at > 0 && is_dot(at - 1);
                if is_qualified { &mut names.tables } else { &mut names.parts }.insert(piece);
            }
        }
        names
    }
}
