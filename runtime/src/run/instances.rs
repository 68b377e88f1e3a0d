//! What the leases of instances allow, asked behind the lock that every lease is taken under.

use super::Run;
use crate::lock::{AdvisoryLock, Ladder};
use crate::migration::Migration;
use crate::outcome::error::{Detail, Error};
use crate::outcome::status::State;
use crate::session::executor::Rows;
use crate::session::shown::on_one_line;
use crate::session::sql::quote_literal;
use crate::settings::Settings;

/// Waits for the lock that every lease is taken and renewed under.
fn behind_leases(settings: &Settings) -> Ladder<'_> {
    Ladder::of_advisory(settings, AdvisoryLock::of_leases(&settings.app))
}

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
            why => Err(Error::new(Detail::UndoRefused { migration: oldest.id.to_owned(), why })),
        }
    }

    /// The same, and what it did is taken back where nothing holds: then more is to be asked first.
    pub(crate) async fn held_by_instances(&mut self, sql: &str) -> Result<Vec<String>, Error> {
        let mut ladder = behind_leases(self.settings);
        loop {
            match self.try_instances(sql).await {
                Ok(held) => return Ok(held),
                Err(error) => ladder.climb(self.session, error).await?,
            }
        }
    }

    async fn try_instances(&mut self, sql: &str) -> Result<Vec<String>, Error> {
        let mut tx = self.session.begin().await?;
        match tx.query(sql).await.map(|rows| texts(&rows)) {
            Ok(held) if held.is_empty() => {
                tx.roll_back().await;
                Ok(held)
            }
            outcome => tx.end(outcome).await,
        }
    }

    /// Asks behind the lock that every lease is taken and renewed under.
    pub(crate) async fn of_instances(&mut self, sql: &str) -> Result<Vec<String>, Error> {
        let mut ladder = behind_leases(self.settings);
        loop {
            match self.session.in_transaction(&[sql]).await {
                Ok(rows) => return Ok(texts(&rows)),
                Err(error) => ladder.climb(self.session, error).await?,
            }
        }
    }
}

fn texts(rows: &Rows) -> Vec<String> {
    rows.iter().filter_map(|row| row.get(0)).map(on_one_line).collect()
}
