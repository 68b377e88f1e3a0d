//! The database, the clients and the watchers of one scenario, and what can be done with them.

mod hands;

use std::collections::BTreeMap;
use std::sync::Arc;

use changeover::migration::{Migration, Phase};
use changeover::testing::{Database, DeclaredLocks, Server, declared_locks};

pub(crate) use self::hands::Once;
use crate::client::Client;
use crate::database::{connect, forbid_rewrites};
use crate::hand::{Command, Hand, runner, until};
use crate::ledger::Ledger;
use crate::locks::Sampler;
use crate::roles::Roles;
use crate::scenario::Scenario;
use crate::traffic::{Running, Slowest, Traffic};
use crate::{Failure, catalog, fail};

/// Enough actions that each kind is met a few times on each connection.
const ACTIONS: u64 = 25;

/// The phases that an undo takes back.
const FORWARD: [Phase; 2] = [Phase::Expand, Phase::Migrate];

/// Which build of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Build {
    Old,
    Dual,
    New,
}

pub(crate) struct Stage<'a> {
    scenario: &'a Scenario,
    hand: Hand<'a>,
    running: Vec<(Build, Running)>,
    traffic: Arc<Traffic>,
    sampler: Sampler,
    files: Vec<(u32, String, u32)>,
    roles: Option<Roles>,
    db: tokio_postgres::Client,
    /// Last, so that it is dropped after every connection to it.
    database: Database,
}

impl<'a> Stage<'a> {
    /// A database with the schema before the change, and the seed in it.
    pub(crate) async fn seeded(
        scenario: &'a Scenario,
        name: &str,
        hand: Hand<'a>,
    ) -> Result<Self, Failure> {
        let server = Server::shared().await?;
        let database = server.database(name).await?;
        let db = connect(database.url(), "harness").await?;
        if !scenario.rewrites {
            forbid_rewrites(&db).await?;
        }
        for prelude in &scenario.preludes {
            db.batch_execute(prelude).await?;
        }
        let roles = match scenario.rights {
            Some(_) => Some(Roles::make(&db, database.url()).await?),
            None => None,
        };
        if let (Some(roles), Some(also)) = (&roles, scenario.rights) {
            roles.give(&db, also).await?;
        }
        if let Some(parent) = scenario.migration()?.parent {
            let history = until(scenario.history, parent)?;
            runner(database.url(), roles.as_ref(), &history).await?.contract().await?;
        }
        for seed in &scenario.seeds {
            db.batch_execute(seed).await.map_err(|error| Failure::from(error).during("seed"))?;
        }
        let mut ledgers = BTreeMap::new();
        for client in [&scenario.new, &scenario.dual].into_iter().flatten() {
            ledgers.insert(client.rows, Ledger::of_rest(&db, client).await?);
        }
        if let Some(client) = &scenario.old {
            ledgers.insert(client.rows, Ledger::of_seed(&db, client).await?);
        }
        let is_steady = matches!(hand, Hand::Steady);
        Ok(Stage {
            scenario,
            hand,
            running: Vec::new(),
            traffic: Traffic::new(database.url(), ledgers),
            // How long a lock is held depends on who is killed where.
            sampler: Sampler::start(database.url(), is_steady).await?,
            files: catalog::files(&db).await?,
            roles,
            db,
            database,
        })
    }

    /// A name for what happens from now on, and the locks that it may take.
    fn enter(&self, name: &str, declared: DeclaredLocks) {
        self.traffic.enter(name);
        self.sampler.allow(declared);
    }

    pub(crate) fn phase(&self) -> String {
        self.traffic.phase()
    }

