//! The order of a rehearsal: what precedes, each migration as a release of its own, and the end.

mod checks;
mod checksums;
mod filling;
mod release;
mod runs;
mod shapes;
mod way_back;

use crate::changeover::Changeover;
use crate::migration::{Migration, Migrations};
use crate::outcome::error::{Detail, Error, ErrorKind};
use crate::outcome::status::State;
use crate::testing::rehearsal::guard;
use crate::testing::rehearsal::setup::Setup;
use crate::testing::rehearsal::stage::{Stage, execute};

/// Returns the place of the migration that is rehearsed first.
pub(super) async fn first(setup: &Setup, database: &str) -> Result<usize, Error> {
    let mut builder = Changeover::builder(&setup.history);
    if let Some(app) = &setup.app {
        builder = builder.app(app);
    }
    let known = setup.seed_after.iter().map(|(id, _)| id).chain(&setup.since);
    if let Some(id) = known.into_iter().find(|id| setup.history.get(id).is_none()) {
        return Err(Error::new(Detail::UnknownMigration { id: id.clone() }));
    }
    let status = builder.connect(database).await?.status().await?;
    let is_pending = |one: &Migration| {
        let known = status.migrations.iter().find(|known| known.id == one.id);
        known.is_none_or(|known| known.state == State::Pending)
    };
    let all = setup.history.migrations;
    let pending = all.iter().position(|one| is_pending(one)).unwrap_or(all.len());
    if let Some(since) = &setup.since {
        let place = all.iter().position(|one| one.id == since).unwrap_or(all.len());
        if place < pending {
            return Err(guard::refused(&format!("`{since}` has run in it")));
        }
        return Ok(place);
    }
    // In a database in which nothing has run there is nobody to disturb.
    let is_new = |one: &&Migration| one.baseline.is_some();
    let first = if pending == 0 { 1.min(all.len()) } else { pending };
    Ok(first + all.iter().skip(first).take_while(|one| is_new(one)).count())
}

/// Rehearses all from that place on. What it fails with ends it; problems do not.
pub(super) async fn all(stage: &mut Stage<'_>, first: usize) -> Result<(), Error> {
    let history = stage.setup.history;
    precede(stage, &history, first).await?;
    let rest = history.migrations.get(first..).unwrap_or_default();
    stage.found.migrations = rest.iter().map(|one| one.id.to_owned()).collect();
    let before = way_back::schema(stage).await?;
    if rest.is_empty() {
        stage.left_out("nothing is pending in this database".to_owned());
    }
    for (place, migration) in history.migrations.iter().enumerate().skip(first) {
        stage.pass()?;
        let ends = release::of(stage, &history, place).await?;
        stage.clear().await;
        if let Some(why) = ends {
            let later = history.migrations.iter().skip(place + 1);
            later.for_each(|later| stage.left_out(format!("`{}`: {why}", later.id)));
            return Ok(());
        }
        seed(stage, seeds_after(stage.setup, migration.id)).await?;
    }
    checks::at_the_end(stage, &history, &before).await
}

/// Runs what comes before, without clients.
async fn precede(stage: &mut Stage<'_>, history: &Migrations, first: usize) -> Result<(), Error> {
    let setup = stage.setup;
    let before = history.migrations.get(..first).unwrap_or_default();
    let seeded = |one: &&&'static Migration| setup.seed_after.iter().any(|(id, _)| id == one.id);
    let stops: Vec<&Migration> =
        before.iter().filter(seeded).chain(before.last()).copied().collect();
    for migration in stops {
        let Some(part) = history.until(migration.id) else { continue };
        let mut changeover = stage.changeover(&part).await?;
        changeover.migrate().await?;
        changeover.migrate().await?;
        match changeover.contract().await {
            Err(error) if error.kind() == ErrorKind::GateHeld => {
                stage.note(format!("what precedes waits: {}", error.report()));
            }
            outcome => drop(outcome?),
        }
        seed(stage, seeds_after(setup, migration.id)).await?;
    }
    seed(stage, setup.seed.iter().collect()).await
}

fn seeds_after<'s>(setup: &'s Setup, id: &str) -> Vec<&'s String> {
    setup.seed_after.iter().filter(|(after, _)| after == id).map(|(_, sql)| sql).collect()
}

/// Fills tables, and lets the server know what they have.
async fn seed(stage: &Stage<'_>, seeds: Vec<&String>) -> Result<(), Error> {
    for sql in &seeds {
        execute(&stage.users, sql).await?;
    }
    if seeds.is_empty() { Ok(()) } else { execute(&stage.users, "analyze").await }
}
