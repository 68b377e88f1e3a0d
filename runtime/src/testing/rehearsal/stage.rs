//! What a rehearsal has in hand: its own session, the clients of both builds, the watch of locks, and what
//! has been found.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use tokio_postgres::Client;

use super::clients::build::{Age, Build};
use super::clients::fleet::Fleet;
use super::clients::rows::Rows;
use super::clients::seen::Seen;
use super::found::findings;
use super::found::outcome::{Problem, ProblemKind, Rehearsal, RehearsedPhase};
use super::locks::declared::DeclaredLocks;
use super::locks::watch::LockWatch;
use super::setup::Setup;
use crate::changeover::Changeover;
use crate::changeover::builder::Builder;
use crate::migration::Migrations;
use crate::outcome::error::Error;
use crate::session::connect::url;
use crate::session::executor::SqlError;
use crate::settings::Gate;

/// Of the server as a whole the WAL, of this database its size.
const FIGURES: &str = "select (pg_catalog.pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint, \
    pg_catalog.pg_database_size(pg_catalog.current_database())";

/// Whatever the role has as its own: some of what is asked takes long. Checksums are of few groups, which
/// the planner does not know, and would sort all rows for.
const SETTINGS: &str = "set enable_sort = off; set work_mem = '64MB'; set statement_timeout = 0; set lock_timeout = '10s'; \
    set idle_in_transaction_session_timeout = 0";

/// What is ours names PostgreSQL's own functions and operators, whatever somebody has put into `public`
/// that fits better.
const OWN_PATH: &str = "set search_path = pg_catalog, pg_temp";

pub(super) struct Stage<'s> {
    pub(super) setup: &'s Setup,
    pub(super) url: String,
    /// For what the rehearsal itself asks.
    pub(super) db: Client,
    /// For SQL of the user's, under the path that the role has.
    pub(super) users: Client,
    pub(super) seen: Arc<Seen>,
    locks: LockWatch,
    fleets: BTreeMap<Age, Fleet>,
    /// The rows that clients use, by the number of their table.
    pub(super) rows: BTreeMap<u32, Arc<Rows>>,
    pub(super) found: Rehearsal,
    /// Of each query that must give no row, why it could not be asked, or that it was.
    pub(super) asked: Vec<Result<(), String>>,
}

