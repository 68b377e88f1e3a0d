//! What clients feel of a change in each of its phases: 16 of them, which ask 400 times a second
//! together, of the old build until the new one may serve, of both, and of the new one.
//!
//! `cargo bench -p changeover-tests --bench clients -- rename_column` is of one change alone; with `reader`
//! somebody has a transaction open for ten seconds when each begins. `nice=1` rests as long as it works, `batch=5` takes batches of
//! so many milliseconds.

mod histories;
mod paced;

use std::env;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use changeover::{Changeover, Gate, Migrations};
use changeover_tests::fixture::Fixture;
use changeover_tests::measured::Measured;
use changeover_tests::{Failure, block_on, fail};

use self::histories::{Scenario, all};
use self::paced::Paced;

const CLIENTS: (u32, u32) = (16, 400);
const ROWS: u32 = 300_000;

/// How long clients are watched where nothing is done.
const WATCHED: Duration = Duration::from_secs(8);

/// What is over at once has some more of what comes before and behind it.
const AROUND: Duration = Duration::from_secs(1);

/// For how long the reader's transaction is open.
const READS: Duration = Duration::from_secs(10);

/// How a backfill goes, where not as it does by itself.
#[derive(Clone, Copy, Default)]
struct Pace {
    nice: Option<f64>,
    batch: Option<Duration>,
}

fn main() -> ExitCode {
    let asked: Vec<String> = env::args().skip(1).filter(|one| !one.starts_with('-')).collect();
    match block_on(measure(&asked)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:?}");
            ExitCode::FAILURE
        }
    }
}

async fn measure(asked: &[String]) -> Result<(), Failure> {
    let mut measured = Measured::of("clients");
    let has_reader = asked.iter().any(|one| one == "reader");
    let number = |name: &str| asked.iter().find_map(|one| one.strip_prefix(name)?.parse().ok());
    let batch = number("batch=").and_then(|time| Duration::try_from_secs_f64(time / 1e3).ok());
    let pace = Pace { nice: number("nice="), batch };
    let scenarios = all();
    let names: Vec<&str> = scenarios.iter().map(|one| one.name).collect();
    let chosen = |one: &&Scenario| {
        let none_is = !asked.iter().any(|asked| names.contains(&asked.as_str()));
        none_is || asked.iter().any(|asked| asked == one.name)
    };
    for scenario in scenarios.iter().filter(chosen) {
        watch(scenario, has_reader, pace, &mut measured).await?;
    }
    measured.publish().map_err(|error| Failure::new(error.to_string()))?;
    Ok(())
}

async fn watch(
    scenario: &Scenario,
    has_reader: bool,
    pace: Pace,
    measured: &mut Measured,
) -> Result<(), Failure> {
    let fixture = Fixture::new("bench_clients").await?;
    migrate(&fixture, scenario, "m0001_users", Pace::default()).await?;
    let seed = format!(
        "insert into users (username, amount) select 'u' || n, n from generate_series(1, {ROWS}) n"
    );
    fixture.db.batch_execute(&seed).await?;
    fixture.db.batch_execute("vacuum analyze users").await?;
    let what =
        if has_reader { format!("{}, a reader", scenario.name) } else { scenario.name.to_owned() };
    let Scenario { old, new, .. } = *scenario;

    let clients = Paced::start(fixture.url(), CLIENTS, &[old], ROWS);
    tokio::time::sleep(AROUND).await;
    let began = clients.begin();
    tokio::time::sleep(WATCHED).await;
    let rest = clients.end(measured, &what, "at rest", began);
    let reader = has_reader.then(|| reader(&fixture));
    let began = clients.begin();
    runner(&fixture, scenario, scenario.change, Pace::default()).await?.expand().await?;
    tokio::time::sleep(AROUND).await;
    clients.end(measured, &what, "expand", began);
    let began = clients.begin();
    migrate(&fixture, scenario, scenario.change, pace).await?;
    let took = began.elapsed();
    let migrating = clients.end(measured, &what, "migrate", began);
    measured.add(&what, "migrate: p99 by that at rest", "", migrating / rest);
    measured.add(&what, "migrate: time", "s", took.as_secs_f64());
    clients.stop().await?;
    if let Some(reader) = reader {
        reader.await.map_err(|error| Failure::new(error.to_string()))??;
    }

    let clients = Paced::start(fixture.url(), CLIENTS, &[old, new], ROWS);
    tokio::time::sleep(AROUND).await;
    let began = clients.begin();
    tokio::time::sleep(WATCHED).await;
    let both = clients.end(measured, &what, "both shapes", began);
    measured.add(&what, "both shapes: p99 by that at rest", "", both / rest);
    if let Some(switch) = scenario.switch {
        let began = clients.begin();
        migrate(&fixture, scenario, switch, Pace::default()).await?;
        tokio::time::sleep(AROUND).await;
        clients.end(measured, &what, "switch", began);
    }
    clients.stop().await?;

    let clients = Paced::start(fixture.url(), CLIENTS, &[new], ROWS);
    tokio::time::sleep(AROUND).await;
    let began = clients.begin();
    runner_of(&fixture, &scenario.history, Pace::default()).await?.contract().await?;
    tokio::time::sleep(AROUND).await;
    clients.end(measured, &what, "contract", began);
    clients.stop().await
}

/// Somebody who reads in one transaction.
fn reader(fixture: &Fixture) -> tokio::task::JoinHandle<Result<(), Failure>> {
    let url = fixture.url().to_owned();
    tokio::spawn(async move {
        let client = changeover_tests::connect(&url, "reader").await?;
        let began = Instant::now();
        client
            .batch_execute("begin isolation level repeatable read; select count(*) from users")
            .await?;
        tokio::time::sleep(READS.saturating_sub(began.elapsed())).await;
        client.batch_execute("commit").await?;
        Ok(())
    })
}

async fn migrate(
    fixture: &Fixture,
    scenario: &Scenario,
    until: &str,
    pace: Pace,
) -> Result<(), Failure> {
    let mut runner = runner(fixture, scenario, until, pace).await?;
    if scenario.switch == Some(until) {
        runner.contract().await?;
    } else {
        runner.migrate().await?;
    }
    Ok(())
}

async fn runner(
    fixture: &Fixture,
    scenario: &Scenario,
    until: &str,
    pace: Pace,
) -> Result<Changeover, Failure> {
    let Some(history) = scenario.history.until(until) else { fail!("no such migration") };
    runner_of(fixture, &history, pace).await
}

async fn runner_of(
    fixture: &Fixture,
    history: &Migrations,
    pace: Pace,
) -> Result<Changeover, Failure> {
    let mut builder = Fixture::builder(history).gate(Gate::Manual);
    if let Some(nice) = pace.nice {
        builder = builder.nice(nice);
    }
    if let Some(batch) = pace.batch {
        builder = builder.batch_time(batch);
    }
    Ok(builder.connect(fixture.url()).await?)
}
