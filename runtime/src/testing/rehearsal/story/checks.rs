//! What has to hold while both shapes are there, and at the end.

use crate::catalog::declaration::Declaration;
use crate::migration::{Migration, Migrations};
use crate::outcome::comparison::Difference;
use crate::outcome::error::Error;
use crate::session::executor::SqlError;
use crate::session::shown::shown;
use crate::session::sqlstate::{UNDEFINED_COLUMN, UNDEFINED_FUNCTION, UNDEFINED_TABLE};
use crate::settings::verify::Verify;
use crate::testing::rehearsal::clients::build::Age;
use crate::testing::rehearsal::found::outcome::{Problem, ProblemKind};
use crate::testing::rehearsal::stage::Stage;

/// So many rows that differ are shown.
const SHOWN: usize = 5;

/// Something that a query names is not there.
const MISSING: [&str; 3] = [UNDEFINED_COLUMN, UNDEFINED_FUNCTION, UNDEFINED_TABLE];

/// Both shapes are there, and the clients of both builds have written.
pub(super) async fn both_shapes(
    stage: &mut Stage<'_>,
    history: &Migrations,
    migration: &'static Migration,
) -> Result<(), Error> {
    invariants(stage, migration.id).await;
    let verify = Verify::default().shown(SHOWN);
    let shapes = stage.changeover(history).await?.verify(&verify).await?;
    if !shapes.agrees() {
        let what =
            format!("an old and a new shape do not agree:\n{}", shapes.to_string().trim_end());
        let help = "look at these rows: an expression of the change gives another value than its way \
                    back, or somebody else writes the columns";
        stage.problem(ProblemKind::Shapes, migration.id, (what, help));
    }
    for one in shapes.unverified {
        stage.left_out(format!("whether {} agree: {}", one.what, one.why));
    }
    Ok(())
}

/// Asks the queries that must give no row.
pub(super) async fn invariants(stage: &mut Stage<'_>, migration: &str) {
    for (at, sql) in stage.setup.none.iter().enumerate() {
        let asked = format!("select pg_catalog.count(*) from (select from ({sql}) q limit 1000) q");
        let outcome = match stage.users.query_one(&asked, &[]).await {
            Ok(row) => Ok(row.get::<_, i64>(0)),
            Err(error) => Err(SqlError::from(error)),
        };
        let outcome = match outcome {
            Ok(count) => {
                if count > 0 {
                    let rows = if count == 1000 {
                        "1000 rows or more".to_owned()
                    } else {
                        format!("{count} rows")
                    };
                    wrong(stage, migration, sql, &rows);
                }
                Ok(())
            }
            Err(error) if error.code().is_some_and(|code| MISSING.contains(&code)) => {
                Err(error.to_string())
            }
            Err(error) => {
                wrong(stage, migration, sql, &format!("an error, {error}"));
                Ok(())
            }
        };
        if let Some(known) = stage.asked.get_mut(at).filter(|known| known.is_err()) {
            *known = outcome;
        }
    }
}

fn wrong(stage: &mut Stage<'_>, migration: &str, sql: &str, what: &str) {
    let is_known = |one: &&Problem| {
        one.kind == ProblemKind::Invariant
            && one.migration == migration
            && one.statement.as_deref() == Some(&*shown(sql))
    };
    if stage.found.problems.iter().any(|one| is_known(&one)) {
        return;
    }
    let what = format!("a query that must give no row gives {what}");
    let help =
        "look at these rows: the fill or a trigger of the change writes what you do not expect";
    stage.problem(ProblemKind::Invariant, migration, (what, help));
    if let Some(last) = stage.found.problems.last_mut() {
        last.statement = Some(shown(sql));
    }
}

/// A query of the user's that a build cannot send.
pub(super) fn unfit(
    stage: &mut Stage<'_>,
    age: Age,
    migration: &Migration,
    (sql, why): (&str, &str),
) {
    if age == Age::Old {
        let id = migration.id;
        let note = format!(
            "an old query is not one of builds from before `{id}`, {why}: `{}`",
            shown(sql)
        );
        return stage.left_out(note);
    }
    let what = format!("a query of new builds cannot be prepared once `migrate` is done: {why}");
    let help = "new builds are deployed then: the query has to fit that shape";
    stage.problem(ProblemKind::Client, migration.id, (what, help));
    if let Some(last) = stage.found.problems.last_mut() {
        last.statement = Some(shown(sql));
    }
}

/// Everything has run.
pub(super) async fn at_the_end(
    stage: &mut Stage<'_>,
    history: &Migrations,
    before: &[Declaration],
) -> Result<(), Error> {
    let Some(head) = history.head() else { return Ok(()) };
    if stage.found.migrations.is_empty() {
        return Ok(());
    }
    invariants(stage, head.id).await;
    let never: Vec<(String, String)> = stage
        .setup
        .none
        .iter()
        .zip(&stage.asked)
        .filter_map(|(sql, asked)| Some((sql.clone(), asked.clone().err()?)))
        .collect();
    for (sql, why) in never {
        stage.left_out(format!(
            "a query that must give no row was never asked, {why}: `{}`",
            shown(&sql)
        ));
    }
    let mut comparison = stage.changeover(history).await?.check().await?;
    // What nobody declared and was there before is nothing that a migration left.
    let was_there = |one: &Difference| {
        one.declared.is_none() && before.iter().any(|other| Some(&other.text) == one.found.as_ref())
    };
    for one in comparison.differences.extract_if(.., |one| was_there(one)) {
        stage.note(format!("{} was there before, and is not declared", one.object));
    }
    if !comparison.is_clean() {
        let what = format!("the database is not what the code declares:\n{comparison}");
        let help = "mend the declaration, or the migration that leaves this behind";
        stage.problem(ProblemKind::Drift, head.id, (what, help));
    }
    if !comparison.under_way.is_empty() {
        stage.left_out(format!(
            "the comparison with the code of {} objects that contracts to come change: declare the \
             contracts, and rehearse that release too",
            comparison.under_way.len()
        ));
    }
    Ok(())
}