impl<'s> Stage<'s> {
    pub(super) async fn set(setup: &'s Setup, url: &str) -> Result<Stage<'s>, Error> {
        let (db, users) = (connected(url, OWN_PATH).await?, connected(url, SETTINGS).await?);
        execute(&db, SETTINGS).await?;
        let row = one(
            &db,
            "select pg_catalog.current_database()::text, \
            pg_catalog.split_part(pg_catalog.current_setting('server_version'), ' ', 1)",
        )
        .await?;
        let found = Rehearsal {
            database: row.get(0),
            server: row.get(1),
            longest_lock: setup.longest_lock,
            ..Rehearsal::default()
        };
        Ok(Stage {
            setup,
            url: url.to_owned(),
            db,
            users,
            seen: Arc::default(),
            locks: LockWatch::start(url).await?,
            fleets: BTreeMap::new(),
            rows: BTreeMap::new(),
            found,
            asked: setup.none.iter().map(|_| Err("it was never asked".to_owned())).collect(),
        })
    }

    /// A runner's settings for a history.
    pub(super) fn builder(&self, history: &Migrations) -> Builder {
        let builder = Changeover::builder(history).gate(Gate::Manual);
        match &self.setup.app {
            Some(app) => builder.app(app),
            None => builder,
        }
    }

    /// A runner that whoever stops the rehearsal stops.
    pub(super) async fn changeover(&self, history: &Migrations) -> Result<Changeover, Error> {
        self.builder(history).interrupt(&self.setup.interrupt).connect(&self.url).await
    }

    /// Lets clients of a build in.
    pub(super) async fn arrive(&mut self, build: &Arc<Build>) -> Result<(), Error> {
        if build.is_idle() || self.fleets.contains_key(&build.age) {
            return Ok(());
        }
        let fleet = Fleet::start(&self.url, build, &self.seen, self.setup.rate).await?;
        self.fleets.insert(build.age, fleet);
        Ok(())
    }

    /// Lets the clients of a build end.
    pub(super) async fn leave(&mut self, age: Age) {
        if let Some(fleet) = self.fleets.remove(&age) {
            fleet.leave().await;
        }
    }

    /// Ends all clients.
    pub(super) async fn clear(&mut self) {
        self.leave(Age::Old).await;
        self.leave(Age::New).await;
    }

    /// Measures a part. A run in it may take these locks.
    pub(super) async fn phase<T>(
        &mut self,
        migration: &str,
        name: &'static str,
        declared: DeclaredLocks,
        work: impl Future<Output = T>,
    ) -> Result<T, Error> {
        self.tell(migration, name);
        let before = self.figures().await?;
        self.seen.enter();
        self.locks.enter(declared);
        let started = Instant::now();
        let outcome = work.await;
        let took = started.elapsed();
        let watched = self.locks.enter(DeclaredLocks::new());
        let after = self.figures().await?;
        let mut phase = RehearsedPhase {
            migration: migration.to_owned(),
            name,
            took,
            wal: u64::try_from(after.0 - before.0).unwrap_or_default(),
            growth: after.1 - before.1,
            ..RehearsedPhase::default()
        };
        findings::note_locks(&mut self.found, &mut phase, watched);
        self.found.phases.push(phase);
        Ok(outcome)
    }

    /// Says what begins.
    pub(super) fn tell(&self, migration: &str, name: &str) {
        if let Some(tell) = &self.setup.tell {
            tell(&format!("{migration}: {name}"));
        }
    }

    /// Lets clients alone for a while.
    pub(super) async fn rest(&mut self, migration: &str, name: &'static str) -> Result<(), Error> {
        let time = self.setup.at_rest;
        let rests = self.setup.interrupt.clone();
        self.phase(migration, name, DeclaredLocks::new(), async move { rests.sleep(time).await })
            .await?
    }

    async fn figures(&self) -> Result<(i64, i64), Error> {
        let row = one(&self.db, FIGURES).await?;
        Ok((row.get(0), row.get(1)))
    }

    /// The part that was measured last.
    pub(super) fn last(&mut self) -> Option<&mut RehearsedPhase> {
        self.found.phases.last_mut()
    }

    pub(super) fn problem(
        &mut self,
        kind: ProblemKind,
        migration: &str,
        (what, help): (String, &str),
    ) {
        let phase = self.found.phases.last().map_or("before", |phase| phase.name);
        self.found.problems.push(Problem {
            kind,
            migration: migration.to_owned(),
            phase,
            what,
            statement: None,
            code: None,
            help: help.to_owned(),
        });
    }

    pub(super) fn left_out(&mut self, what: String) {
        if !self.found.left_out.contains(&what) {
            self.found.left_out.push(what);
        }
    }

    pub(super) fn note(&mut self, what: String) {
        if !self.found.notes.contains(&what) {
            self.found.notes.push(what);
        }
    }

    /// Whether whoever started it wants it to end.
    pub(super) fn pass(&self) -> Result<(), Error> {
        self.setup.interrupt.pass()
    }

    /// Ends it, with what clients have seen.
    pub(super) async fn close(mut self) -> Rehearsal {
        findings::note_clients(&mut self.found, &self.seen.take());
        let history = &self.setup.history;
        if let Ok(mut changeover) = self.builder(history).connect(&self.url).await {
            self.found.timeline = changeover.timeline().await.unwrap_or_default();
            if let Ok(status) = changeover.status().await {
                self.found.state = findings::state(&status);
            }
        }
        self.found
    }
}

async fn connected(url: &str, settings: &str) -> Result<Client, Error> {
    let db = url::client(url, "rehearsal").await.map_err(|error| Error::connect(&error))?;
    execute(&db, settings).await?;
    Ok(db)
}

pub(super) async fn execute(db: &Client, sql: &str) -> Result<(), Error> {
    let done = db.batch_execute(sql).await;
    done.map_err(|error| Error::sql(sql, &SqlError::from(error)))
}

async fn one(db: &Client, sql: &str) -> Result<tokio_postgres::Row, Error> {
    let row = db.query_one(sql, &[]).await;
    row.map_err(|error| Error::sql(sql, &SqlError::from(error)))
}
