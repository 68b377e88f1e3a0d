//! The clients at work: connections that do one action after the other and check each answer.

mod outlast;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{RwLock, RwLockWriteGuard, watch};
use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;

use self::outlast::Trip;
use crate::client::{Action, Client, Value};
use crate::database::{Text, connect};
use crate::kills::Tally;
use crate::ledger::{Ledger, Row};
use crate::{Failure, fail};

/// The pace of one connection: fast enough that each phase meets many statements, slow enough
/// that a dozen of tests in parallel leave the migration its share of two cores.
const PACE: Duration = Duration::from_millis(2);

/// What all the clients of a test share.
#[derive(Debug)]
pub struct Traffic {
    url: Mutex<String>,
    /// Whether a server that goes is no failure.
    outlasts: AtomicBool,
    /// By the table that the rows are of.
    ledgers: BTreeMap<&'static str, Ledger>,
    phase: Mutex<String>,
    /// Held for reading during an action, so that whoever holds it for writing sees the database
    /// between actions.
    pause: RwLock<()>,
    failures: Mutex<Vec<Failure>>,
    slowest: Mutex<Slowest>,
    writes: AtomicU64,
    wrong_rows: AtomicU64,
}

/// The client statement that waited longest.
#[derive(Debug, Clone, Default)]
pub struct Slowest {
    /// How long it took.
    pub took: Duration,
    /// What it was and in which phase.
    pub what: String,
}

impl Traffic {
    pub fn new(url: &str, ledgers: BTreeMap<&'static str, Ledger>) -> Arc<Self> {
        Arc::new(Traffic {
            url: Mutex::new(url.to_owned()),
            outlasts: AtomicBool::new(false),
            ledgers,
            phase: Mutex::default(),
            pause: RwLock::default(),
            failures: Mutex::default(),
            slowest: Mutex::default(),
            writes: AtomicU64::new(0),
            wrong_rows: AtomicU64::new(0),
        })
    }

    /// Names the phase that client errors from now on are reported in.
    pub fn enter(&self, phase: &str) {
        phase.clone_into(&mut self.phase.lock().unwrap_or_else(PoisonError::into_inner));
    }

