//! The task that renews a lease, and hears what happens meanwhile.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;

use super::identity::Identity;
use super::news::{Lost, News, States};
use crate::lock::AdvisoryLock;
use crate::lock::holders::blocker;
use crate::migration::Phase;
use crate::outcome::error::{Detail, Error, LeaseError};
use crate::record::presence;
use crate::record::store::trust;
use crate::session::connect::Connect;
use crate::session::executor::{Executor, Rows, SqlError};
use crate::session::jitter::jittered;
use crate::session::sql::{Scope, set};
use crate::session::sqlstate::{INVALID_SCHEMA_NAME, LOCK_NOT_AVAILABLE, UNDEFINED_FUNCTION};

const TOO_OLD: &str = "CO001";

/// The lease is another role's.
const TAKEN: &str = "CO002";

/// The function or its schema is missing, or no run of the history has been there.
const NOT_PREPARED: [&str; 3] = [UNDEFINED_FUNCTION, INVALID_SCHEMA_NAME, "CO003"];

/// How often a lease is renewed while it lasts, where changes are heard of.
const BEATS: u32 = 3;

/// The same where nothing is heard: behind a pooler.
const BEATS_UNHEARD: u32 = 6;

const RECONNECT: Duration = Duration::from_secs(1);

/// So many connections a run and those who look after it should find.
const ROOM: i64 = 10;

/// Between two beats, however often somebody tells of a change.
const APART: Duration = Duration::from_millis(200);

/// Longer than any gate is kept, and short enough to be tried again within the lease.
const LOCK_TIMEOUT: Duration = Duration::from_secs(3);
const LOCK_TIMEOUT_MS: &str = "3000";

/// Longer than the wait for a lock, of which the server would not speak otherwise.
const STATEMENT_TIMEOUT_MS: &str = "4000";

const SETTINGS: [(&str, &str); 10] = [
    ("application_name", "changeover lease"),
    ("search_path", "pg_catalog, pg_temp"),
    ("jit", "off"),
    ("standard_conforming_strings", "on"),
    ("lock_timeout", LOCK_TIMEOUT_MS),
    ("statement_timeout", STATEMENT_TIMEOUT_MS),
    // A process that stands still keeps its session, whatever its role has.
    ("idle_session_timeout", "0"),
    // A host that is gone without a word gives its session up within half a minute.
    ("tcp_keepalives_idle", "15"),
    ("tcp_keepalives_interval", "5"),
    ("tcp_keepalives_count", "3"),
];

pub(super) struct Keeper {
    identity: Identity,
    connector: Arc<dyn Connect>,
    session: Option<Box<dyn Executor>>,
    /// The session on which the lease was last renewed, where it is another one by now. It is kept
    /// until the lease is renewed again: a process that stood still would have no lease between the
    /// two.
    last: Option<Box<dyn Executor>>,
    is_renewed: bool,
    beaten: Instant,
    /// What is known of the history.
    states: States,
    /// Those who wait for the next beat, and do not want to wait for its time.
    looks: mpsc::Receiver<Look>,
}

/// Is told once the lease has been renewed, and the news with it.
pub(super) type Look = oneshot::Sender<()>;

impl Keeper {
    pub(super) fn new(
        identity: Identity,
        connector: Arc<dyn Connect>,
        looks: mpsc::Receiver<Look>,
    ) -> Keeper {
        let (beaten, states) = (Instant::now(), States::default());
        let (session, last, is_renewed) = (None, None, false);
        Keeper { identity, connector, session, last, is_renewed, beaten, states, looks }
    }

    /// Renews the lease until it is lost or to be given back.
    pub(super) async fn keep(
        &mut self,
        tell: &watch::Sender<News>,
        mut stopped: oneshot::Receiver<()>,
    ) {
        loop {
            let looked = tokio::select! {
                _ = &mut stopped => return,
                looked = self.pause() => looked,
            };
            let beat = tokio::select! {
                _ = &mut stopped => return,
                beat = self.beat() => beat,
            };
            match beat {
                Ok(news) => {
                    let is_lost = matches!(news, News::Lost(_));
                    tell.send_if_modified(|known| {
                        let changed = !known.says(&news);
                        *known = news;
                        changed
                    });
                    // Who has gone meanwhile need not be told.
                    looked.map(|look| look.send(()));
                    if is_lost {
                        tracing::error!(instance = self.identity.instance, "the lease is lost");
                        let _ = stopped.await;
                        return;
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "the lease could not be renewed, will try again");
                    let failed = self.session.take();
                    if std::mem::take(&mut self.is_renewed) {
                        self.last = failed;
                    }
                }
            }
        }
    }

    /// Until somebody tells of a change in this history or asks for a look, or it is time to renew.
    async fn pause(&mut self) -> Option<Look> {
        let Keeper { identity, session, beaten, looks, .. } = self;
        let beats = if identity.pooled { BEATS_UNHEARD } else { BEATS };
        let pause = jittered(identity.lease / beats);
        let Some(session) = session else {
            tokio::time::sleep(pause.min(RECONNECT)).await;
            return None;
        };
        let heard = async {
            while session.notified().await != identity.app {}
            tokio::time::sleep_until(*beaten + APART).await;
        };
        tokio::select! {
            () = heard => None,
            Some(look) = looks.recv() => Some(look),
            () = tokio::time::sleep(pause) => None,
        }
    }

