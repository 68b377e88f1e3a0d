//! What the database must hold: every row that a client may touch, with the values that were
//! last acknowledged.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio_postgres::Client as Connection;

use crate::client::{Client, Value};
use crate::{Failure, fail};

/// The keys that clients insert start here; seeds stay below.
const FIRST_KEY: i64 = 1_000_000;

/// One row, in the hand of at most one client at a time, so that its value is always known
/// although every client writes every row in turn.
#[derive(Debug)]
pub struct Row {
    pub key: i64,
    pub values: BTreeMap<&'static str, Value>,
}

/// The rows that are in nobody's hand.
#[derive(Debug)]
pub struct Ledger {
    rows: Mutex<Vec<Row>>,
    next_key: AtomicI64,
    next_value: AtomicU64,
}

impl Default for Ledger {
    fn default() -> Self {
        Ledger {
            rows: Mutex::default(),
            next_key: AtomicI64::new(FIRST_KEY),
            next_value: AtomicU64::new(1),
        }
    }
}

impl Ledger {
    /// The rows that the seed left, with the values that this client reads.
    pub async fn of_seed(db: &Connection, client: &Client) -> Result<Self, Failure> {
        let mut rows = Vec::new();
        for (key, value) in stored(db, client).await? {
            rows.push(Row { key, values: BTreeMap::from([(client.slot, value)]) });
        }
        if rows.is_empty() {
            fail!("the seed left no row in {}", client.table);
        }
        Ok(Ledger { rows: Mutex::new(rows), ..Ledger::default() })
    }

    /// The rows of a table that old builds do not use, if it is there already.
    pub async fn of_rest(db: &Connection, client: &Client) -> Result<Self, Failure> {
        let there: bool =
            db.query_one("select to_regclass($1) is not null", &[&client.rows]).await?.get(0);
        let values = if there { stored(db, client).await } else { Ok(BTreeMap::new()) };
        // The rows of the old builds' own table are accounted for by what those read.
        let rows = values.unwrap_or_default().into_iter();
        let rows =
            rows.map(|(key, value)| Row { key, values: BTreeMap::from([(client.slot, value)]) });
        Ok(Ledger { rows: Mutex::new(rows.collect()), ..Ledger::default() })
    }

    /// Forgets every row, because the table is gone.
    pub fn clear(&self) {
        self.rows().clear();
    }

    /// Takes a row at random out of the ledger.
    pub fn take(&self) -> Option<Row> {
        let mut rows = self.rows();
        if rows.is_empty() {
            return None;
        }
        let index = fastrand::usize(..rows.len());
        Some(rows.swap_remove(index))
    }

    pub fn put(&self, row: Row) {
        self.rows().push(row);
    }

    /// A row that is not in the database yet.
    pub fn new_row(&self) -> Row {
        let key = self.next_key.fetch_add(1, Ordering::Relaxed);
        Row { key, values: BTreeMap::new() }
    }

    /// A number for a value, never given twice, so that a stale value cannot look right.
    pub fn new_number(&self) -> u64 {
        self.next_value.fetch_add(1, Ordering::Relaxed)
    }

    /// Lets values begin at this number, past those of a seed that must not come again.
    pub fn number_from(&self, number: u64) {
        self.next_value.store(number, Ordering::Relaxed);
    }

    /// Forgets the values of a shape that an undo took back.
    pub fn forget_all_but(&self, slot: &'static str) {
        for row in self.rows().iter_mut() {
            row.values.retain(|kept, _| *kept == slot);
        }
    }

    /// Compares the database, as this client reads it, with what was acknowledged; a line for each
    /// row that differs.
    ///
    /// Only while no client holds a row; call it when all have left.
    pub async fn wrong_rows(
        &self,
        db: &Connection,
        client: &Client,
    ) -> Result<Vec<String>, Failure> {
        let stored = stored(db, client).await?;
        let rows = self.rows();
        let expected: BTreeSet<i64> = rows.iter().map(|row| row.key).collect();
        let mut wrong = Vec::new();
        for row in rows.iter() {
            match (stored.get(&row.key), row.values.get(client.slot)) {
                (None, _) => wrong.push(format!("row {} is lost", row.key)),
                (Some(found), Some(last)) if found != last => {
                    wrong.push(format!("row {} holds {found:?}, not {last:?}", row.key));
                }
                _ => {}
            }
        }
        let strange = stored.keys().filter(|key| !expected.contains(key));
        wrong.extend(strange.map(|key| format!("row {key} was deleted or never written")));
        Ok(wrong)
    }

    /// Fails with what [`wrong_rows`](Ledger::wrong_rows) found.
    pub fn expect_none(&self, wrong: &[String]) -> Result<(), Failure> {
        if wrong.is_empty() {
            return Ok(());
        }
        let shown = wrong.iter().take(10).map(String::as_str).collect::<Vec<_>>().join("\n  ");
        fail!(
            "{} of {} rows differ from what clients wrote:\n  {shown}",
            wrong.len(),
            self.rows().len()
        );
    }

    fn rows(&self) -> MutexGuard<'_, Vec<Row>> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn stored(db: &Connection, client: &Client) -> Result<BTreeMap<i64, Value>, Failure> {
    let keys: Vec<i64> =
        db.query(&client.keys(), &[]).await?.iter().map(|row| row.get(0)).collect();
    let rows = db.query(&client.read_many(), &[&keys]).await?;
    let values: BTreeMap<i64, Value> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    if values.len() != keys.len() {
        fail!(
            "{} of {} rows of {} cannot be read",
            keys.len() - values.len(),
            keys.len(),
            client.table
        );
    }
    Ok(values)
}
