//! Sessions that count what is sent on them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use changeover::{Connect, Executor, Rows, SqlError, async_trait};

use crate::connect;

/// What has been counted.
#[derive(Debug, Default)]
pub struct Count {
    sessions: AtomicUsize,
    statements: AtomicUsize,
}

impl Count {
    /// Returns how many sessions were opened, and how many texts were sent on them, since it was last
    /// asked.
    pub fn take(&self) -> (usize, usize) {
        let sessions = self.sessions.swap(0, Ordering::Relaxed);
        (sessions, self.statements.swap(0, Ordering::Relaxed))
    }

    /// Opens sessions of this database that count.
    pub fn connector(self: &Arc<Count>, url: &str) -> impl Connect + 'static {
        Connector { url: url.to_owned(), count: self.clone() }
    }
}

struct Connector {
    url: String,
    count: Arc<Count>,
}

struct Session {
    client: tokio_postgres::Client,
    count: Arc<Count>,
}

#[async_trait]
impl Connect for Connector {
    async fn connect(&self) -> Result<Box<dyn Executor>, SqlError> {
        let client = connect(&self.url, "counted").await;
        let client = client.map_err(|failure| SqlError::new(None, failure.to_string()))?;
        self.count.sessions.fetch_add(1, Ordering::Relaxed);
        Ok(Box::new(Session { client, count: self.count.clone() }))
    }
}

#[async_trait]
impl Executor for Session {
    async fn query(&mut self, sql: &str) -> Result<Rows, SqlError> {
        self.count.statements.fetch_add(1, Ordering::Relaxed);
        Executor::query(&mut self.client, sql).await
    }
}
