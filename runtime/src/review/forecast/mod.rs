//! What is pending, held against a database or against statistics of one: how much each step is, and
//! how long it takes.

mod cost;
mod past;
mod rights;
pub(crate) mod scene;
mod sizes;
pub(crate) mod statistics;
#[cfg(feature = "cli")]
pub(crate) mod stats_file;

use std::collections::BTreeSet;

use crate::migration::text::plan_text;
use crate::migration::{Change, Course, Migration, Migrations, Phase, Step};
use crate::outcome::error::Error;
use crate::outcome::forecast::{
    Forecast, MigrationForecast, PhaseForecast, StepForecast, TableForecast,
};
use crate::outcome::status::State;
use crate::record::ledger::Ledger;
use crate::review::forecast::cost::{Cost, cost};
use crate::review::forecast::past::Past;
use crate::review::forecast::scene::Scene;
use crate::review::forecast::sizes::Sizes;
use crate::review::forecast::statistics::Statistics;
use crate::session::executor::Executor;
use crate::work::touched::{Earlier, Touched};
use crate::work::touched_by;

/// Reads, in the transaction that the session is in, what is pending and how much it is. What holds the
/// switches and contracts is told by `held`.
pub(crate) async fn read(
    executor: &mut dyn Executor,
    history: &Migrations,
    ledger: &Ledger,
    held: impl Fn(&'static Migration, Phase) -> Vec<String>,
) -> Result<Forecast, Error> {
    let pending: Vec<(&'static Migration, Vec<Phase>)> =
        history.migrations.iter().map(|one| (*one, phases_left(ledger, one))).collect();
    let steps = pending.iter().flat_map(|(migration, phases)| {
        phases.iter().flat_map(|phase| left(ledger, migration, *phase))
    });
    let steps: Vec<&'static Step> = steps.map(|(_, _, step)| step).collect();
    let touched = touched_by(&steps, &mut Earlier::default());
    let sizes = Sizes::read(executor, &names(&touched)).await?;
    let missing_rights = rights::missing(&sizes, &touched);
    let scene = Scene::asked(sizes, Past::read(executor).await?);
    let left = pending.into_iter().filter(|(_, phases)| !phases.is_empty());
    let migrations = left.map(|(migration, phases)| {
        let held = |phase| held(migration, phase);
        migration_of(&scene, ledger, migration, phases, held)
    });
    Ok(Forecast { migrations: migrations.collect(), missing_rights, findings: None })
}

fn migration_of(
    scene: &Scene,
    ledger: &Ledger,
    migration: &'static Migration,
    phases: Vec<Phase>,
    held: impl Fn(Phase) -> Vec<String>,
) -> MigrationForecast {
    let phases = phases.into_iter().map(|phase| PhaseForecast {
        phase,
        waits_for: held(phase),
        steps: left(ledger, migration, phase)
            .map(|(number, change, step)| forecast_of(scene, number, change, step))
            .collect(),
    });
    MigrationForecast {
        id: migration.id.to_owned(),
        state: ledger.state(migration.id),
        phases: phases.collect(),
        undo: undo(migration),
    }
}

/// Forecasts a history from [`Statistics`], as if nothing of it had run: what each migration is, by the
/// sizes that the tables had when these were taken. A table that they do not have, and that the migration
/// does not make itself, has no known size.
///
/// Nobody has looked for obstacles, nor at rights or gates: that takes the database.
///
/// ```
/// use changeover::review::{self, Statistics};
/// # mod m0001_users { changeover::migration! { create_table!(users { id: bigint primary_key }); } }
/// # changeover::migrations! { static MIGRATIONS = [m0001_users]; }
/// # fn main() {
/// let forecast = review::forecast(&MIGRATIONS, &Statistics::default());
/// assert_eq!(forecast.migrations.len(), 1);
/// # }
/// ```
pub fn forecast(history: &Migrations, statistics: &Statistics) -> Forecast {
    let all = history.migrations.iter();
    let migrations =
        all.map(|migration| one(migration, &Scene::of(statistics, makes(migration).collect())));
    Forecast { migrations: migrations.collect(), missing_rights: Vec::new(), findings: None }
}

/// Forecasts the whole of a migration.
pub(crate) fn one(migration: &'static Migration, scene: &Scene) -> MigrationForecast {
    let ledger = Ledger::default();
    let phases = phases_left(&ledger, migration);
    migration_of(scene, &ledger, migration, phases, |_| Vec::new())
}

/// The relations that a migration makes.
pub(crate) fn makes(migration: &'static Migration) -> impl Iterator<Item = &'static str> {
    let made = migration.changes().iter().flat_map(|change| change.makes);
    made.filter(|made| made.part.is_empty()).map(|made| made.name)
}

/// Reads, in the transaction that the session is in, the [`Statistics`] of all tables that the history
/// names, or of all that the database has.
pub(crate) async fn read_statistics(
    executor: &mut dyn Executor,
    history: &Migrations,
    all: bool,
) -> Result<Statistics, Error> {
    let steps = history.migrations.iter().flat_map(|migration| migration.changes());
    let steps: Vec<&'static Step> = steps.flat_map(|change| change.steps).collect();
    let touched = touched_by(&steps, &mut Earlier::default());
    // Each once: sizes are summed by name.
    let mut tables: BTreeSet<String> = names(&touched).into_iter().map(str::to_owned).collect();
    if all {
        tables.extend(statistics::all_tables(executor).await?);
    }
    let tables: Vec<&str> = tables.iter().map(String::as_str).collect();
    let sizes = Sizes::read(executor, &tables).await?;
    let past = Past::read(executor).await?;
    statistics::taken(executor, sizes.statistics(), past.rate).await
}

fn names(touched: &Touched) -> Vec<&'static str> {
    touched.locks.iter().map(|lock| lock.table).collect()
}

fn forecast_of(
    scene: &Scene,
    number: usize,
    change: &'static Change,
    step: &'static Step,
) -> StepForecast {
    let touched = touched_by(&[step], &mut Earlier::default());
    let locks = touched.locks.iter();
    let Cost { rows, growth, wal, takes } = cost(scene, change, step);
    StepForecast {
        number,
        operation: change.operation,
        subject: change.subject,
        why: step.why,
        sql: plan_text(&step.work),
        locks: locks.map(|lock| TableForecast { table: lock.table, mode: lock.mode }).collect(),
        rows,
        growth,
        wal,
        takes,
    }
}

/// The phases of a migration that have something to do.
fn phases_left(ledger: &Ledger, migration: &'static Migration) -> Vec<Phase> {
    let state = ledger.state(migration.id);
    let is_left = |phase: &Phase| {
        // What is being taken back is begun anew by the next run.
        let is_behind = state >= phase.done() && state != State::Undoing;
        !is_behind && left(ledger, migration, *phase).next().is_some()
    };
    Phase::ALL.into_iter().filter(is_left).collect()
}

/// The steps of a phase that have not been done and do something on the way forward.
fn left(
    ledger: &Ledger,
    migration: &'static Migration,
    phase: Phase,
) -> impl Iterator<Item = (usize, &'static Change, &'static Step)> {
    let recorded = ledger.get(migration.id).cloned();
    let steps = migration
        .changes()
        .iter()
        .flat_map(|change| change.steps.iter().map(move |step| (change, step)));
    let of_phase = steps.filter(move |(_, step)| step.phase == phase).enumerate();
    of_phase.map(|(index, (change, step))| (index + 1, change, step)).filter(
        move |(number, _, step)| {
            let known = recorded.as_ref().and_then(|one| one.step(phase, *number));
            step.course != Course::BackOnly && known.is_none_or(|known| !known.state.is_behind())
        },
    )
}

fn undo(migration: &Migration) -> String {
    if migration.baseline.is_some() {
        return "none: a baseline says what was there before".to_owned();
    }
    let end = if migration.has_contract() { "its contract or " } else { "" };
    let id = migration.id;
    format!("`undo {id}`, until {end}a later migration has begun")
}
