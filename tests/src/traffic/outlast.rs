//! Clients that outlast their server: they connect again, and see what became of the write that was
//! under way when it went.

use std::time::{Duration, Instant};

use super::Connection;
use crate::client::{Action, Value};
use crate::database::Text;
use crate::ledger::Row;
use crate::{Failure, fail};

/// Only a test that is going to fail waits that long.
const PATIENCE: Duration = Duration::from_mins(1);

const PAUSE: Duration = Duration::from_millis(20);

/// Why an action has no answer.
pub(super) enum Trip {
    /// The server went, so that nobody knows whether it was done, or its disk is full.
    Gone(Failure),
    Failed(Failure),
}

impl From<Failure> for Trip {
    fn from(failure: Failure) -> Trip {
        Trip::Failed(failure)
    }
}

impl From<tokio_postgres::Error> for Trip {
    fn from(error: tokio_postgres::Error) -> Trip {
        // Class 57P: it stops, it has crashed, it starts.
        let is_of_server = |code: &str| code.starts_with("57P") || code == "53100";
        let gone = error.as_db_error().is_none_or(|db| is_of_server(db.code().code()));
        let failure = Failure::from(error);
        if gone { Trip::Gone(failure) } else { Trip::Failed(failure) }
    }
}

impl Connection {
    /// Connects again once there is a server.
    pub(super) async fn reopen(&mut self) -> Result<(), Failure> {
        let started = Instant::now();
        let mut pace = tokio::time::interval(PAUSE);
        loop {
            pace.tick().await;
            match Connection::open(self.traffic.clone(), &self.name, &self.client).await {
                Ok(opened) => {
                    *self = opened;
                    return Ok(());
                }
                Err(failure) if started.elapsed() > PATIENCE => {
                    return Err(failure.during("connecting again"));
                }
                Err(_) => {}
            }
        }
    }

    /// Tells whether the action was done, by what the database holds now; it must be all or nothing
    /// of it.
    pub(super) async fn was_done(
        &self,
        action: Action,
        row: &Row,
        value: &Value,
    ) -> Result<bool, Failure> {
        let key = Text(Some(row.key.to_string()));
        let found = self.db.query_opt(&self.client.read_one(), &[&key]).await?;
        let found: Option<Value> = found.map(|found| found.get(0));
        let before = row.values.get(self.client.slot);
        let is_before = |found: &Value| before.is_none_or(|before| before == found);
        match (action, &found) {
            (Action::Insert, None) => Ok(false),
            (Action::Delete, None) => Ok(true),
            (Action::Insert | Action::Upsert | Action::Update, Some(found)) if found == value => {
                Ok(true)
            }
            (Action::Insert, Some(_)) | (_, None) => {
                fail!("after the server went, it holds {found:?}, not {value:?}")
            }
            (_, Some(found)) if is_before(found) => Ok(false),
            (_, Some(found)) => {
                fail!("after the server went, it holds {found:?}, neither {before:?} nor {value:?}")
            }
        }
    }
}
