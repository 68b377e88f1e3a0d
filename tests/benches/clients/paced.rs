//! Clients that ask at a fixed rate, and how long each of their requests took from when it was due.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use changeover_tests::measured::Measured;
use changeover_tests::{Failure, connect};
use tokio::task::JoinHandle;
use tokio_postgres::{Client, Statement};

use crate::histories::Queries;

/// Clients that share a rate.
pub(crate) struct Paced {
    stop: Arc<AtomicBool>,
    seen: Arc<Seen>,
    tasks: Vec<JoinHandle<Result<(), Failure>>>,
}

/// What has been seen since it was last asked.
#[derive(Default)]
struct Seen {
    took: Mutex<Vec<Duration>>,
    errors: AtomicU64,
}

impl Paced {
    /// So many clients, which ask so often a second together, each of a build of its own in turn.
    pub(crate) fn start(
        url: &str,
        (clients, rate): (u32, u32),
        builds: &[Queries],
        rows: u32,
    ) -> Paced {
        let (stop, seen) = (Arc::new(AtomicBool::new(false)), Arc::new(Seen::default()));
        let every = Duration::from_secs(1) * clients / rate;
        let tasks = (0..clients).zip(builds.iter().cycle()).map(|(number, build)| {
            let (url, stop, seen, build) = (url.to_owned(), stop.clone(), seen.clone(), *build);
            let first = every * number / clients;
            tokio::spawn(async move { ask(&url, build, (first, every), rows, &stop, &seen).await })
        });
        let tasks = tasks.collect();
        Paced { stop, seen, tasks }
    }

    /// Forgets what was seen until now.
    pub(crate) fn begin(&self) -> Instant {
        self.seen.took.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.seen.errors.store(0, Ordering::Relaxed);
        Instant::now()
    }

    /// Adds what was seen since it began, and returns p99 in milliseconds.
    pub(crate) fn end(
        &self,
        measured: &mut Measured,
        what: &str,
        phase: &str,
        began: Instant,
    ) -> f64 {
        let seconds = began.elapsed().as_secs_f64();
        let took =
            std::mem::take(&mut *self.seen.took.lock().unwrap_or_else(PoisonError::into_inner));
        let mut took: Vec<f64> = took.iter().map(|one| one.as_secs_f64() * 1e3).collect();
        took.sort_by(f64::total_cmp);
        let at = |share: f64| {
            let last = took.len().saturating_sub(1);
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                clippy::cast_precision_loss
            )]
            let index = (last as f64 * share).round() as usize;
            took.get(index).copied().unwrap_or_default()
        };
        #[expect(clippy::cast_precision_loss)]
        let (count, errors) = (took.len() as f64, self.seen.errors.load(Ordering::Relaxed) as f64);
        measured.add(what, &format!("{phase}: p50"), "ms", at(0.5));
        measured.add(what, &format!("{phase}: p99"), "ms", at(0.99));
        measured.add(what, &format!("{phase}: longest"), "ms", at(1.0));
        measured.add(what, &format!("{phase}: requests"), "1/s", count / seconds);
        measured.add(what, &format!("{phase}: errors"), "", errors);
        at(0.99)
    }

    pub(crate) async fn stop(self) -> Result<(), Failure> {
        self.stop.store(true, Ordering::Relaxed);
        for task in self.tasks {
            task.await.map_err(|error| Failure::new(error.to_string()))??;
        }
        Ok(())
    }
}

async fn ask(
    url: &str,
    build: Queries,
    (first, every): (Duration, Duration),
    rows: u32,
    stop: &AtomicBool,
    seen: &Seen,
) -> Result<(), Failure> {
    let mut prepared = None;
    let mut due = Instant::now() + first;
    while !stop.load(Ordering::Relaxed) {
        tokio::time::sleep_until(due.into()).await;
        let row = i64::from(fastrand::u32(1..=rows));
        let outcome = match prepared.take() {
            Some(session) => Ok(session),
            None => prepare(url, build).await,
        };
        match outcome {
            Ok(session) => match request(&session, row).await {
                Ok(()) => {
                    let mut took = seen.took.lock().unwrap_or_else(PoisonError::into_inner);
                    took.push(due.elapsed());
                    prepared = Some(session);
                }
                Err(error) => told(seen, &error.to_string()),
            },
            Err(error) => told(seen, &format!("{error:?}")),
        }
        due += every;
    }
    Ok(())
}

fn told(seen: &Seen, error: &str) {
    if seen.errors.fetch_add(1, Ordering::Relaxed) == 0 {
        eprintln!("the first error: {error}");
    }
}

async fn prepare(url: &str, build: Queries) -> Result<(Client, [Statement; 2]), Failure> {
    let client = connect(url, "client").await?;
    let statements = [client.prepare(build.read).await?, client.prepare(build.write).await?];
    Ok((client, statements))
}

async fn request(
    (client, [read, write]): &(Client, [Statement; 2]),
    row: i64,
) -> Result<(), tokio_postgres::Error> {
    client.query(read, &[&row]).await?;
    client.execute(write, &[&row]).await.map(drop)
}
