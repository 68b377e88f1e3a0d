//! The task that renews a lease, and hears what happens meanwhile.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{oneshot, watch};

use super::identity::Identity;
use crate::connect::Connect;
use crate::error::{Error, Kind, LeaseError};
use crate::executor::{Executor, Rows};
use crate::jitter::jittered;
use crate::migration::Phase;
use crate::sql::{Scope, quote_literal, set};
use crate::status::State;

const TOO_OLD: &str = "CO001";

/// The function, its schema, or the right to use them is missing.
const UNDEFINED: [&str; 2] = ["42883", "3F000"];

/// How often a lease is renewed while it lasts.
const BEATS: u32 = 6;

const RECONNECT: Duration = Duration::from_secs(1);

/// Longer than any gate is kept, and short enough to be tried again within the lease.
const TIMEOUT: &str = "3000";

const SETTINGS: [(&str, &str); 9] = [
    ("application_name", "changeover lease"),
    ("search_path", "pg_catalog, pg_temp"),
    ("standard_conforming_strings", "on"),
    ("lock_timeout", TIMEOUT),
    ("statement_timeout", TIMEOUT),
    // A process that stands still keeps its session, whatever its role has.
    ("idle_session_timeout", "0"),
    // A host that is gone without a word gives its session up within half a minute.
    ("tcp_keepalives_idle", "15"),
    ("tcp_keepalives_interval", "5"),
    ("tcp_keepalives_count", "3"),
];

/// What was last heard.
#[derive(PartialEq)]
pub(super) enum News {
    States(States),
    Lost(Lost),
}

#[derive(PartialEq)]
pub(super) struct States(Vec<(String, State)>);

/// The switch or contract that this build is too old for.
#[derive(PartialEq)]
pub(super) struct Lost {
    migration: String,
    phase: Phase,
}

impl News {
    pub(super) fn state(&self, id: &str) -> State {
        match self {
            News::States(states) => states.state(id),
            News::Lost(_) => State::Pending,
        }
    }
}

impl States {
    pub(super) fn state(&self, id: &str) -> State {
        self.0.iter().find(|(known, _)| known == id).map_or(State::Pending, |(_, state)| *state)
    }
}

impl Lost {
    pub(super) fn error(&self) -> Error {
        Error::new(Kind::TooOld { migration: self.migration.clone(), phase: self.phase })
    }
}

pub(super) struct Keeper {
    identity: Identity,
    connector: Arc<dyn Connect>,
    session: Option<Box<dyn Executor>>,
    /// The session on which the lease was last renewed, where it is another one by now. It is kept
    /// until the lease is renewed again: a process that stood still would have no lease between the
    /// two.
    last: Option<Box<dyn Executor>>,
    is_renewed: bool,
}

impl Keeper {
    pub(super) fn new(identity: Identity, connector: Arc<dyn Connect>) -> Keeper {
        Keeper { identity, connector, session: None, last: None, is_renewed: false }
    }

    /// Renews the lease until it is lost or to be given back.
    pub(super) async fn keep(
        &mut self,
        tell: &watch::Sender<News>,
        mut stopped: oneshot::Receiver<()>,
    ) {
        loop {
            let woken = tokio::select! {
                _ = &mut stopped => return,
                woken = self.pause() => woken,
            };
            let beat = tokio::select! {
                _ = &mut stopped => return,
                beat = self.beat() => beat,
            };
            match beat {
                Ok(news) => {
                    let is_lost = matches!(news, News::Lost(_));
                    tell.send_if_modified(|known| {
                        let changed = woken || *known != news;
                        *known = news;
                        changed
                    });
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

    /// Until somebody tells of a change, or it is time to renew; which of them.
    async fn pause(&mut self) -> bool {
        let pause = jittered(self.identity.lease / BEATS);
        let Some(session) = &mut self.session else {
            tokio::time::sleep(pause.min(RECONNECT)).await;
            return false;
        };
        tokio::time::timeout(pause, session.notified()).await.is_ok()
    }

    /// Takes the lease or renews it, and reads how far migrations are.
    pub(super) async fn beat(&mut self) -> Result<News, Error> {
        let lease = self.identity.lease;
        match tokio::time::timeout(lease, self.renew()).await {
            Ok(outcome) => outcome,
            Err(_) => Err(Error::lease(LeaseError::Silent { waited: lease })),
        }
    }

    async fn renew(&mut self) -> Result<News, Error> {
        let app = quote_literal(&self.identity.app);
        self.session().await?;
        let hold = self.identity.hold();
        let session = self.session().await?;
        if let Err(error) = query(session, &hold).await {
            return self.refused(error).await;
        }
        self.is_renewed = true;
        self.last = None;
        let session = self.session().await?;
        let sql = format!("select id, state from changeover.migrations where history = {app}");
        let rows = query(session, &sql).await?;
        let state = |text: Option<&str>| State::parse(text?);
        let states =
            rows.iter().filter_map(|row| Some((row.get(0)?.to_owned(), state(row.get(1))?)));
        Ok(News::States(States(states.collect())))
    }

    async fn refused(&mut self, error: Error) -> Result<News, Error> {
        match error.code() {
            Some(TOO_OLD) => {}
            Some(code) if UNDEFINED.contains(&code) => {
                return Err(Error::lease(LeaseError::NotPrepared).caused_by(error));
            }
            _ => return Err(error),
        }
        let (app, place) = (quote_literal(&self.identity.app), self.identity.place);
        let sql = format!(
            "select migration, phase from changeover.gates where history = {app} \
             and opened_at is not null and position > {place} order by position limit 1"
        );
        let rows = query(self.session().await?, &sql).await?;
        let row = rows.iter().next();
        let text = |column| row.and_then(|row| row.get(column)).unwrap_or_default();
        let phase = Phase::ALL.into_iter().find(|phase| phase.to_string() == text(1));
        Ok(News::Lost(Lost {
            migration: text(0).to_owned(),
            phase: phase.unwrap_or(Phase::Contract),
        }))
    }

    async fn session(&mut self) -> Result<&mut Box<dyn Executor>, Error> {
        if self.session.is_none() {
            let connected = self.connector.connect().await;
            let mut session =
                connected.map_err(|error| Error::new(Kind::Connect).caused_by(error))?;
            self.identity.pooled = session.is_pooled();
            // What is set on a pooler's session, or heard there, would be another client's.
            if !self.identity.pooled {
                query(&mut session, &set(Scope::Session, &SETTINGS)).await?;
                query(&mut session, "listen changeover").await?;
            }
            self.session = Some(session);
        }
        self.session.as_mut().ok_or_else(|| Error::new(Kind::Connect))
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

async fn query(session: &mut Box<dyn Executor>, sql: &str) -> Result<Rows, Error> {
    session.query(sql).await.map_err(|error| Error::sql(sql, error))
}