    /// Takes the lease or renews it, and reads how far migrations are where that has changed.
    pub(super) async fn beat(&mut self) -> Result<News, Error> {
        let lease = self.identity.lease;
        self.beaten = Instant::now();
        match tokio::time::timeout(lease, self.renew()).await {
            Ok(outcome) => outcome,
            Err(_) => Err(Error::lease(LeaseError::Silent { waited: lease })),
        }
    }

    async fn renew(&mut self) -> Result<News, Error> {
        self.session().await?;
        let renew = self.identity.renew(self.states.revision());
        let rows = match query(self.session().await?, &renew).await {
            Ok(rows) => rows,
            Err(error) => return self.refused(error).await,
        };
        if self.is_renewed && rows.value().is_none() {
            tracing::warn!("the lease was taken away, and is taken again");
        }
        self.is_renewed = true;
        self.last = None;
        // The lease is right again, and a gate may have opened in between.
        if let Some(lost) = Lost::find(&rows, &self.identity) {
            return Ok(News::Lost(lost));
        }
        self.states = self.states.after(&rows, self.beaten);
        Ok(News::States(self.states.clone()))
    }

    async fn refused(&mut self, error: Error) -> Result<News, Error> {
        match error.code() {
            Some(TOO_OLD) => {}
            Some(TAKEN) => return Ok(News::Lost(Lost::by(&error))),
            Some(LOCK_NOT_AVAILABLE) => return Err(self.blocked(error).await),
            _ => {
                let app = self.identity.app.clone();
                let session = self.session().await?;
                return Err(presence::explain(session.as_mut(), &app, error).await);
            }
        }
        let closed = self.identity.closed();
        let rows = query(self.session().await?, &closed).await?;
        let row = rows.iter().next();
        let text = |column| row.and_then(|row| row.get(column)).unwrap_or_default();
        let phase = Phase::ALL.into_iter().find(|phase| phase.to_string() == text(1));
        Ok(News::Lost(Lost::TooOld {
            migration: text(0).to_owned(),
            phase: phase.unwrap_or(Phase::Contract),
        }))
    }

    /// Names who kept the lock that leases are taken behind. A gate keeps it for a moment; any role
    /// may keep it for longer.
    async fn blocked(&mut self, error: Error) -> Error {
        let holders = AdvisoryLock::of_leases(&self.identity.app).holders();
        let Ok(session) = self.session().await else { return error };
        match query(session, &holders).await {
            Ok(rows) => {
                let blockers = rows.iter().map(blocker).collect();
                error.become_detail(Detail::LockTimeout { waited: LOCK_TIMEOUT, blockers })
            }
            Err(_) => error,
        }
    }

    async fn session(&mut self) -> Result<&mut Box<dyn Executor>, Error> {
        if self.session.is_none() {
            let connected = self.connector.connect().await;
            let mut session = connected.map_err(|error| Error::connect(&error))?;
            self.identity.pooled = session.is_pooled();
            // What is set on a pooler's session, or heard there, would be another client's.
            if !self.identity.pooled {
                query(&mut session, &set(Scope::Session, &SETTINGS)).await?;
                query(&mut session, "listen changeover").await?;
                tell_of_room(session.as_mut()).await;
            }
            trust::before_reading(session.as_mut()).await?;
            self.session = Some(session);
        }
        self.session
            .as_mut()
            .ok_or_else(|| Error::connect(&SqlError::new(None, "there is no session")))
    }

    pub(super) async fn release(&mut self) {
        let release = self.identity.release();
        let released = match self.session().await {
            Ok(session) => query(session, &release).await.map(drop),
            Err(error) => Err(error),
        };
        if let Err(error) = released {
            tracing::warn!(%error, "the lease could not be given back, and will be over in time");
        }
    }
}

/// Warns before the leases leave no connection to the job that migrates. Of sessions of other roles
/// the service's may not be shown of what kind they are, but whose.
async fn tell_of_room(session: &mut dyn Executor) {
    let sql = "select current_setting('max_connections')::integer \
               - current_setting('superuser_reserved_connections')::integer - count(*) \
               from pg_stat_activity where usesysid is not null \
               and coalesce(backend_type, 'client backend') = 'client backend'";
    let left = session.query(sql).await.ok().and_then(|rows| rows.value()?.parse::<i64>().ok());
    if let Some(left) = left.filter(|left| *left < ROOM) {
        tracing::warn!(left, "the server is short of connections: each lease takes one, a run two");
    }
}

async fn query(session: &mut Box<dyn Executor>, sql: &str) -> Result<Rows, Error> {
    let answer = if session.is_pooled() {
        // One text is one transaction, and the session another client's behind it.
        let settings = set(Scope::Transaction, &[("jit", "off")]);
        session.query(&format!("{settings}; {sql}")).await.map(Rows::without_first)
    } else {
        session.query(sql).await
    };
    answer.map_err(|error| match error.code() {
        Some(code) if NOT_PREPARED.contains(&code) => {
            Error::lease(LeaseError::NotPrepared).caused_by(error)
        }
        _ => Error::state(sql, error),
    })
}