    pub fn phase(&self) -> String {
        self.phase.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn slowest(&self) -> Slowest {
        self.slowest.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn tally(&self) -> Tally {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        Tally {
            writes: self.writes.load(Ordering::Relaxed),
            errors: failures.len() as u64,
            wrong_rows: self.wrong_rows.load(Ordering::Relaxed),
            ..Tally::default()
        }
    }

    pub(crate) fn count_wrong(&self, rows: u64) {
        self.wrong_rows.fetch_add(rows, Ordering::Relaxed);
    }

    /// Lets clients connect again where the server itself goes away. Each finds out what became of
    /// the write that was under way.
    pub fn outlast_the_server(&self) {
        self.outlasts.store(true, Ordering::Relaxed);
    }

    /// Sends clients that connect again to another server.
    pub fn redirect(&self, url: &str) {
        url.clone_into(&mut self.url.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn url(&self) -> String {
        self.url.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Holds all clients between two actions; every row is back in its ledger.
    pub async fn pause(&self) -> (RwLockWriteGuard<'_, ()>, &BTreeMap<&'static str, Ledger>) {
        (self.pause.write().await, &self.ledgers)
    }

    /// Compares the database, as this client reads it, with every acknowledged write.
    pub async fn verify(
        &self,
        db: &tokio_postgres::Client,
        client: &Client,
    ) -> Result<(), Failure> {
        let (_between_actions, ledgers) = self.pause().await;
        let Some(ledger) = ledgers.get(client.rows) else {
            fail!("nobody keeps account of the rows of {}", client.rows)
        };
        let wrong = ledger.wrong_rows(db, client).await?;
        self.count_wrong(wrong.len() as u64);
        ledger.expect_none(&wrong)
    }

    /// Connects the client's connections and lets them run until [`Running::leave`].
    pub async fn start(self: &Arc<Self>, name: &str, client: &Client) -> Result<Running, Failure> {
        if !self.ledgers.contains_key(client.rows) {
            fail!("nobody keeps account of the rows of {}", client.rows);
        }
        let stop = Arc::new(AtomicBool::new(false));
        let mut running = Running { traffic: self.clone(), stop, tasks: vec![], done: vec![] };
        for _ in 0..client.connections {
            let connection = Connection::open(self.clone(), name, client).await?;
            let (progress, done) = watch::channel(0);
            running.done.push(done);
            running.tasks.push(tokio::spawn(connection.run(running.stop.clone(), progress)));
        }
        Ok(running)
    }

    fn check(&self) -> Result<(), Failure> {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.is_empty() {
            return Ok(());
        }
        let shown: Vec<_> = failures.iter().take(5).map(|failure| failure.0.clone()).collect();
        fail!("{} client connections failed:\n  {}", failures.len(), shown.join("\n  "));
    }
}

/// The connections of one build of the service.
#[derive(Debug)]
pub struct Running {
    traffic: Arc<Traffic>,
    stop: Arc<AtomicBool>,
    tasks: Vec<JoinHandle<()>>,
    done: Vec<watch::Receiver<u64>>,
}

impl Running {
    /// Waits until each connection has done so many more actions.
    pub async fn advance(&mut self, actions: u64) -> Result<(), Failure> {
        self.reach(&self.after(actions)).await
    }

    /// Returns how far each connection will be after so many more actions.
    pub fn after(&self, actions: u64) -> Vec<u64> {
        self.done.iter().map(|done| *done.borrow() + actions).collect()
    }

    /// Waits until each connection is as far.
    pub async fn reach(&mut self, targets: &[u64]) -> Result<(), Failure> {
        for (done, target) in self.done.iter_mut().zip(targets) {
            // A connection that failed will never get there; the check says why.
            if done.wait_for(|done| done >= target).await.is_err() {
                break;
            }
        }
        self.traffic.check()
    }

    /// Lets each connection finish its action, and closes it.
    pub async fn leave(self) -> Result<(), Failure> {
        self.stop.store(true, Ordering::Relaxed);
        for task in self.tasks {
            if let Err(error) = task.await {
                fail!("a client panicked: {error}");
            }
        }
        self.traffic.check()
    }
}

struct Connection {
    traffic: Arc<Traffic>,
    name: String,
    client: Client,
    db: tokio_postgres::Client,
    /// Prepared once, as drivers do: a plan that outlives the schema it was made for.
    actions: Vec<(Action, tokio_postgres::Statement)>,
}

impl Connection {
    async fn open(traffic: Arc<Traffic>, name: &str, client: &Client) -> Result<Self, Failure> {
        let db = connect(&traffic.url(), &format!("client-{name}")).await?;
        if let Some(role) = client.role {
            db.batch_execute(&format!("set role {role}")).await?;
        }
        let mut actions = Vec::new();
        for (action, sql) in client.actions() {
            let statement = db.prepare(&sql).await;
            let statement =
                statement.map_err(|error| Failure::from(error).during(format!("`{sql}`")))?;
            actions.push((action, statement));
        }
        Ok(Connection { traffic, name: name.to_owned(), client: client.clone(), db, actions })
    }

    async fn run(mut self, stop: Arc<AtomicBool>, progress: watch::Sender<u64>) {
        let traffic = self.traffic.clone();
        let mut pace = tokio::time::interval(PACE);
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while !stop.load(Ordering::Relaxed) {
            pace.tick().await;
            let between = traffic.pause.read().await;
            let outcome = self.act().await;
            drop(between);
            if let Err(failure) = outcome {
                let mut failures = traffic.failures.lock().unwrap_or_else(PoisonError::into_inner);
                failures.push(failure);
                return;
            }
            progress.send_modify(|done| *done += 1);
        }
    }

    fn ledger(&self) -> &Ledger {
        &self.traffic.ledgers[self.client.rows]
    }

    async fn act(&mut self) -> Result<(), Failure> {
        let (action, statement) = self.actions[fastrand::usize(..self.actions.len())].clone();
        let mut row = match action {
            Action::Insert => self.ledger().new_row(),
            _ => match self.ledger().take() {
                Some(row) => row,
                None => return Ok(()),
            },
        };
        let value = self.new_value();
        let key = row.key;
        let what = format!("{} {action:?} of row {key} in {}", self.name, self.traffic.phase());
        let started = Instant::now();
        let done = match self.act_on(action, &statement, &row, &value).await {
            Ok(()) => {
                self.note(started.elapsed(), &what);
                true
            }
            Err(Trip::Gone(_)) if self.traffic.outlasts.load(Ordering::Relaxed) => {
                self.reopen().await?;
                let done = self.was_done(action, &row, &value).await;
                done.map_err(|failure| failure.during(&what))?
            }
            Err(Trip::Gone(failure) | Trip::Failed(failure)) => return Err(failure.during(what)),
        };
        let writes = matches!(action, Action::Insert | Action::Upsert | Action::Update);
        if done && (writes || matches!(action, Action::Unrelated | Action::Delete)) {
            self.traffic.writes.fetch_add(1, Ordering::Relaxed);
        }
        if writes && done {
            row.values.insert(self.client.slot, value);
        }
        let exists = if done { action != Action::Delete } else { action != Action::Insert };
        if exists {
            self.ledger().put(row);
        }
        Ok(())
    }

    fn note(&self, took: Duration, what: &str) {
        let mut slowest = self.traffic.slowest.lock().unwrap_or_else(PoisonError::into_inner);
        if took > slowest.took {
            *slowest = Slowest { took, what: what.to_owned() };
        }
    }

    async fn act_on(
        &self,
        action: Action,
        statement: &tokio_postgres::Statement,
        row: &Row,
        value: &Value,
    ) -> Result<(), Trip> {
        let key = Text(Some(row.key.to_string()));
        let value = Text(value.clone());
        match action {
            Action::Read => {
                let found = self.db.query_opt(statement, &[&key]).await?;
                self.check_read(found.map(|found| found.get(0)), row)?;
            }
            Action::Unrelated | Action::Delete => {
                expect_one(self.db.execute(statement, &[&key]).await?)?;
            }
            Action::UpdateRolledBack => {
                self.db.batch_execute("begin").await?;
                expect_one(self.db.execute(statement, &[&key, &value]).await?)?;
                self.db.batch_execute("rollback").await?;
            }
            Action::Insert | Action::Upsert | Action::Update => {
                expect_one(self.db.execute(statement, &[&key, &value]).await?)?;
            }
        }
        Ok(())
    }

    fn check_read(&self, found: Option<Value>, row: &Row) -> Result<(), Failure> {
        let Some(found) = found else { fail!("the row is lost") };
        match row.values.get(self.client.slot) {
            Some(last) if *last != found => fail!("it holds {found:?}, not {last:?}"),
            _ => Ok(()),
        }
    }

    fn new_value(&self) -> Value {
        if self.client.nullable && fastrand::u8(..8) == 0 {
            return None;
        }
        Some((self.client.value)(self.ledger().new_number()))
    }
}

fn expect_one(rows: u64) -> Result<(), Failure> {
    if rows != 1 {
        fail!("{rows} rows instead of one");
    }
    Ok(())
}
