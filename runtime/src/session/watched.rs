//! The line to the server, which may go dead without a word: a firewall forgets it, a proxy hangs.
//!
//! A build of an index may rightly take hours, so that no statement can have a deadline of ours.
//! Instead a second session asks what became of the first where an answer stays out.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::{sleep, timeout};

use crate::session::connect::Connect;
use crate::session::executor::{Executor, Rows, SqlError};
use crate::session::sql::quote_literal;
use crate::session::sqlstate::ends_session;

/// How often in a row the server may not be reached until it counts as gone.
const MISSES: u32 = 3;

/// A session, and how to look after it.
pub(crate) struct WatchedSession {
    session: Box<dyn Executor>,
    connector: Option<Arc<dyn Connect>>,
    patience: Duration,
    backend: Option<Backend>,
    /// A statement got no answer, so that the session is good for nothing.
    dead: bool,
    /// What we set must be gone with each statement: the session may be a pooler's, and the next one
    /// on it another client's.
    is_left_alone: bool,
}

/// Before anything else: what a name means hangs on the path of the role, and to compile what asks
/// the catalogs costs far more than to run it. In no transaction, which the role may have ended at
/// its first pause.
///
/// PostgreSQL manual, section "Just-in-Time Compilation (JIT)".
pub(crate) const SAFE: &str = "select pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', false), \
     pg_catalog.set_config('jit', 'off', false)";

/// The same on a session that is not ours.
pub(crate) const SAFE_FOR_NOW: &str = "select pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true), \
     pg_catalog.set_config('jit', 'off', true)";

/// The process that serves a session, and the start of its server: a number may come again, and a
/// name may lead to several servers.
struct Backend {
    pid: String,
    since: String,
    server_since: String,
}

impl WatchedSession {
    /// Returns where another session comes from, for what this one cannot keep.
    pub(crate) fn connector(&self) -> Option<Arc<dyn Connect>> {
        self.connector.clone()
    }

    /// Opens another of its kind, on a server's session of its own; none where it cannot have one.
    pub(crate) async fn another(&mut self) -> Result<Option<WatchedSession>, SqlError> {
        let Some(connector) = self.connector.as_ref().filter(|_| !self.session.is_pooled()) else {
            return Ok(None);
        };
        let connected = timeout(self.patience, connector.connect()).await;
        let session = connected.map_err(|_| dead())??;
        if session.is_pooled() {
            return Ok(None);
        }
        let connector = Some(Arc::clone(connector));
        let mut another = WatchedSession::new(session, connector, self.patience);
        another.leave_as_it_is(false);
        Ok(Some(another))
    }

    /// Tells whether nothing more can be asked on it.
    pub(crate) fn is_dead(&self) -> bool {
        self.dead
    }

    /// Takes the session for dead: its answer was not waited for.
    pub(crate) fn abandon(&mut self) {
        self.dead = true;
    }

    pub(crate) fn new(
        session: Box<dyn Executor>,
        connector: Option<Arc<dyn Connect>>,
        patience: Duration,
    ) -> WatchedSession {
        WatchedSession {
            session,
            connector,
            patience,
            backend: None,
            dead: false,
            is_left_alone: true,
        }
    }

    /// Opens another session in place of one that is dead; tells whether it did.
    pub(crate) async fn renew(&mut self) -> Result<bool, SqlError> {
        let Some(connector) = self.connector.as_ref().filter(|_| self.dead) else {
            return Ok(false);
        };
        let connected = timeout(self.patience, connector.connect()).await;
        self.session = connected.map_err(|_| dead())??;
        if let Some(old) = self.backend.take() {
            // Best effort: where it is still at work, the lock is waited for.
            let ask = old.is_lost(self.session.as_mut(), Duration::ZERO);
            let _ = timeout(self.patience, ask).await;
        }
        self.dead = false;
        Ok(true)
    }

    /// Tells whether each statement from now on is to leave the session as it was.
    pub(crate) fn leave_as_it_is(&mut self, is_left_alone: bool) {
        self.is_left_alone = is_left_alone;
    }

    /// Asks what changes nothing on the session, in one round trip: who serves it is not asked before.
    /// None where it was not answered, or with an error.
    pub(crate) async fn ask_at_once(&mut self, sql: &str) -> Option<Rows> {
        if self.dead {
            return None;
        }
        let answer = timeout(self.patience, self.session.query(sql)).await;
        self.dead = match &answer {
            Ok(answer) => answer.as_ref().is_err_and(|error| ends_session(error.code())),
            Err(_) => true,
        };
        answer.ok()?.ok()
    }

