//! One connection of a build: requests at a fixed rate, each checked, and nothing that goes wrong is lost.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Statement};

use super::build::{Build, Used};
use super::rows::Row;
use super::seen::{Seen, Trouble};
use super::statement::{Kind, Op};
use super::value::{Dice, Value};
use crate::session::connect::url;
use crate::session::executor::SqlError;
use crate::session::sqlstate::FEATURE_NOT_SUPPORTED;

/// Rows of a table that clients have inserted; beyond that they delete.
const MOST_OWN: usize = 500;

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

    async fn carry_out(
        &mut self,
        phase: usize,
        place: (usize, usize),
        used: &Used,
        op: &Op,
    ) -> Result<(), Failed> {
        let row = match op.kind {
            Kind::Any => {
                let (found, _) = self.query(phase, place, &[]).await?;
                self.last[place.0] = found.or(self.last[place.0].take());
                return Ok(());
            }
            Kind::Insert => return self.insert(phase, place, used, op).await,
            Kind::Delete => used.rows.take_own(),
            _ => used.rows.take(self.dice.below(usize::MAX)),
        };
        let Some(mut row) = row else { return Ok(()) };
        let outcome = self.on_row(phase, place, used, op, &mut row).await;
        if outcome.is_err() || op.kind != Kind::Delete {
            used.rows.put(row);
        }
        outcome
    }

    async fn on_row(
        &mut self,
        phase: usize,
        place: (usize, usize),
        used: &Used,
        op: &Op,
        row: &mut Row,
    ) -> Result<(), Failed> {
        if matches!(op.kind, Kind::Update | Kind::Upsert) && self.last[place.0].is_none() {
            let Some(read) = used.ops.iter().position(|op| op.kind == Kind::Read) else {
                return Ok(());
            };
            let keys = used.values(&used.ops[read].sources, &[], Some(row)).unwrap_or_default();
            return self.read(phase, (place.0, read), used, &keys, row).await;
        }
        let donor = self.last[place.0].clone().unwrap_or_default();
        let Some(values) = used.values(&op.sources, &donor, Some(row)) else { return Ok(()) };
        if op.kind == Kind::Read {
            return self.read(phase, place, used, &values, row).await;
        }
        let touched = self.query(phase, place, &values).await?.1;
        if touched != 1 {
            return Err(Failed::Wrong(format!("it met {touched} rows in place of one"), named(row)));
        }
        if op.kind != Kind::Delete {
            row.written.clear();
            for (column, value) in used.table.columns.iter().zip(donor) {
                if self.build.remembers && used.keeps(&column.name, &value) {
                    row.written.insert(column.name.clone(), value);
                }
            }
        }
        Ok(())
    }

    async fn read(
        &mut self,
        phase: usize,
        place: (usize, usize),
        used: &Used,
        keys: &[Value],
        row: &Row,
    ) -> Result<(), Failed> {
        let (found, _) = self.query(phase, place, keys).await?;
        let Some(found) = found else {
            return Err(Failed::Wrong("a row is gone".to_owned(), named(row)));
        };
        let wrong = used.table.columns.iter().zip(&found).find(|(column, found)| {
            let written = row.written.get(&column.name);
            written.is_some_and(|written| {
                written.is_lost_in(found) && !used.volatile.contains(&column.name)
            })
        });
        let wrong = wrong.map(|(column, _)| column.name.clone());
        self.last[place.0] = Some(found);
        match wrong {
            Some(column) => Err(Failed::Wrong(
                format!("a write is lost: `{column}` does not have what was last written into it"),
                named(row),
            )),
            None => Ok(()),
        }
    }

    async fn insert(
        &mut self,
        phase: usize,
        place: (usize, usize),
        used: &Used,
        op: &Op,
    ) -> Result<(), Failed> {
        if used.rows.len() > MOST_OWN {
            return Ok(());
        }
        let Some(donor) = self.last[place.0].clone() else {
            // The next read or update brings one.
            return Ok(());
        };
        let Some(values) = used.values(&op.sources, &donor, None) else { return Ok(()) };
        let (found, _) = self.query(phase, place, &values).await?;
        let key: Option<Vec<String>> = found.unwrap_or_default().into_iter().map(text).collect();
        if let Some(key) = key.filter(|key| !key.is_empty()) {
            used.rows.add(Row { key, is_own: true, ..Row::default() });
        }
        Ok(())
    }

    /// The first row, and how many there were.
    async fn query(
        &mut self,
        phase: usize,
        (table, at): (usize, usize),
        values: &[Value],
    ) -> Result<(Option<Vec<Value>>, u64), Failed> {
        let parameters: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| value as _).collect();
        let fits = |statement: &Statement| {
            statement.params().iter().zip(values).all(|(ty, value)| value.fits(ty))
        };
        let Some(statement) = self.prepared.get(table).and_then(|all| all.get(at)).cloned() else {
            return Err(Failed::Wrong("it could not be prepared again".to_owned(), String::new()));
        };
        if fits(&statement) {
            match self.sent(&statement, &parameters).await {
                Err(error) if is_stale(&error) => {}
                outcome => return Ok(outcome?),
            }
        }
        self.seen.prepared_again(phase);
        let again = self.client.prepare(&self.build.tables[table].ops[at].sql).await?;
        self.prepared[table][at] = again.clone();
        if !fits(&again) {
            // It was read before the column got another type.
            self.last[table] = None;
            return Ok((None, 1));
        }
        Ok(self.sent(&again, &parameters).await?)
    }

    async fn sent(
        &self,
        statement: &Statement,
        values: &[&(dyn ToSql + Sync)],
    ) -> Result<(Option<Vec<Value>>, u64), tokio_postgres::Error> {
        if statement.columns().is_empty() {
            return Ok((None, self.client.execute(statement, values).await?));
        }
        let rows = self.client.query(statement, values).await?;
        let first = rows.first().map(|row| (0..row.len()).map(|at| row.get(at)).collect());
        Ok((first, u64::try_from(rows.len()).unwrap_or_default()))
    }

    /// Reads each row whose values are known, once.
    async fn read_all(&mut self) {
        let phase = self.seen.current();
        let build = self.build.clone();
        for (table, used) in build.tables.iter().enumerate() {
            let Some(at) = used.ops.iter().position(|op| op.kind == Kind::Read) else { continue };
            let mut done = Vec::new();
            while let Some(row) = used.rows.take(0) {
                let keys = used.values(&used.ops[at].sources, &[], Some(&row)).unwrap_or_default();
                let outcome = if row.written.is_empty() {
                    Ok(())
                } else {
                    self.read(phase, (table, at), used, &keys, &row).await
                };
                self.note(phase, &used.ops[at].sql, outcome).await;
                done.push(row);
            }
            done.into_iter().for_each(|row| used.rows.put(row));
        }
    }
}

impl Used {
    /// Tells whether a column keeps this value.
    fn keeps(&self, column: &str, value: &Value) -> bool {
        let is_updated = self.table.updatable().iter().any(|one| one.name == column);
        // A column that is going to be never null gets a value in place of a null.
        is_updated && !self.volatile.contains(column) && *value != Value::Null
    }
}

fn named(row: &Row) -> String {
    format!("row {}", row.key.join(", "))
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text),
        Value::Binary(_, bytes) => String::from_utf8(bytes).ok(),
        Value::Null => None,
    }
}

/// Tells whether a prepared statement gives other types than when it was prepared, which a driver mends by
/// preparing it again.
fn is_stale(error: &tokio_postgres::Error) -> bool {
    error.code().is_some_and(|code| code.code() == FEATURE_NOT_SUPPORTED)
        && error.as_db_error().is_some_and(|error| error.message().contains("cached plan"))
}

