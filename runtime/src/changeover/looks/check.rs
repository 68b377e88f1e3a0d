//! Is the database what the code says?

use std::collections::BTreeMap;

use crate::catalog::compare::compare;
use crate::catalog::declaration::{Declaration, QualifiedName};
use crate::catalog::read;
use crate::catalog::scratch::names::split;
use crate::catalog::scratch::{self, Declarations, Declared, Shape};
use crate::changeover::Changeover;
use crate::migration::{Migration, Migrations, Step};
use crate::outcome::comparison::Comparison;
use crate::outcome::error::Error;
use crate::outcome::status::State;
use crate::record::ledger::Ledger;
use crate::record::store;
use crate::rules;
use crate::session::executor::Executor;
use crate::session::sql::milliseconds;
use crate::work;

/// What needs no right on the database.
const ELSEWHERE: &str = "build what is declared in another database, with `Changeover::check_with`";

impl Changeover {
    /// Holds all that the history declares against what the database has: each difference with what
    /// is declared, what is there, and the changes that lead either way.
    ///
    /// It builds what is declared in schemas of its own, in a transaction that is rolled back, so
    /// the role needs CREATE on the database. It takes no lock on a table of the service's but, for as
    /// long as it reads the catalogs, a reader's, and reads none of its rows. A table that a migration is under way on is not compared, and named.
    pub async fn check(&mut self) -> Result<Comparison, Error> {
        let shape = Shape { statements: self.history.schema, names: self.history.names };
        let timeout = milliseconds(self.settings.lock_timeout);
        let under_way = self.under_way().await?;
        let executor = self.session.begin_aside().await?;
        let found = read::in_snapshot(executor).await?;
        let declared = scratch::declared(executor, shape, &timeout, &Declarations).await;
        self.session.end_aside();
        Ok(outcome(declared.map_err(|error| error.or(ELSEWHERE))?, found, &under_way))
    }

    /// The same with what is declared built in another database, for a role that may create nothing
    /// in this one, or a standby. There, too, nothing of it stays.
    pub async fn check_with(&mut self, shadow: &mut dyn Executor) -> Result<Comparison, Error> {
        let shape = Shape { statements: self.history.schema, names: self.history.names };
        let timeout = milliseconds(self.settings.lock_timeout);
        let under_way = self.under_way().await?;
        let found = read::in_snapshot(self.session.begin_aside().await?).await?;
        self.session.end_aside();
        // A check that was dropped half-way has left it in a transaction.
        shadow.query("rollback").await.map_err(|error| Error::sql("rollback", &error))?;
        let declared = scratch::declared(shadow, shape, &timeout, &Declarations).await?;
        Ok(outcome(declared, found, &under_way))
    }

    /// What the migrations that are not at their end touch, each with that.
    async fn under_way(&mut self) -> Result<BTreeMap<QualifiedName, String>, Error> {
        let executor = self.session.unlocked().await?;
        store::trust::before_reading(executor).await?;
        let mut ledger = Ledger::read(executor, &self.settings.app).await?;
        rules::take_squashed(&self.history, &mut ledger)?;
        Ok(under_way(&self.history, &ledger))
    }
}

fn outcome(
    declared: Declared<Vec<Declaration>>,
    mut found: Vec<Declaration>,
    under_way: &BTreeMap<QualifiedName, String>,
) -> Comparison {
    let Declared { found: mut declarations, unbuilt, there } = declared;
    let mut skipped = BTreeMap::new();
    for all in [&mut declarations, &mut found] {
        all.retain(|one| {
            let whole = one.on.as_ref().unwrap_or(&one.name);
            // A function's name has its arguments.
            let bare = whole.name.split('(').next().unwrap_or_default().to_owned();
            let bare = QualifiedName { schema: whole.schema.clone(), name: bare };
            let why = under_way.get(whole).or_else(|| under_way.get(&bare));
            if let Some(why) = why {
                skipped.insert(bare, why.clone());
            }
            why.is_none()
        });
    }
    let mut comparison = compare(&declarations, &found);
    let told = skipped.iter().map(|(name, why)| format!("{}.{}: {why}", name.schema, name.name));
    comparison.under_way = told.collect();
    comparison.unbuilt = unbuilt;
    comparison.there = there;
    comparison
}

fn under_way(history: &Migrations, ledger: &Ledger) -> BTreeMap<QualifiedName, String> {
    let mut names = BTreeMap::new();
    for migration in history.migrations {
        let state = ledger.state(migration.id);
        // A baseline that has not been adopted is what is asked about.
        if state == end_of(migration) || (migration.baseline.is_some() && state == State::Pending) {
            continue;
        }
        let why = format!("`{}` is {state}", migration.id);
        names.extend(touched(migration).into_iter().map(|name| (name, why.clone())));
    }
    names
}

fn end_of(migration: &Migration) -> State {
    match (migration.has_contract(), migration.has_switch()) {
        (true, _) => State::Contracted,
        (false, true) => State::Switched,
        (false, false) => State::Migrated,
    }
}

fn touched(migration: &Migration) -> Vec<QualifiedName> {
    let steps: Vec<&'static Step> =
        migration.changes.iter().flat_map(|change| change.steps).collect();
    let tables = work::touched_by(&steps, &mut String::new()).locks;
    let tables = tables.iter().map(|lock| lock.table);
    let objects = steps.iter().flat_map(|step| {
        step.drops.iter().chain(step.undo_drops).chain(step.undo_makes).map(|object| object.name)
    });
    let names = tables.chain(objects).filter_map(split);
    names.map(|(schema, name)| QualifiedName { schema, name }).collect()
}
