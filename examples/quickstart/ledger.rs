//! What the database has to hold: the last value of every row that a client was told is written.

use std::collections::HashMap;

use tokio::sync::{Mutex, MutexGuard};
use tokio_postgres::Client;

use crate::Result;

pub(crate) struct Ledger {
    /// How often the name of each row was changed; the first row has the id 1.
    ///
    /// A client holds the lock during its request, so that the last writer is known.
    versions: Vec<Mutex<u32>>,
    inserted: std::sync::Mutex<Vec<Inserted>>,
}

pub(crate) struct Inserted {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) plan: &'static str,
}

impl Ledger {
    pub(crate) fn new(rows: u32) -> Self {
        let versions = (0..rows).map(|_| Mutex::new(0)).collect();
        Self { versions, inserted: std::sync::Mutex::default() }
    }

    /// Writes the rows that every client starts from.
    pub(crate) async fn seed(&self, client: &Client) -> Result<()> {
        let sql = format!(
            "insert into users (username, created_at) \
             select 'user ' || n || ' v0', now() - n * interval '1 minute' \
             from generate_series(1, {}) n",
            self.versions.len()
        );
        client.batch_execute(&sql).await?;
        client.batch_execute("analyze users").await?;
        Ok(())
    }

    /// Any row, with its version, for one client alone.
    pub(crate) async fn any_row(&self) -> (i64, MutexGuard<'_, u32>) {
        let index = fastrand::usize(..self.versions.len());
        (id(index), self.versions[index].lock().await)
    }

    pub(crate) fn inserted(&self, row: Inserted) {
        self.inserted.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(row);
    }

    pub(crate) fn rows(&self) -> usize {
        let inserted = self.inserted.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        self.versions.len() + inserted.len()
    }

    /// Compares every row with the last value that was acknowledged; says what differs.
    pub(crate) async fn check(&self, client: &Client) -> Result<Vec<String>> {
        let mut found = HashMap::new();
        for row in client.query("select id, display_name, plan from users", &[]).await? {
            let value: (Option<String>, Option<String>) = (row.try_get(1)?, row.try_get(2)?);
            found.insert(row.try_get::<_, i64>(0)?, value);
        }
        let mut wrong = Vec::new();
        let mut compare = |id: i64, name: &str, plan: &str| {
            let actual = found.remove(&id);
            let expected = Some((Some(name.to_owned()), Some(plan.to_owned())));
            if actual != expected {
                wrong.push(format!("{id} is {actual:?} instead of {expected:?}"));
            }
        };
        for (index, version) in self.versions.iter().enumerate() {
            let id = id(index);
            compare(id, &name(id, *version.lock().await), "free");
        }
        for Inserted { id, name, plan } in
            self.inserted.lock().unwrap_or_else(std::sync::PoisonError::into_inner).iter()
        {
            compare(*id, name, plan);
        }
        wrong.extend(found.keys().map(|id| format!("{id} was written by no client")));
        Ok(wrong)
    }
}

pub(crate) fn name(id: i64, version: u32) -> String {
    format!("user {id} v{version}")
}

fn id(index: usize) -> i64 {
    i64::try_from(index + 1).unwrap_or(i64::MAX)
}
