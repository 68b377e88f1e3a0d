//! The clients of the service: rate-limited, and nothing that goes wrong is lost.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::watch,
    task::JoinHandle,
    time::{Instant, interval},
};
use tokio_postgres::{Client, NoTls, Statement};

use crate::{
    Result,
    ledger::{Inserted, Ledger, name},
};

const PERIOD: Duration = Duration::from_millis(20);

/// Which shape of the table a client was compiled for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Build {
    Old,
    New,
}

/// One request.
pub(crate) struct Sample {
    /// When it was due: a client that is held up counts what it should have sent meanwhile.
    pub(crate) due: Instant,
    pub(crate) latency: Duration,
    pub(crate) error: Option<String>,
}

/// The clients that run, and what those that ran have seen.
pub(crate) struct Fleet {
    url: String,
    ledger: Arc<Ledger>,
    running: Vec<Running>,
    samples: Vec<Sample>,
}

struct Running {
    build: Build,
    stop: watch::Sender<bool>,
    task: JoinHandle<Vec<Sample>>,
}

impl Fleet {
    pub(crate) fn new(url: &str, ledger: Arc<Ledger>) -> Self {
        Self { url: url.to_owned(), ledger, running: Vec::new(), samples: Vec::new() }
    }

    pub(crate) async fn start(&mut self, build: Build, count: usize) -> Result<()> {
        for _ in 0..count {
            let session = Session::connect(&self.url, build).await?;
            let (stop, stopped) = watch::channel(false);
            let task = tokio::spawn(session.run(Arc::clone(&self.ledger), stopped));
            self.running.push(Running { build, stop, task });
        }
        Ok(())
    }

    /// Lets clients end, each after the request that it is at.
    pub(crate) async fn stop(&mut self, build: Build, count: usize) -> Result<()> {
        let leaving: Vec<Running> =
            self.running.extract_if(.., |client| client.build == build).take(count).collect();
        for client in leaving {
            client.stop.send_replace(true);
            self.samples.extend(client.task.await?);
        }
        Ok(())
    }

    pub(crate) fn into_samples(self) -> Vec<Sample> {
        self.samples
    }
}

/// A connection of the service, with the statements that its build prepares.
struct Session {
    client: Client,
    build: Build,
    read: Statement,
    update: Statement,
    insert: Statement,
}

impl Session {
    async fn connect(url: &str, build: Build) -> Result<Self> {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
        // An error of the connection reaches the next request, which counts it.
        drop(tokio::spawn(connection));
        let [read, update, insert] = match build {
            Build::Old => [
                "select username from users where id = $1",
                "update users set username = $2 where id = $1",
                "insert into users (username) values ($1) returning id",
            ],
            Build::New => [
                "select display_name from users where id = $1",
                "update users set display_name = $2 where id = $1",
                "insert into users (display_name, plan) values ($1, 'pro') returning id",
            ],
        };
        let read = client.prepare(read).await?;
        let update = client.prepare(update).await?;
        let insert = client.prepare(insert).await?;
        Ok(Self { client, build, read, update, insert })
    }

    async fn run(self, ledger: Arc<Ledger>, mut stopped: watch::Receiver<bool>) -> Vec<Sample> {
        let mut samples = Vec::new();
        let mut ticks = interval(PERIOD);
        loop {
            let due = tokio::select! {
                biased;
                _ = stopped.changed() => return samples,
                due = ticks.tick() => due,
            };
            let error = self.request(&ledger).await.err().map(|error| error.to_string());
            samples.push(Sample { due, latency: due.elapsed(), error });
        }
    }

    async fn request(&self, ledger: &Ledger) -> Result<()> {
        match fastrand::u8(..10) {
            0 => self.insert(ledger).await,
            1..=4 => self.update(ledger).await,
            _ => self.read(ledger).await,
        }
    }

    async fn read(&self, ledger: &Ledger) -> Result<()> {
        let (id, version) = ledger.any_row().await;
        let row = self.client.query_one(&self.read, &[&id]).await.map_err(|error| plain(&error))?;
        let read: Option<String> = row.try_get(0)?;
        let written = name(id, *version);
        if read.as_deref() == Some(written.as_str()) {
            return Ok(());
        }
        Err(format!("a read gives something else than what was written last: row {id}").into())
    }

    async fn update(&self, ledger: &Ledger) -> Result<()> {
        let (id, mut version) = ledger.any_row().await;
        let next = *version + 1;
        let touched = self.client.execute(&self.update, &[&id, &name(id, next)]).await;
        if touched.map_err(|error| plain(&error))? != 1 {
            return Err(format!("an update found no row {id}").into());
        }
        *version = next;
        Ok(())
    }

    async fn insert(&self, ledger: &Ledger) -> Result<()> {
        let name = format!("new user {:08x}", fastrand::u32(..));
        let row =
            self.client.query_one(&self.insert, &[&name]).await.map_err(|error| plain(&error))?;
        let plan = if self.build == Build::New { "pro" } else { "free" };
        ledger.inserted(Inserted { id: row.try_get(0)?, name, plan });
        Ok(())
    }
}

/// The server's own message, without which every error reads `db error`.
fn plain(error: &tokio_postgres::Error) -> String {
    error.as_db_error().map_or_else(|| error.to_string(), |error| error.message().to_owned())
}
