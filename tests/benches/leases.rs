//! What instances cost that hold leases: at rest, and behind a gate that an older one holds.
//!
//! `cargo bench -p changeover-tests --bench leases -- 200 60` is of so many instances, for so many seconds
//! each.

use std::env;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use changeover::{Changeover, Gate, Lease, Migrations};
use changeover_tests::counted::Count;
use changeover_tests::fixture::Fixture;
use changeover_tests::measured::Measured;
use changeover_tests::sample::RENAME_HISTORY;
use changeover_tests::{Failure, block_on, fail};

fn main() -> ExitCode {
    let asked: Vec<u32> = env::args().filter_map(|argument| argument.parse().ok()).collect();
    let [instances, seconds] =
        [(0, 150), (1, 60)].map(|(at, usual)| *asked.get(at).unwrap_or(&usual));
    match block_on(measure(instances, Duration::from_secs(seconds.into()))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:?}");
            ExitCode::FAILURE
        }
    }
}

async fn measure(instances: u32, time: Duration) -> Result<(), Failure> {
    let mut measured = Measured::of("leases");
    let fixture = Fixture::new("bench_leases").await?;
    let Some(renamed) = RENAME_HISTORY.until("m0002_rename") else { fail!("no such migration") };
    fixture.runner(&renamed).await?.migrate().await?;
    let count = Arc::new(Count::default());
    let older = held(&fixture, &renamed, &count, 1).await?;
    let resting = held(&fixture, &renamed, &count, instances).await?;
    counted("nothing happens", &count, (instances, time), &mut measured).await;
    for lease in resting {
        lease.release().await;
    }
    let newer = Fixture::builder(&RENAME_HISTORY).gate(Gate::default());
    let newer = newer.connect(fixture.url()).await?.migrate().await?;
    if newer.waiting.is_empty() {
        fail!("no gate is held");
    }
    let behind = held(&fixture, &RENAME_HISTORY, &count, instances).await?;
    counted("behind a held gate", &count, (instances, time), &mut measured).await;
    measured.publish().map_err(|error| Failure::new(error.to_string()))?;
    for lease in behind.into_iter().chain(older) {
        lease.release().await;
    }
    Ok(())
}

async fn held(
    fixture: &Fixture,
    history: &Migrations,
    count: &Arc<Count>,
    instances: u32,
) -> Result<Vec<Lease>, Failure> {
    let mut leases = Vec::new();
    for _ in 0..instances {
        let connector = count.connector(fixture.url());
        let builder = Changeover::builder(history).app("harness").gate(Gate::default());
        leases.push(builder.connector(connector).await?.hold_lease().await?);
    }
    Ok(leases)
}

async fn counted(
    what: &str,
    count: &Count,
    (instances, time): (u32, Duration),
    measured: &mut Measured,
) {
    // What comes of the start is over by then.
    tokio::time::sleep(time / 4).await;
    count.take();
    tokio::time::sleep(time).await;
    let (sessions, statements) = count.take();
    let [sessions, statements] = [sessions, statements]
        .map(|number| f64::from(u32::try_from(number).unwrap_or(u32::MAX)) / time.as_secs_f64());
    let variant = format!("{instances} instances");
    measured.add(what, &variant, "statements/s", statements);
    measured.add(what, &variant, "statements/s of each", statements / f64::from(instances));
    measured.add(what, &variant, "new sessions/s", sessions);
}
