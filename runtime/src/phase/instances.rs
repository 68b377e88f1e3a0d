//! What the leases of instances allow, asked behind the lock that every lease is taken under.

use super::Run;
use crate::error::{Error, Kind};
use crate::executor::Rows;
use crate::migration::Migration;
use crate::retry::Ladder;
use crate::sql::quote_literal;
use crate::status::State;

impl Run<'_, '_> {
    /// Marks migrations, the newest first, as being undone, unless an instance lives that was built
    /// with one of them. Who comes later finds that it is not ready.
    pub(crate) async fn begin_undo(
        &mut self,
        migrations: &[&'static Migration],
    ) -> Result<(), Error> {
        let settled = |state| matches!(state, State::Pending | State::Undoing);
        let Some(oldest) = migrations.last() else { return Ok(()) };
        if migrations.iter().all(|one| settled(self.ledger.state(one.id))) {
            return Ok(());
        }
        let history = quote_literal(&self.settings.app);
        let ids: Vec<String> = migrations.iter().map(|one| quote_literal(one.id)).collect();
        let (ids, place) = (ids.join(", "), self.place(oldest));
        let sql = format!("select changeover.begin_undo({history}, array[{ids}], {place})");
        match self.of_instances(&sql).await?.join("; ") {
            none if none.is_empty() => Ok(()),
            why => Err(Error::new(Kind::UndoRefused { migration: oldest.id.to_owned(), why })),
        }
    }

    /// Asks behind the lock that every lease is taken and renewed under.
    pub(crate) async fn of_instances(&mut self, sql: &str) -> Result<Vec<String>, Error> {
        let mut ladder = Ladder::new(self.settings, self.settings.lock_timeout, Vec::new());
        loop {
            match self.held.in_transaction(&[sql]).await {
                Ok(rows) => return Ok(texts(&rows)),
                Err(error) => ladder.climb(self.held, error).await?,
            }
        }
    }
}

fn texts(rows: &Rows) -> Vec<String> {
    rows.iter().filter_map(|row| row.get(0)).map(str::to_owned).collect()
}
