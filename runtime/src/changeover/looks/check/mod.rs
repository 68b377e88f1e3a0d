//! Is the database what the code says?

mod kept;
mod touched;
mod under_way;

use std::collections::BTreeMap;

use self::under_way::UnderWay;
use crate::catalog::compare::compare;
use crate::catalog::declaration::Declaration;
use crate::catalog::read;
use crate::catalog::scratch::{self, Declarations, Declared, Shape};
use crate::changeover::Changeover;
use crate::migration::Migrations;
use crate::outcome::comparison::{Comparison, Unbuilt};
use crate::outcome::error::Error;
use crate::record::ledger::Ledger;
use crate::record::rules;
use crate::record::store;
use crate::session::executor::Executor;
use crate::session::sql::milliseconds;

/// What needs no right on the database.
const ELSEWHERE: &str = "build what is declared in another database, with `Changeover::check_with`";

impl Changeover {
    /// Holds all that the history declares against what the database has: each difference with what
    /// is declared, what is there, and the changes that lead either way.
    ///
    /// It builds what is declared in schemas of its own, in a transaction that is rolled back, so
    /// the role needs CREATE on the database. It takes no lock on a table of the service's but, for as
    /// long as it reads the catalogs, a reader's, and reads none of its rows. What a migration under way
    /// touches is not compared, and named.
    pub async fn check(&mut self) -> Result<Comparison, Error> {
        let (statements, names) = (self.history.schema, self.history.names);
        let timeout = milliseconds(self.settings.lock_timeout);
        let under_way = self.under_way().await?;
        let executor = self.session.begin_aside().await?;
        let found = read::in_snapshot(executor).await?;
        let left = read::left_columns(executor, &under_way.columns()).await?;
        let shape = Shape { statements, names, left: &left };
        let declared = scratch::declared(executor, shape, &timeout, &Declarations).await;
        self.session.end_aside();
        let declared = declared.map_err(|error| error.or(ELSEWHERE))?;
        Ok(outcome(declared, found, &under_way, &self.history))
    }

    /// The same with what is declared built in another database, for a role that may create nothing
    /// in this one, or a standby. There, too, nothing of it stays.
    pub async fn check_with(&mut self, shadow: &mut dyn Executor) -> Result<Comparison, Error> {
        let (statements, names) = (self.history.schema, self.history.names);
        let timeout = milliseconds(self.settings.lock_timeout);
        let under_way = self.under_way().await?;
        let executor = self.session.begin_aside().await?;
        let found = read::in_snapshot(executor).await?;
        let left = read::left_columns(executor, &under_way.columns()).await?;
        self.session.end_aside();
        let shape = Shape { statements, names, left: &left };
        // A check that was dropped half-way has left it in a transaction.
        shadow.query("rollback").await.map_err(|error| Error::sql("rollback", &error))?;
        let declared = scratch::declared(shadow, shape, &timeout, &Declarations).await?;
        Ok(outcome(declared, found, &under_way, &self.history))
    }

    /// Returns what the migrations that are not at their end touch, each with that.
    async fn under_way(&mut self) -> Result<UnderWay, Error> {
        let executor = self.session.unlocked().await?;
        store::trust::before_reading(executor).await?;
        let mut ledger = Ledger::read(executor, &self.settings.app).await?;
        rules::take_squashed(&self.history, &mut ledger)?;
        Ok(UnderWay::of(&self.history, &ledger))
    }
}

fn outcome(
    declared: Declared<Vec<Declaration>>,
    mut found: Vec<Declaration>,
    under_way: &UnderWay,
    history: &Migrations,
) -> Comparison {
    let Declared { found: mut declarations, mut unbuilt, extensions, there, .. } = declared;
    declarations.extend(extensions.iter().map(|one| one.declared(&found)));
    for statement in there {
        let count = found.len();
        found.retain(|one| !one.text.contains(&statement));
        if found.len() == count {
            let reason = "there is one already, and it may be otherwise".to_owned();
            unbuilt.push(Unbuilt { statement, reason });
        }
    }
    kept::leave_out(history, [&mut declarations, &mut found]);
    let mut left_out = BTreeMap::new();
    under_way.leave_out(&mut declarations, &mut left_out);
    under_way.leave_out(&mut found, &mut left_out);
    let mut comparison = compare(&declarations, &found);
    comparison.under_way =
        left_out.into_iter().map(|(name, why)| format!("{name}: {why}")).collect();
    comparison.unbuilt = unbuilt;
    comparison
}