    fn client(&self, build: Build) -> Option<&'a Client> {
        match build {
            Build::Old => self.scenario.old.as_ref(),
            Build::Dual => self.scenario.dual.as_ref(),
            Build::New => self.scenario.new.as_ref(),
        }
    }

    /// Starts the connections of a build, where the scenario has it, and waits until each of them
    /// is at work.
    pub(crate) async fn arrive(&mut self, build: Build) -> Result<(), Failure> {
        let Some(client) = self.client(build) else { return Ok(()) };
        let mut client = client.clone();
        client.role = client.role.or(self.roles.as_ref().map(Roles::app));
        let running = self.traffic.start(&format!("{build:?}").to_lowercase(), &client).await?;
        self.running.push((build, running));
        self.advance().await
    }

    /// Stops all connections of a build.
    pub(crate) async fn leave(&mut self, build: Build) -> Result<(), Failure> {
        while let Some(index) = self.running.iter().position(|(running, _)| *running == build) {
            self.running.swap_remove(index).1.leave().await?;
        }
        Ok(())
    }

    /// Waits until every connection has done more, so that it has met the present state.
    pub(crate) async fn advance(&mut self) -> Result<(), Failure> {
        self.act(ACTIONS).await
    }

    async fn act(&mut self, actions: u64) -> Result<(), Failure> {
        let targets: Vec<_> =
            self.running.iter().map(|(_, running)| running.after(actions)).collect();
        for ((_, running), targets) in self.running.iter_mut().zip(targets) {
            running.reach(&targets).await?;
        }
        Ok(())
    }

    /// Compares the database with every acknowledged write, as this build reads it.
    pub(crate) async fn verify(&self, build: Build) -> Result<(), Failure> {
        let Some(client) = self.client(build) else { return Ok(()) };
        self.traffic.verify(&self.db, client).await
    }

    /// Asserts that the two shapes are equal in every row, while clients go on writing: each
    /// query is one statement and so sees one snapshot.
    pub(crate) async fn expect_equal_shapes(&self) -> Result<(), Failure> {
        self.expect_none_differ(&self.scenario.equal).await
    }

    /// The same between the switch and the contract.
    pub(crate) async fn expect_equal_after_switch(&self) -> Result<(), Failure> {
        self.expect_none_differ(&self.scenario.equal_switched).await
    }

    /// Asserts that the contract has left nothing of what it takes away.
    pub(crate) async fn expect_gone(&self) -> Result<(), Failure> {
        self.expect_none_differ(&self.scenario.gone).await
    }

    async fn expect_none_differ(&self, queries: &[&str]) -> Result<(), Failure> {
        for query in queries {
            let differing: i64 = self.db.query_one(*query, &[]).await?.get(0);
            if differing != 0 {
                self.traffic.count_wrong(differing.unsigned_abs());
                fail!("the shapes differ in {differing} rows: {query}");
            }
        }
        Ok(())
    }

    pub(crate) async fn expand(&mut self) -> Result<(), Failure> {
        self.enter("expand", self.forth(&[Phase::Expand])?);
        self.carry_out(self.scenario.change, Command::Expand).await
    }

    pub(crate) async fn migrate(&mut self) -> Result<(), Failure> {
        self.enter("migrate", self.forth(&[Phase::Migrate])?);
        self.carry_out(self.scenario.change, Command::Migrate).await
    }

    /// Runs the switch of the change, and nothing behind it.
    pub(crate) async fn switch(&mut self, switch: &'static Migration) -> Result<(), Failure> {
        self.enter("switch", self.forth(&[Phase::Switch])?);
        self.carry_out(switch.id, Command::Contract).await
    }

    /// Takes the switch back, and nothing before it.
    pub(crate) async fn switch_back(&mut self, switch: &'static Migration) -> Result<(), Failure> {
        self.enter(
            "the way back",
            declared_locks(self.scenario.migration()?, &[Phase::Switch], true),
        );
        self.carry_out(switch.id, Command::Undo(switch.id)).await
    }

    /// The undo of the change: tables that it makes have rows by then.
    pub(crate) fn taking_back(&self) -> Result<Command<'static>, Failure> {
        let migration = self.scenario.migration()?;
        let (id, changes) = (migration.id, migration.changes());
        let makes = changes.iter().any(|change| change.operation == "create_table");
        Ok(if makes { Command::UndoWithRows(id) } else { Command::Undo(id) })
    }

    /// Takes the change back; the values that only the new shape held go with it.
    pub(crate) async fn undo(&mut self) -> Result<(), Failure> {
        self.enter("undo", declared_locks(self.scenario.migration()?, &FORWARD, true));
        let change = self.scenario.change;
        self.carry_out(change, self.taking_back()?).await?;
        let (_between_actions, ledgers) = self.traffic.pause().await;
        for (rows, ledger) in ledgers {
            let there = self.db.query_one("select to_regclass($1) is not null", &[rows]).await?;
            match self.client(Build::Old).filter(|old| old.rows == *rows) {
                Some(old) => ledger.forget_all_but(old.slot),
                None if there.get(0) => {}
                None => ledger.clear(),
            }
        }
        Ok(())
    }

    /// Runs what the history declares after the change: its switch, its contract.
    pub(crate) async fn finish(&mut self) -> Result<(), Failure> {
        let mut allowed = self.forth(&Phase::ALL)?;
        for migration in self.scenario.history.migrations {
            if migration.contracts.contains(&self.scenario.change) {
                allowed.extend(declared_locks(migration, &Phase::ALL, false));
            }
        }
        self.enter("contract", allowed);
        let head = self.scenario.history.head().map_or("", |head| head.id);
        self.carry_out(head, Command::Contract).await
    }

    pub(crate) async fn catalog(&self) -> Result<String, Failure> {
        let all = catalog::dump(&self.db).await?;
        let Some(start) = self.scenario.by_rule else { return Ok(all) };
        let kept: Vec<&str> = all.lines().filter(|line| !line.contains(start)).collect();
        Ok(kept.join("\n"))
    }

    /// The catalogs of an empty database in which the compiler's model of the schema was run.
    pub(crate) async fn model(&self) -> Result<String, Failure> {
        let server = Server::shared().await?;
        let database = server.database("model").await?;
        let db = connect(database.url(), "harness-model").await?;
        if let (Some(roles), Some(also)) = (&self.roles, self.scenario.rights) {
            roles.become_runner(&db, also).await?;
        }
        for sql in self.scenario.history.schema {
            let outcome = db.batch_execute(sql).await;
            outcome.map_err(|error| Failure::from(error).during(format!("model: `{sql}`")))?;
        }
        catalog::dump(&db).await
    }

    /// Stops everything and reports what the watchers saw.
    pub(crate) async fn close(mut self) -> Result<Slowest, Failure> {
        for build in [Build::Old, Build::Dual, Build::New] {
            self.leave(build).await?;
        }
        if !self.scenario.rewrites {
            catalog::expect_same_files(&self.db, &self.files).await?;
        }
        self.sampler.finish().await?;
        if let Some(roles) = self.roles {
            roles.drop().await?;
        }
        Ok(self.traffic.slowest())
    }
}
