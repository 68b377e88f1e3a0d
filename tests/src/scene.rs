//! A server of the test's own that goes away in the middle of things, and clients at work that
//! outlast it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use changeover::testing::Server;
use changeover::{Error, Migrations, Report};
use tokio::task::JoinHandle;

use crate::fixture::Fixture;
use crate::traffic::{Running, Traffic};
use crate::{Client, Failure, connect, fail};

/// A run beside the test.
pub type Run = JoinHandle<Result<Report, Error>>;

/// A server, a database in it with a table `users`, and a build of the service.
pub struct Scene {
    /// The database.
    pub fixture: Fixture,
    /// The clients' account of what they wrote.
    pub traffic: Arc<Traffic>,
    /// What the clients do.
    pub client: Client,
    /// The clients.
    pub clients: Running,
    /// The server that clients use; after the database, which is dropped on it.
    pub server: Server,
    standby: Option<Server>,
}

impl Scene {
    /// So many users, and three connections of this client.
    pub async fn new(rows: u32, client: Client) -> Result<Self, Failure> {
        let server = Server::start_own().await?;
        let fixture = Fixture::on(&server, "scene").await?.users(rows).await?;
        Scene::of(server, fixture, None, client).await
    }

    /// The same with a standby that has every commit before its client hears of it.
    pub async fn replicated(rows: u32, client: Client) -> Result<Self, Failure> {
        let mut server = Server::start_own().await?;
        let mut fixture = Fixture::on(&server, "scene").await?.users(rows).await?;
        let standby = server.standby().await?;
        fixture.follow(&server).await?;
        // Not in the file that the standby has a copy of: it is to go on alone.
        fixture.db.batch_execute("alter system set synchronous_standby_names = '*'").await?;
        fixture.db.batch_execute("select pg_reload_conf()").await?;
        fixture
            .wait_until("select exists (select from pg_stat_replication where sync_state = 'sync')")
            .await?;
        Scene::of(server, fixture, Some(standby), client).await
    }

    async fn of(
        server: Server,
        fixture: Fixture,
        standby: Option<Server>,
        client: Client,
    ) -> Result<Self, Failure> {
        let client = client.connections(3);
        let traffic = fixture.traffic(&client).await?;
        traffic.outlast_the_server();
        let mut clients = traffic.start("build", &client).await?;
        clients.advance(5).await?;
        Ok(Scene { fixture, traffic, client, clients, server, standby })
    }

    /// The server crashes and starts again.
    pub async fn restart(&mut self) -> Result<(), Failure> {
        self.server.crash().await?;
        self.server.restart().await?;
        self.fixture.follow(&self.server).await?;
        self.clients.advance(10).await
    }

    /// The server crashes for good, and the standby takes its place.
    pub async fn fail_over(&mut self) -> Result<(), Failure> {
        self.lose().await?;
        self.promote().await
    }

    /// The server crashes for good; the standby is there, and only reads.
    pub async fn lose(&mut self) -> Result<(), Failure> {
        let Some(standby) = self.standby.take() else { fail!("there is no standby") };
        self.server.crash().await?;
        self.server = standby;
        self.fixture.follow(&self.server).await
    }

    /// The standby takes the place of the server that was lost.
    pub async fn promote(&mut self) -> Result<(), Failure> {
        // Of another database, or what is still replayed might cancel it.
        let promoter = connect(&self.server.url("postgres"), "promoter").await?;
        promoter.batch_execute("select pg_promote()").await?;
        self.traffic.redirect(self.fixture.url());
        self.clients.advance(10).await
    }

    /// Starts a run of `migrate` and waits until its backfill has filled so many rows.
    pub async fn migrate_until(&self, history: &Migrations, rows: u64) -> Result<Run, Failure> {
        let filled = Arc::new(AtomicU64::new(0));
        let last = filled.clone();
        let mut runner = Fixture::builder(history)
            .on_progress(move |progress| {
                last.fetch_max(progress.rows, Ordering::Relaxed);
            })
            .connect(self.fixture.url())
            .await?;
        let run = tokio::spawn(async move { runner.migrate().await });
        while filled.load(Ordering::Relaxed) < rows && !run.is_finished() {
            tokio::task::yield_now().await;
        }
        Ok(run)
    }

    /// Starts a run of `contract`.
    pub async fn contract(&self, history: &Migrations) -> Result<Run, Failure> {
        let mut runner = self.fixture.runner(history).await?;
        Ok(tokio::spawn(async move { runner.contract().await }))
    }

    /// Every write that was acknowledged is there.
    pub async fn verify(&self) -> Result<(), Failure> {
        self.traffic.verify(&self.fixture.db, &self.client).await
    }

    /// Fails unless a query counts nothing.
    pub async fn expect_none(&self, query: &str) -> Result<(), Failure> {
        match self.fixture.count(query).await? {
            0 => Ok(()),
            rows => fail!("{rows} rows: {query}"),
        }
    }
}

/// A run that loses its server ends with an error that says so.
pub async fn expect_lost(run: Run) -> Result<(), Failure> {
    match run.await.map_err(|error| Failure::new(error.to_string()))? {
        Err(error) if error.is_connection_lost() => Ok(()),
        Err(error) => fail!("another error: {error}"),
        Ok(_) => fail!("the run was done before the server went"),
    }
}
