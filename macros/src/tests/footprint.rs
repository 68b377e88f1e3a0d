//! What a statement says of itself, held against its text.

use crate::diag::Errors;
use crate::migration::Migration;
use crate::model::Schema;
use crate::plan::footprint::effect::Effect;
use crate::plan::{Statement, Work};
use crate::tests::typos::{BASE, SAMPLES, tokens};

/// The statements of a sample, forth and back.
fn statements_of(sample: &str) -> Vec<Statement> {
    let errors = &mut Errors::new();
    let base = Migration::parse_all(tokens(BASE), Schema::default(), errors);
    let schema = Schema::read(&base.schema.write(), "m0001_base");
    let migration = Migration::parse_all(tokens(sample), schema, errors);
    assert!(errors.take().is_empty(), "{sample}");
    let steps = migration.changes.into_iter().flat_map(|change| change.plan.steps);
    let works = steps.flat_map(|step| [Some(step.work), step.undo]).flatten();
    let statements = works.flat_map(|work| match work {
        Work::Transaction(statements) => statements,
        Work::BuildIndex(index) | Work::DropIndex(index) => vec![index.create, index.drop],
        Work::NonTransactional(alone) => {
            let mends = alone.mend.into_iter().map(|mend| mend.statement);
            [alone.statement].into_iter().chain(mends).collect()
        }
        _ => Vec::new(),
    });
    statements.collect()
}

/// Tells whether a statement says that something it names comes, changes or goes.
fn says_what_changes(statement: &Statement) -> bool {
    statement.rights.is_some()
        || statement.effects.iter().any(|effect| {
            matches!(
                effect,
                Effect::Makes(_)
                    | Effect::Renames(_)
                    | Effect::Removes { .. }
                    | Effect::Changes(_)
                    | Effect::ChangesPart { .. }
                    | Effect::ChangesSettings(_)
            )
        })
}

/// The makes of types and schemas are told by what their undo drops.
fn makes_what_its_undo_drops(sql: &str) -> bool {
    let makes = ["create type", "create domain", "create schema", "comment on domain"];
    makes.iter().any(|words| sql.starts_with(words))
}

#[test]
fn every_statement_on_the_catalogs_says_what_changes() {
    let verbs = ["alter ", "comment on ", "create ", "drop ", "grant ", "revoke "];
    for sample in SAMPLES.iter().filter(|sample| !sample.starts_with("create_table!")) {
        for statement in statements_of(sample) {
            let sql = statement.sql.as_str();
            if verbs.iter().any(|verb| sql.starts_with(verb)) && !makes_what_its_undo_drops(sql) {
                assert!(says_what_changes(&statement), "{sample}\n{sql}");
            }
        }
    }
}

#[test]
fn what_a_statement_says_stands_in_its_text() {
    for sample in SAMPLES {
        for statement in statements_of(sample) {
            let named: Vec<String> = (statement.effects.iter().cloned())
                .filter_map(|effect| match effect {
                    Effect::ChangesPart { part, .. } => Some(format!("\"{part}\"")),
                    Effect::Removes { object, .. } if statement.sql.starts_with("drop ") => {
                        Some(if object.part.is_empty() { object.name } else { object.part })
                    }
                    _ => None,
                })
                .collect();
            for name in named {
                assert!(statement.sql.contains(&name), "{sample}\n{name}: {}", statement.sql);
            }
        }
    }
}
