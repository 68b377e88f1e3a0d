//! The shop: clients that write without a pause, and remember each write that was acknowledged.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::{Mutex, watch};
use tokio::task::JoinHandle;
use tokio_postgres::{Client, Config};

use crate::Result;
use crate::side::{Side, connect};

/// How many clients, and how long each waits between two writes.
const WRITERS: u64 = 6;
const PAUSE: Duration = Duration::from_millis(4);

/// What was acknowledged: the orders by their tokens, and the last version of each account.
#[derive(Default)]
struct Ledger {
    orders: Vec<String>,
    versions: HashMap<i64, i64>,
}

/// All clients, and what they know.
pub(crate) struct Writers {
    route: watch::Sender<Config>,
    is_over: Arc<AtomicBool>,
    ledger: Arc<Mutex<Ledger>>,
    slowest: Arc<AtomicU64>,
    acknowledged: Arc<AtomicU64>,
    tasks: Vec<JoinHandle<()>>,
}

impl Writers {
    /// Starts them on a side that has an account for each.
    pub(crate) fn start(on: &Side) -> Result<Writers> {
        let mut writers = Writers {
            route: watch::Sender::new(on.shop()?),
            is_over: Arc::default(),
            ledger: Arc::default(),
            slowest: Arc::default(),
            acknowledged: Arc::default(),
            tasks: Vec::new(),
        };
        for number in 1..=WRITERS {
            let writer = Writer {
                number,
                account: i64::try_from(number)?,
                route: writers.route.subscribe(),
                is_over: writers.is_over.clone(),
                ledger: writers.ledger.clone(),
                slowest: writers.slowest.clone(),
                acknowledged: writers.acknowledged.clone(),
            };
            writers.tasks.push(tokio::spawn(writer.write()));
        }
        Ok(writers)
    }

    /// Sends them to another side, as a pooler or a name in the DNS would.
    pub(crate) fn send_to(&self, side: &Side) -> Result<()> {
        self.route.send_replace(side.shop()?);
        Ok(())
    }

    /// Waits until they have written so much more.
    pub(crate) async fn advance(&self, writes: u64) -> Result<()> {
        let target = self.acknowledged.load(Ordering::Relaxed) + writes;
        let started = Instant::now();
        while self.acknowledged.load(Ordering::Relaxed) < target {
            if started.elapsed() > Duration::from_mins(1) {
                return Err("the writers do not get on".into());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }

    /// The longest that a write took from its first try to its answer, since this was last asked.
    pub(crate) fn slowest(&self) -> Duration {
        Duration::from_micros(self.slowest.swap(0, Ordering::Relaxed))
    }

    /// Stops them, and holds a side against what they know: how many writes it has, or which it lost.
    pub(crate) async fn settle(self, side: &Side) -> Result<usize> {
        self.is_over.store(true, Ordering::Relaxed);
        for task in self.tasks {
            task.await?;
        }
        let ledger = self.ledger.lock().await;
        let lost = "select t from unnest($1::text[]) t
            where not exists (select from orders where token = t)";
        let lost = side.db.query(lost, &[&ledger.orders]).await?;
        if let Some(row) = lost.first() {
            let token: String = row.get(0);
            return Err(format!("{} orders are lost on {}: {token}", lost.len(), side.name).into());
        }
        for (account, version) in &ledger.versions {
            let sql = "select version from accounts where id = $1";
            let found: i64 = side.db.query_one(sql, &[account]).await?.get(0);
            if found != *version {
                let what =
                    format!("account {account} is at {found} on {}, not {version}", side.name);
                return Err(what.into());
            }
        }
        Ok(ledger.orders.len() + ledger.versions.len())
    }
}

struct Writer {
    number: u64,
    account: i64,
    route: watch::Receiver<Config>,
    is_over: Arc<AtomicBool>,
    ledger: Arc<Mutex<Ledger>>,
    slowest: Arc<AtomicU64>,
    acknowledged: Arc<AtomicU64>,
}

impl Writer {
    async fn write(mut self) {
        let mut client = None;
        for version in 1.. {
            if self.is_over.load(Ordering::Relaxed) {
                return;
            }
            let (token, started) = (format!("{}-{version}", self.number), Instant::now());
            // The same write until it is acknowledged: whether one that got no answer was done does
            // not show, and to do it twice changes nothing.
            while !self.try_once(&mut client, &token, version).await {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            let took = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
            self.slowest.fetch_max(took, Ordering::Relaxed);
            self.acknowledged.fetch_add(1, Ordering::Relaxed);
            let mut ledger = self.ledger.lock().await;
            ledger.orders.push(token);
            ledger.versions.insert(self.account, version);
            drop(ledger);
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn try_once(&mut self, client: &mut Option<Client>, token: &str, version: i64) -> bool {
        if self.route.has_changed().unwrap_or(false) {
            *client = None;
        }
        let config = self.route.borrow_and_update().clone();
        let session = match client {
            Some(session) => session,
            None => match connect(&config).await {
                Ok(session) => client.insert(session),
                Err(_) => return false,
            },
        };
        let sql = "with counted as (update accounts set version = $2 where id = $3 returning id)
            insert into orders (token, account) select $1, id from counted
            on conflict (token) do nothing";
        let done = session.execute(sql, &[&token, &version, &self.account]).await.is_ok();
        if !done {
            *client = None;
        }
        done
    }
}
