//! What a service's tests assert of its history, beside its review files.

use std::path::Path;

use super::snapshot::difference;
use crate::changeover::builder::Builder;
use crate::migration::Migrations;
use crate::outcome::report::HeldGate;
use crate::outcome::status::State;

/// Asserts that `<dir>/<id>.sql` shows the plan of each migration, and that no other `.sql` file is there.
///
/// It writes nothing, whatever `UPDATE_SQL` says: it is for a check that has to fail, such as that of a
/// pull request. [`review_files`](super::review_files) is the same for a working copy.
///
/// ```no_run
/// # static MIGRATIONS: changeover::Migrations =
/// #     changeover::Migrations { migrations: &[], schema: &[], names: &[] };
/// #[test]
/// fn the_plans_are_reviewed() {
///     changeover::testing::assert_reviewed(&MIGRATIONS, "src/migrations/sql");
/// }
/// ```
///
/// # Panics
///
/// With a diff of every file that is missing or differs.
#[track_caller]
pub fn assert_reviewed(history: &Migrations, dir: impl AsRef<Path>) {
    let problems = difference(history, dir.as_ref());
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
}

/// Asserts that a database is where the history is: nothing of it is pending there, but for switches and
/// contracts that no migration declares yet and for what is left to the background, and what
/// [`check`](crate::Changeover::check) compares is as it is declared. It changes nothing that stays.
///
/// It is for a database that a test has migrated, or a copy of a real one. It is given the history, or a
/// [`Builder`] where the service has a name of its own: `Changeover::builder(&MIGRATIONS).app("accounts")`.
///
/// ```no_run
/// # static MIGRATIONS: changeover::Migrations =
/// #     changeover::Migrations { migrations: &[], schema: &[], names: &[] };
/// # async fn example(url: &str) -> Result<(), changeover::Error> {
/// use changeover::{Changeover, testing};
///
/// Changeover::builder(&MIGRATIONS).connect(url).await?.migrate().await?;
/// testing::assert_up_to_date(&MIGRATIONS, url).await;
/// # Ok(())
/// # }
/// ```
///
/// # Panics
///
/// With what is pending, or with each difference and how it is mended; and where the database cannot be
/// read, or a declaration cannot be built there for the comparison.
pub async fn assert_up_to_date(builder: impl Into<Builder>, url: &str) {
    if let Err(problem) = up_to_date(builder.into(), url).await {
        panic!("{problem}");
    }
}

async fn up_to_date(builder: Builder, url: &str) -> Result<(), String> {
    let said = |error: crate::Error| error.in_full();
    let history = *builder.history();
    let mut changeover = builder.connect(url).await.map_err(said)?;
    let status = changeover.status().await.map_err(said)?;
    let state = |id: &str| status.migrations.iter().find(|known| known.id == id);
    let pending = history.migrations.iter().filter_map(|migration| {
        let state = state(migration.id).map_or(State::Pending, |known| known.state);
        let is_there = state >= State::Migrated && state != State::Undoing;
        (!is_there).then(|| format!("`{}` is {state}", migration.id))
    });
    let pending: Vec<String> = pending.collect();
    if !pending.is_empty() {
        let help = "help: call `migrate`, or `up`, on it first";
        return Err(format!("the database is not up to date: {}\n{help}", pending.join(", ")));
    }
    // One that nobody has declared waits for a migration that is still to be written.
    let declared = |gate: &&HeldGate| history.declaring(&gate.migration, gate.phase).is_some();
    let gates: Vec<String> = (status.waiting.iter().filter(declared))
        .map(|gate| format!("the {} of `{}`: {}", gate.phase, gate.migration, gate.by.join("; ")))
        .collect();
    if !gates.is_empty() {
        let help = "help: call `contract` once what holds it is gone";
        return Err(format!(
            "the database is not up to date: it waits for {}\n{help}",
            gates.join(", ")
        ));
    }
    let comparison = changeover.check().await.map_err(said)?;
    if comparison.is_clean() {
        return Ok(());
    }
    Err(format!("the database is not as the history declares it\n{comparison}"))
}
