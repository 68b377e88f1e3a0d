//! What the tests of the runner share: a seeded database, a process to kill, a condition to wait
//! for.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use changeover::testing::{Database, Server};
use changeover::{Builder, Changeover, Gate, Migrations};

use crate::traffic::Traffic;
use crate::{Client, Failure, Ledger, catalog, connect, fail};

/// Only a test that is going to fail waits that long.
const PATIENCE: Duration = Duration::from_mins(1);

/// A database, and what is done in it.
pub struct Fixture {
    /// A connection for the test itself.
    pub db: tokio_postgres::Client,
    url: String,
    database: Database,
}

impl Fixture {
    /// An empty database.
    pub async fn new(name: &str) -> Result<Self, Failure> {
        Fixture::on(Server::shared().await?, name).await
    }

    /// An empty database of a server of the test's own.
    pub async fn on(server: &Server, name: &str) -> Result<Self, Failure> {
        let database = server.database(name).await?;
        let url = database.url().to_owned();
        Ok(Fixture { db: connect(&url, "fixture").await?, url, database })
    }

    /// A table `users` with so many rows.
    pub async fn with_users(name: &str, rows: u32) -> Result<Self, Failure> {
        Fixture::new(name).await?.users(rows).await
    }

    /// Makes a table `users` with so many rows.
    pub async fn users(self, rows: u32) -> Result<Self, Failure> {
        let Some(base) = crate::sample::RENAME_HISTORY.until("m0001_base") else {
            fail!("the sample has no base")
        };
        self.runner(&base).await?.migrate().await?;
        let seed = format!(
            "insert into users (username) select 'u' || n from generate_series(1, {rows}) n"
        );
        self.db.batch_execute(&seed).await?;
        Ok(self)
    }

    /// The database's address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The same database on a server that was started again, or that takes the place of the first.
    pub async fn follow(&mut self, server: &Server) -> Result<(), Failure> {
        self.url = server.url(self.database.name());
        self.db = connect(&self.url, "fixture").await?;
        Ok(())
    }

    /// A runner to set up.
    pub fn builder(history: &Migrations) -> Builder {
        Changeover::builder(history).app("harness").gate(Gate::Manual)
    }

    /// A build whose gates open by leases, which are short, so that tests are.
    pub fn leasing(history: &Migrations) -> Builder {
        Self::builder(history).gate(Gate::default()).lease_time(Duration::from_secs(2))
    }

    /// A runner as it is by default.
    pub async fn runner(&self, history: &Migrations) -> Result<Changeover, Failure> {
        Ok(Self::builder(history).connect(self.url()).await?)
    }

    /// Traffic on the rows that this client uses.
    pub async fn traffic(&self, client: &Client) -> Result<Arc<Traffic>, Failure> {
        let ledger = Ledger::of_seed(&self.db, client).await?;
        Ok(Traffic::new(self.url(), BTreeMap::from([(client.rows, ledger)])))
    }

    /// Another connection, whose transaction is open and has read `users`.
    pub async fn reader(&self, name: &str) -> Result<tokio_postgres::Client, Failure> {
        let reader = connect(self.url(), name).await?;
        reader
            .batch_execute("begin isolation level repeatable read; select count(*) from users")
            .await?;
        Ok(reader)
    }

    /// Waits until a query that gives one boolean gives true.
    pub async fn wait_until(&self, condition: &str) -> Result<(), Failure> {
        wait_until(&self.db, condition).await
    }

    /// Asks a query that gives one boolean.
    pub async fn holds(&self, condition: &str) -> Result<bool, Failure> {
        holds(&self.db, condition).await
    }

    /// Asks a query that gives one number.
    pub async fn count(&self, query: &str) -> Result<i64, Failure> {
        Ok(self.db.query_one(query, &[]).await?.get(0))
    }

    /// The catalogs, a line an object.
    pub async fn catalog(&self) -> Result<String, Failure> {
        catalog::dump(&self.db).await
    }

    /// Compares the catalogs with those that the history's model gives.
    pub async fn expect_model(&self, history: &Migrations) -> Result<(), Failure> {
        let empty = Server::shared().await?.database("model").await?;
        let model = connect(empty.url(), "fixture-model").await?;
        for sql in history.schema {
            model.batch_execute(sql).await?;
        }
        catalog::expect_equal(
            ("the database", &catalog::dump(&self.db).await?),
            ("the model", &catalog::dump(&model).await?),
        )
    }
}

/// Waits until a query that gives one boolean gives true.
pub async fn wait_until(db: &tokio_postgres::Client, condition: &str) -> Result<(), Failure> {
    let started = Instant::now();
    let mut pace = tokio::time::interval(Duration::from_millis(5));
    while !holds(db, condition).await? {
        pace.tick().await;
        if started.elapsed() > PATIENCE {
            fail!("never came true: {condition}");
        }
    }
    Ok(())
}

/// Asks a query that gives one boolean.
pub async fn holds(db: &tokio_postgres::Client, condition: &str) -> Result<bool, Failure> {
    Ok(db.query_one(condition, &[]).await?.get(0))
}

/// A runner in a process of its own.
pub struct Process {
    child: Child,
    output: BufReader<ChildStdout>,
    errors: ChildStderr,
}

impl Process {
    /// Starts the helper binary; its path is known to test targets only.
    pub fn start(binary: &str, url: &str, history: &str, command: &str) -> Result<Self, Failure> {
        let mut child = Command::new(binary)
            .args([url, history, command])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| Failure::new(format!("{binary}: {error}")))?;
        let (Some(output), Some(errors)) = (child.stdout.take(), child.stderr.take()) else {
            fail!("the process has no output")
        };
        Ok(Process { child, output: BufReader::new(output), errors })
    }

    /// The rows that its next progress report tells; none once it has ended.
    pub fn next_rows(&mut self) -> Option<u64> {
        let mut line = String::new();
        self.output.read_line(&mut line).ok()?;
        line.trim_end().rsplit(' ').next()?.parse().ok()
    }

    /// Ends it as `kill -9` does.
    pub fn kill(mut self) -> Result<(), Failure> {
        let killed = self.child.kill().and_then(|()| self.child.wait());
        killed.map(drop).map_err(|error| Failure::new(error.to_string()))
    }

    /// Sends it a signal, by its name without `SIG`.
    pub fn signal(&self, name: &str) -> Result<(), Failure> {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &pid]).status();
        match sent {
            Ok(status) if status.success() => Ok(()),
            other => fail!("kill -s {name}: {other:?}"),
        }
    }

    /// Waits for its end; what it said on its standard error if it failed.
    pub fn outcome(mut self) -> Result<Option<String>, Failure> {
        let mut said = String::new();
        let read = self.errors.read_to_string(&mut said);
        let status = read.and_then(|_| self.child.wait());
        let status = status.map_err(|error| Failure::new(error.to_string()))?;
        Ok((!status.success()).then_some(said))
    }

    /// Waits for its end, and tells whether it succeeded.
    pub fn succeeded(self) -> bool {
        let outcome = self.outcome();
        outcome
            .inspect(|said| eprint!("{}", said.as_deref().unwrap_or_default()))
            .is_ok_and(|said| said.is_none())
    }
}

/// One that is stopped would outlive a test that fails, and keep its output open.
impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
