//! One connection of a build: requests at a fixed rate, each checked, and nothing that goes wrong is lost.

mod requests;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};
use tokio_postgres::{Client, Statement};

use super::build::{Build, Used};
use super::seen::{Seen, Trouble};
use super::statement::Kind;
use super::value::{Dice, Value};
use crate::session::connect::url;
use crate::session::executor::SqlError;
use crate::session::sqlstate::FEATURE_NOT_SUPPORTED;

/// Rows of a table that clients have inserted; beyond that they delete.
const MOST_OWN: usize = 500;

/// Fewer rows than a table has that is in use.
const FEW: usize = 8;

/// A connection, with the statements that its build prepares: plans that outlive the schema they were made
/// for.
pub(super) struct Connection {
    url: String,
    client: Client,
    build: Arc<Build>,
    seen: Arc<Seen>,
    prepared: Vec<Vec<Statement>>,
    own: Vec<Statement>,
    /// The row of each table that was read last.
    last: Vec<Option<Vec<Value>>>,
    dice: Dice,
}

/// What became of a request that failed.
enum Failed {
    Refused(SqlError),
    /// What is wrong, and the row.
    Wrong(String, String),
}

impl From<tokio_postgres::Error> for Failed {
    fn from(error: tokio_postgres::Error) -> Failed {
        Failed::Refused(error.into())
    }
}

impl Connection {
    pub(super) async fn open(
        url: &str,
        build: Arc<Build>,
        seen: Arc<Seen>,
    ) -> Result<Connection, SqlError> {
        let client = url::client(url, &format!("rehearsal {}", build.age.word())).await?;
        let last = build.tables.iter().map(|used| Some(used.donor.clone())).collect();
        let (prepared, own) = (Vec::new(), Vec::new());
        let url = url.to_owned();
        let mut connection =
            Connection { url, client, build, seen, prepared, own, last, dice: Dice::new() };
        connection.prepare().await?;
        Ok(connection)
    }

    async fn prepare(&mut self) -> Result<(), SqlError> {
        self.prepared.clear();
        self.own.clear();
        for used in &self.build.tables {
            let mut statements = Vec::new();
            for op in &used.ops {
                statements.push(self.client.prepare(&op.sql).await?);
            }
            self.prepared.push(statements);
        }
        for sql in &self.build.own {
            self.own.push(self.client.prepare(sql).await?);
        }
        Ok(())
    }

    /// Sends a request each time one is due, until it is told to stop. Latency counts from when it was due:
    /// a client that is held up counts what it should have sent meanwhile.
    pub(super) async fn run(mut self, period: Duration, mut stop: watch::Receiver<bool>) {
        let mut ticks = interval(period);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
        loop {
            let due = tokio::select! {
                biased;
                _ = stop.wait_for(|stop| *stop) => break,
                due = ticks.tick() => due,
            };
            let phase = self.seen.current();
            let failed = self.one(phase).await;
            self.seen.request(phase, self.build.age, due.elapsed(), failed);
        }
        self.read_all().await;
    }

    /// Sends one, and tells whether it failed.
    async fn one(&mut self, phase: usize) -> bool {
        let statements = self.build.own.len();
        if statements > 0 && (self.build.tables.is_empty() || self.dice.below(3) == 0) {
            let at = self.dice.below(statements);
            let outcome = self.own_statement(at, phase).await;
            let sql = self.build.own[at].clone();
            return self.note(phase, &sql, outcome).await;
        }
        let table = self.dice.below(self.build.tables.len());
        let build = self.build.clone();
        let Some(used) = build.tables.get(table) else { return false };
        let at = self.choose(used);
        let Some(op) = used.ops.get(at) else { return false };
        let outcome = self.carry_out(phase, (table, at), used, op).await;
        self.note(phase, &op.sql, outcome).await
    }

    /// A statement of the table, by how often each comes.
    fn choose(&mut self, used: &Used) -> usize {
        // An empty table is filled first: there is nothing to be read.
        let insert = used.ops.iter().position(|op| op.kind == Kind::Insert);
        if let (true, Some(insert)) = (used.has_few(FEW), insert) {
            return insert;
        }
        let all: usize = used.ops.iter().map(|op| op.kind.share()).sum();
        let mut left = self.dice.below(all);
        for (at, op) in used.ops.iter().enumerate() {
            match left.checked_sub(op.kind.share()) {
                Some(rest) => left = rest,
                None => return at,
            }
        }
        0
    }

    async fn own_statement(&mut self, at: usize, phase: usize) -> Result<(), Failed> {
        let Some(statement) = self.own.get(at) else { return Ok(()) };
        match self.client.query(statement, &[]).await {
            Err(error) if is_stale(&error) => {
                self.seen.prepared_again(phase);
                let again = self.client.prepare(&self.build.own[at]).await?;
                self.client.query(&again, &[]).await?;
                self.own[at] = again;
            }
            outcome => drop(outcome?),
        }
        Ok(())
    }

    async fn note(&mut self, phase: usize, sql: &str, outcome: Result<(), Failed>) -> bool {
        let Err(failed) = outcome else { return false };
        let (code, message, row) = match failed {
            Failed::Refused(error) => {
                (error.code().map(str::to_owned), error.to_string(), String::new())
            }
            Failed::Wrong(what, row) => (None, what, row),
        };
        let (age, statement) = (self.build.age, sql.to_owned());
        self.seen.trouble(phase, Trouble { age, statement, code, message }, &row);
        if self.client.is_closed() {
            let name = format!("rehearsal {}", age.word());
            // The next request fails otherwise, and says so.
            if let Ok(client) = url::client(&self.url, &name).await {
                self.client = client;
                let _ = self.prepare().await;
            }
        }
        true
    }
}

/// Tells whether a prepared statement gives other types than when it was prepared, which a driver mends by
/// preparing it again.
fn is_stale(error: &tokio_postgres::Error) -> bool {
    error.code().is_some_and(|code| code.code() == FEATURE_NOT_SUPPORTED)
        && error.as_db_error().is_some_and(|error| error.message().contains("cached plan"))
}
