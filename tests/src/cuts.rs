//! Sessions that are cut at one statement, and the runner's next one.

use std::future::Future as _;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Waker};

use changeover::migration::Migrations;
use changeover::{Changeover, Executor, Gate, Rows, SqlError, async_trait};
use tokio_postgres::Client;

use crate::Failure;
use crate::database::connect;
use crate::fixture::wait_until;
use crate::hand::{Command, runner};

/// What becomes of the statement at which a session is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The server never gets it.
    Lost,
    /// The server carries it out, and its answer never comes.
    Unanswered,
    /// The server gets it, and nobody waits: the next session meets it at work.
    Abandoned,
}

impl Fault {
    pub const ALL: [Fault; 3] = [Fault::Lost, Fault::Unanswered, Fault::Abandoned];
}

/// Carries out commands, cuts each at the same statement, and carries it out again.
#[derive(Debug)]
pub struct Cutter {
    fault: Fault,
    /// Counted from 0.
    at: usize,
    /// Commands that were cut at this statement.
    cut: u64,
    pub cuts: u64,
    /// The most statements that a command sent.
    pub longest: usize,
}

impl Default for Cutter {
    fn default() -> Self {
        Cutter { fault: Fault::Lost, at: usize::MAX, cut: 0, cuts: 0, longest: 0 }
    }
}

impl Cutter {
    /// Cuts commands at this statement from now on.
    pub(crate) fn cut_at(&mut self, statement: usize, fault: Fault) {
        (self.at, self.fault, self.cut) = (statement, fault, 0);
    }

    /// Tells whether no command since then had that many statements.
    pub(crate) fn is_past_the_end(&self) -> bool {
        self.cut == 0
    }

    pub(crate) async fn carry_out(
        &mut self,
        url: &str,
        history: &Migrations,
        command: Command<'_>,
    ) -> Result<(), Failure> {
        let sent = Arc::new(AtomicUsize::new(0));
        let db = connect(url, "changeover").await?;
        let pid: i32 = db.query_one("select pg_backend_pid()", &[]).await?.get(0);
        let (db, fault, at) = (Some(db), self.fault, self.at);
        let executor = Cut { db, fault, at, sent: sent.clone() };
        let builder = Changeover::builder(history).app("harness").gate(Gate::Manual);
        let outcome = command.carry_out(builder.executor(executor)).await;
        let sent = sent.load(Ordering::Relaxed);
        self.longest = self.longest.max(sent);
        if sent <= at {
            return outcome;
        }
        (self.cut, self.cuts) = (self.cut + 1, self.cuts + 1);
        if fault != Fault::Abandoned {
            // Or the next session would find the lock taken, and ask again after half a second.
            let db = connect(url, "harness-cuts").await?;
            let gone = "select not exists (select from pg_stat_activity where pid = ";
            wait_until(&db, &format!("{gone}{pid})")).await?;
        }
        command.carry_out(runner(url, None, history).await?).await.map_err(|failure| {
            failure.during(format!("`{command}` again, {fault:?} at statement {at}"))
        })
    }
}

/// A session until it is cut.
struct Cut {
    db: Option<Client>,
    fault: Fault,
    at: usize,
    sent: Arc<AtomicUsize>,
}

#[async_trait]
impl Executor for Cut {
    async fn query(&mut self, sql: &str) -> Result<Rows, SqlError> {
        let gone = || SqlError::new(None, "connection closed");
        let number = self.sent.fetch_add(1, Ordering::Relaxed);
        if number != self.at {
            let Some(db) = &mut self.db else { return Err(gone()) };
            return Executor::query(db, sql).await;
        }
        // The session ends with the client.
        let Some(mut db) = self.db.take() else { return Err(gone()) };
        match self.fault {
            Fault::Lost => {}
            // An error of the server's is not heard of either.
            Fault::Unanswered => drop(Executor::query(&mut db, sql).await),
            Fault::Abandoned => {
                // The first poll sends it.
                let _ = pin!(Executor::query(&mut db, sql))
                    .poll(&mut Context::from_waker(Waker::noop()));
            }
        }
        Err(gone())
    }
}
