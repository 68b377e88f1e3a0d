//! What both ways of changing the schema share: the database, the clients, the clock.

use std::{sync::Arc, time::Duration};

use changeover::{
    Changeover, Gate, Migrations,
    testing::{Database, Server},
};

use crate::{
    Result,
    clients::{Build, Fleet},
    ledger::Ledger,
    migrations::MIGRATIONS,
    progress::Meter,
    report::{self, Timeline},
};

pub(crate) const ROWS: u32 = 200_000;
/// Eight clients of fifty requests a second each: busy enough to notice a lock of a few
/// milliseconds, and far from what the server can do, so that a latency is a wait for a lock.
pub(crate) const CLIENTS: usize = 8;

const WATCHED: Duration = Duration::from_secs(4);

pub(crate) struct Stage {
    pub(crate) database: Database,
    pub(crate) fleet: Fleet,
    pub(crate) timeline: Timeline,
    ledger: Arc<Ledger>,
    /// Stops when the stage is dropped, if it is our own.
    _server: Server,
}

impl Stage {
    /// A database with the table as the service's first release made it.
    pub(crate) async fn set() -> Result<Self> {
        let server = Server::start().await?;
        let database = server.database("quickstart").await?;
        let version = server.version_num();
        println!("PostgreSQL {}.{}, {}", version / 10_000, version % 10_000, database.url());

        let first = build("m0001_create_users")?;
        Changeover::builder(&first)
            .app("accounts")
            .connect(database.url())
            .await?
            .migrate()
            .await?;
        let ledger = Arc::new(Ledger::new(ROWS));
        ledger.seed(&database.connect().await?).await?;
        println!("table `users` with {} rows", report::grouped(ROWS.into()));

        let fleet = Fleet::new(database.url(), Arc::clone(&ledger));
        Ok(Self { database, fleet, timeline: Timeline::default(), ledger, _server: server })
    }

    /// The service as a build that was compiled with the history up to a migration.
    pub(crate) async fn connect(&self, head: &str, meter: Option<&Meter>) -> Result<Changeover> {
        let mut builder = Changeover::builder(&build(head)?).app("accounts").gate(Gate::Manual);
        if let Some(meter) = meter.cloned() {
            builder = builder.on_progress(move |progress| meter.show(progress));
        }
        Ok(builder.connect(self.database.url()).await?)
    }

    /// Lets the clients work for a while.
    pub(crate) async fn watch(&mut self, name: &'static str) {
        self.timeline.next(name);
        tokio::time::sleep(WATCHED).await;
    }

    /// Replaces the old build's clients by the new one's, one by one.
    pub(crate) async fn roll_out(&mut self) -> Result<()> {
        self.timeline.next("roll-out");
        for _ in 0..CLIENTS {
            self.fleet.start(Build::New, 1).await?;
            tokio::time::sleep(WATCHED / 8).await;
            self.fleet.stop(Build::Old, 1).await?;
        }
        Ok(())
    }

    /// Checks every row, prints the table, and says whether all is well.
    pub(crate) async fn close(mut self) -> Result<bool> {
        self.timeline.end();
        self.fleet.stop(Build::Old, CLIENTS).await?;
        self.fleet.stop(Build::New, CLIENTS).await?;
        let samples = self.fleet.into_samples();
        let wrong = self.ledger.check(&self.database.connect().await?).await?;

        println!("\n{}", self.timeline.table(&samples));
        let errors = report::errors(&samples);
        print!("{errors}");
        for row in wrong.iter().take(10) {
            println!("wrong row: {row}");
        }
        println!(
            "{} rows checked, {} wrong; {} client errors",
            report::grouped(self.ledger.rows() as u64),
            report::grouped(wrong.len() as u64),
            report::grouped(errors.total),
        );
        Ok(wrong.is_empty() && errors.total == 0)
    }
}

fn build(head: &str) -> Result<Migrations> {
    Ok(MIGRATIONS.until(head).ok_or_else(|| format!("the history has no `{head}`"))?)
}
