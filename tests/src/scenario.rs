//! What a test of one operation says; the order of things belongs to [`run`](crate::run).

use changeover::migration::{Migration, Migrations};

use crate::client::Client;
use crate::{Failure, fail};

/// A change in its history, and the clients that must live through it.
#[derive(Debug, Clone)]
pub struct Scenario {
    pub(crate) history: &'static Migrations,
    pub(crate) change: &'static str,
    pub(crate) preludes: Vec<&'static str>,
    pub(crate) seeds: Vec<&'static str>,
    pub(crate) old: Option<Client>,
    pub(crate) dual: Option<Client>,
    pub(crate) new: Option<Client>,
    pub(crate) equal: Vec<&'static str>,
    pub(crate) equal_switched: Vec<&'static str>,
    pub(crate) gone: Vec<&'static str>,
    pub(crate) undoable: bool,
    pub(crate) can_roll_back: bool,
    pub(crate) rewrites: bool,
    pub(crate) rights: Option<&'static [&'static str]>,
    pub(crate) by_rule: Option<&'static str>,
}

impl Scenario {
    /// A scenario of the change that the migration with this id makes. What precedes it in the
    /// history is the schema that the seed meets; what follows it is run at the end.
    #[must_use]
    pub fn new(history: &'static Migrations, change: &'static str) -> Self {
        Scenario {
            history,
            change,
            preludes: Vec::new(),
            seeds: Vec::new(),
            old: None,
            dual: None,
            new: None,
            equal: Vec::new(),
            equal_switched: Vec::new(),
            gone: Vec::new(),
            undoable: true,
            can_roll_back: true,
            rewrites: false,
            rights: None,
            by_rule: None,
        }
    }

    /// SQL that no migration does, such as making a schema, before the first one.
    #[must_use]
    pub fn before(mut self, sql: &'static str) -> Self {
        self.preludes.push(sql);
        self
    }

    /// SQL that fills the tables before the change; about 2,000 rows are enough to be met in the
    /// middle of a backfill.
    #[must_use]
    pub fn seed(mut self, sql: &'static str) -> Self {
        self.seeds.push(sql);
        self
    }

    /// The build before the change. It runs from the seed until the switch or the contract, or to
    /// the end where there is no new build.
    #[must_use]
    pub fn old_build(mut self, client: Client) -> Self {
        self.old = Some(client);
        self
    }

    /// A build that writes both shapes and reads the old. It runs from the expansion until the
    /// contract.
    #[must_use]
    pub fn dual_build(mut self, client: Client) -> Self {
        self.dual = Some(client);
        self
    }

    /// The build that knows the new shape only. It runs from the end of `Migrate` to the end.
    #[must_use]
    pub fn new_build(mut self, client: Client) -> Self {
        self.new = Some(client);
        self
    }

    /// A query that counts rows in which the shapes differ, asked while both are there.
    #[must_use]
    pub fn equal(mut self, query: &'static str) -> Self {
        self.equal.push(query);
        self
    }

    /// The same between the switch and the contract.
    #[must_use]
    pub fn equal_switched(mut self, query: &'static str) -> Self {
        self.equal_switched.push(query);
        self
    }

    /// A query that counts rows which the contract should have taken away.
    #[must_use]
    pub fn gone(mut self, query: &'static str) -> Self {
        self.gone.push(query);
        self
    }

    /// Leaves out what needs the undo, for what PostgreSQL cannot take back.
    #[must_use]
    pub fn without_undo(mut self) -> Self {
        self.undoable = false;
        self
    }

    /// Leaves out the undo after new builds have served, where the old shape has no room for what
    /// they wrote.
    #[must_use]
    pub fn without_rollback(mut self) -> Self {
        self.can_roll_back = false;
        self
    }

    /// Lets the change write a table anew, for one-step forms that do nothing else.
    #[must_use]
    pub fn rewriting(mut self) -> Self {
        self.rewrites = true;
        self
    }

    /// Leaves out of all catalogs what has a name that begins so: a rule makes it as time goes on, and the
    /// model has none of it.
    #[must_use]
    pub fn made_by_rule(mut self, start: &'static str) -> Self {
        self.by_rule = Some(start);
        self
    }

    /// The history that the change is in.
    pub fn history(&self) -> &'static Migrations {
        self.history
    }

    /// Runs it as a role that has the rights of [`grants::runner`](changeover::grants::runner) and
    /// these alone, for clients of one that owns nothing. `$runner` is the one, `$app` the other
    /// and `$database` the database.
    #[must_use]
    pub fn with_rights(mut self, statements: &'static [&'static str]) -> Self {
        self.rights = Some(statements);
        self
    }

    /// Tells whether migrations follow the change: its switch, its contract.
    pub(crate) fn is_followed(&self) -> Result<bool, Failure> {
        let change = self.migration()?;
        Ok(self.history.head().is_some_and(|head| head.id != change.id))
    }

    /// The migration that declares the switch of the change, where it has one.
    pub(crate) fn switch(&self) -> Option<&'static Migration> {
        let declares = |migration: &&&'static Migration| migration.switches.contains(&self.change);
        self.history.migrations.iter().find(declares).copied()
    }

    /// The migration under test, whose review file is the folder's `plan.sql`.
    pub fn migration(&self) -> Result<&'static Migration, Failure> {
        match self.history.get(self.change) {
            Some(migration) => Ok(migration),
            None => fail!("the history has no migration {}", self.change),
        }
    }
}