    async fn alone(&mut self, sql: &str) -> Result<Rows, SqlError> {
        self.answer("begin").await?;
        let answer = match self.answer(SAFE_FOR_NOW).await {
            Ok(_) => self.answer(sql).await,
            failed => failed,
        };
        let end = if answer.is_ok() { "commit" } else { "rollback" };
        self.answer(end).await?;
        answer
    }

    async fn answer(&mut self, sql: &str) -> Result<Rows, SqlError> {
        let Some(connector) = self.connector.as_ref().filter(|_| !self.session.is_pooled()) else {
            // Behind a pooler the process that serves us is another one with each transaction.
            return self.session.query(sql).await;
        };
        // What tidies up after the failure must not wait as long once more.
        if self.dead {
            return Err(SqlError::new(None, "the session is gone"));
        }
        if self.backend.is_none() {
            let asked = timeout(self.patience, Backend::of(self.session.as_mut())).await;
            self.backend = Some(asked.map_err(|_| dead())??);
        }
        let Some(backend) = &self.backend else { return self.session.query(sql).await };
        tokio::select! {
            biased;
            answer = self.session.query(sql) => answer,
            () = backend.until_lost(connector.as_ref(), self.patience) => Err(dead()),
        }
    }
}

#[async_trait]
impl Executor for WatchedSession {
    async fn query(&mut self, sql: &str) -> Result<Rows, SqlError> {
        let answer =
            if self.is_left_alone { self.alone(sql).await } else { self.answer(sql).await };
        self.dead |= answer.as_ref().is_err_and(|error| ends_session(error.code()));
        answer
    }

    async fn notified(&mut self) -> String {
        self.session.notified().await
    }

    fn is_pooled(&self) -> bool {
        self.session.is_pooled()
    }
}

/// Asks whatever the role's search path is, and leaves it as it is.
async fn safely(session: &mut dyn Executor, sql: &str) -> Result<Rows, SqlError> {
    session.query(SAFE).await?;
    session.query(sql).await
}

fn dead() -> SqlError {
    SqlError::new(None, "the server's answer never came")
}

impl Backend {
    async fn of(session: &mut dyn Executor) -> Result<Backend, SqlError> {
        let sql = "select pid, extract(epoch from backend_start), \
                   extract(epoch from pg_catalog.pg_postmaster_start_time()) \
                   from pg_catalog.pg_stat_activity where pid = pg_catalog.pg_backend_pid()";
        let rows = safely(session, sql).await?;
        let text = |column| {
            let value = rows.iter().next().and_then(|row| row.get(column));
            value.unwrap_or_default().to_owned()
        };
        Ok(Backend { pid: text(0), since: text(1), server_since: text(2) })
    }

    /// Returns once it is certain that no answer will come.
    async fn until_lost(&self, connector: &dyn Connect, patience: Duration) {
        let mut misses = 0;
        while misses < MISSES {
            sleep(patience).await;
            let ask = async {
                let mut session = connector.connect().await?;
                self.is_lost(session.as_mut(), patience / 2).await
            };
            match timeout(patience, ask).await {
                Ok(Ok(true)) => return,
                Ok(Ok(false)) => misses = 0,
                // A server that has no room for another session is there all the same.
                Ok(Err(error)) if !ends_session(error.code()) => misses = 0,
                Ok(Err(_)) | Err(_) => misses += 1,
            }
        }
    }

    /// Tells whether the process is gone, or has had nothing to do for longer than its answer would
    /// take. Then it is ended, because it may hold the lock that the next run needs.
    async fn is_lost(&self, session: &mut dyn Executor, idle: Duration) -> Result<bool, SqlError> {
        let Backend { pid, since, server_since } = self;
        let (since, server_since) = (quote_literal(since), quote_literal(server_since));
        let idle = idle.as_millis();
        // It bears our name, or a pooler has given the process to somebody else.
        let sql = format!(
            "select case when a.pid is null then true \
             when a.state like 'idle%' and a.application_name like 'changeover%' \
             and pg_catalog.clock_timestamp() - a.state_change > interval '{idle} ms' \
             then pg_catalog.pg_terminate_backend(a.pid) else false end \
             from (select) as one left join pg_catalog.pg_stat_activity a on a.pid = {pid} \
             and extract(epoch from a.backend_start)::text = {since} \
             where extract(epoch from pg_catalog.pg_postmaster_start_time())::text = {server_since}"
        );
        // No row is another server's answer, which knows nothing of ours.
        Ok(safely(session, &sql).await?.is_true())
    }
}
