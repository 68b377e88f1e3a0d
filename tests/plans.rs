//! The plan of every operation's scenario, as its reviewer sees it.
//!
//! `UPDATE_SQL=1 cargo test -p changeover-tests --test plans` accepts the plans as they are.

use std::path::Path;

use changeover::migration::{Migration, Work};
use changeover::{review, testing};
use changeover_tests::{Failure, Scenario};

mod operations {
    include!(concat!(env!("OUT_DIR"), "/plans.rs"));
}

fn plan(scenario: &Scenario, name: &str) -> Result<(), Failure> {
    expect_marked(scenario.migration()?)?;
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("ops").join(name).join("plan.sql");
    testing::check_sql(file, &review::render(scenario.migration()?));
    Ok(())
}

/// How statements begin and what they hold that read or write rows.
const READING: [&str; 12] = [
    "update ",
    "insert ",
    "delete ",
    "with ",
    "refresh ",
    "reindex ",
    "analyze ",
    "create index concurrently",
    "create unique index concurrently",
    "select max",
    "select greatest",
    "merge ",
];
const READING_WITHIN: [&str; 6] = [
    "validate constraint",
    "set not null",
    " attach partition ",
    " set logged",
    " set unlogged",
    " using (",
];

/// What the server says of these may quote a value, so a plan has to say that they read rows.
fn expect_marked(migration: &Migration) -> Result<(), Failure> {
    for step in migration.changes().iter().flat_map(|change| change.steps) {
        for work in [Some(step.work), step.undo].into_iter().flatten() {
            let statements = match work {
                Work::Transaction(statements) => statements.to_vec(),
                Work::NonTransactional(alone) => vec![*alone.statement],
                Work::BuildIndex(index) => vec![*index.create],
                _ => Vec::new(),
            };
            for statement in statements.iter().filter(|statement| !statement.reads_rows) {
                let sql = statement.sql;
                let is_block = sql.starts_with("do ") || sql.starts_with("create ");
                let reads = READING.iter().any(|words| sql.starts_with(words))
                    || !is_block && READING_WITHIN.iter().any(|words| sql.contains(words));
                if reads {
                    return Err(Failure::new(format!("it reads rows and does not say so: {sql}")));
                }
            }
        }
    }
    Ok(())
}
