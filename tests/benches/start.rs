//! What a history costs where its service starts: the first run on an empty database, and each later one
//! that has nothing to do.
//!
//! `cargo bench -p changeover-tests --bench start -- 300 3000` takes histories of so many migrations.

use std::env;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use changeover::Changeover;
use changeover::migration::{Migration, Migrations, Phase, Work};
use changeover_tests::counted::Count;
use changeover_tests::fixture::Fixture;
use changeover_tests::measured::Measured;
use changeover_tests::sample::{change, exclusive, migration, step, unlocked};
use changeover_tests::{Failure, block_on};

/// How often each is done.
const TIMES: usize = 9;

/// A table has so many columns.
const COLUMNS: usize = 50;

fn main() -> ExitCode {
    let sizes: Vec<usize> = env::args().filter_map(|argument| argument.parse().ok()).collect();
    match block_on(measure(if sizes.is_empty() { &[300] } else { &sizes })) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:?}");
            ExitCode::FAILURE
        }
    }
}

async fn measure(sizes: &[usize]) -> Result<(), Failure> {
    let mut measured = Measured::of("start");
    for size in sizes {
        let fixture = Fixture::new("bench_start").await?;
        let (history, variant) = (history(*size), format!("{size} migrations"));
        let count = Arc::new(Count::default());
        let mut runner = counting(&fixture, &history, &count).await?;
        let started = Instant::now();
        runner.migrate().await?;
        let each = started.elapsed() / u32::try_from(*size).unwrap_or(u32::MAX);
        measured.add("first run, each migration", &variant, "ms", milliseconds(each));
        let (_, sent) = count.take();
        measured.add("first run, each migration", &variant, "statements", number(sent / size));
        for _ in 0..TIMES {
            let mut runner = counting(&fixture, &history, &count).await?;
            count.take();
            let started = Instant::now();
            runner.migrate().await?;
            measured.add("nothing to do", &variant, "ms", milliseconds(started.elapsed()));
            measured.add("nothing to do", &variant, "statements", number(count.take().1));
        }
        for _ in 0..TIMES {
            let mut runner = counting(&fixture, &history, &count).await?;
            let started = Instant::now();
            runner.status().await?;
            measured.add("status", &variant, "ms", milliseconds(started.elapsed()));
        }
    }
    measured.publish().map_err(|error| Failure::new(error.to_string()))?;
    Ok(())
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// So many migrations, each of which adds a column.
fn history(size: usize) -> Migrations {
    let mut migrations: Vec<&'static Migration> = Vec::new();
    for number in 0..size {
        let table = format!("public.t{}", number / COLUMNS);
        let (make, drop) = if number % COLUMNS == 0 {
            (format!("create table {table} (id bigint)"), format!("drop table {table}"))
        } else {
            let alter = format!("alter table {table}");
            (format!("{alter} add column c{number} integer"), format!("{alter} drop c{number}"))
        };
        let [make, drop] = [make, drop].map(|text| &*Box::leak(text.into_boxed_str()));
        let make = Work::Transaction(Box::leak(Box::new([unlocked(make)])));
        let drop = Work::Transaction(Box::leak(Box::new([exclusive(drop)])));
        let steps = Box::leak(Box::new([step(Phase::Expand, make, Some(drop))]));
        let changes = Box::leak(Box::new([change("add_column", steps)]));
        let id = Box::leak(format!("m{number:04}_change").into_boxed_str());
        let parent = migrations.last().map(|parent| parent.id);
        migrations.push(Box::leak(Box::new(migration(id, parent, changes))));
    }
    Migrations { migrations: migrations.leak(), schema: &[], names: &[] }
}

async fn counting(
    fixture: &Fixture,
    history: &Migrations,
    count: &Arc<Count>,
) -> Result<Changeover, Failure> {
    Ok(Fixture::builder(history).connector(count.connector(fixture.url())).await?)
}
