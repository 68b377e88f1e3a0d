//! How far migrations are, for code that waits for it.

use std::fmt;

use tokio::sync::watch;

use super::news::News;
use crate::outcome::error::{Error, LeaseError};
use crate::outcome::status::State;

/// How far one migration is; made by [`Lease::phase_of`](super::Lease::phase_of).
///
/// To ask costs a look into memory. Until the contract old and new shape hold the same, so what
/// was read a moment ago still leads to right values.
///
/// ```no_run
/// use changeover::{Lease, State};
/// # mod m0001_users { changeover::migration! { create_table!(users { id: bigint primary_key }); } }
/// # changeover::migrations! { static MIGRATIONS = [m0001_users]; }
/// # async fn example(lease: &Lease) -> Result<(), changeover::Error> {
/// let watch = lease.phase_of("m0002_rename_username")?;
/// let column = if watch.state() >= State::Migrated { "display_name" } else { "username" };
/// # let _ = column;
/// # Ok(())
/// # }
/// # fn main() {}
/// ```
#[derive(Clone)]
pub struct PhaseWatch {
    migration: &'static str,
    news: watch::Receiver<News>,
}

impl PhaseWatch {
    pub(super) fn new(migration: &'static str, news: watch::Receiver<News>) -> PhaseWatch {
        PhaseWatch { migration, news }
    }

    /// Returns how far it is, as far as this process has heard.
    pub fn state(&self) -> State {
        self.news.borrow().state(self.migration)
    }

    /// Waits until it is another than [`state`](PhaseWatch::state) said, and gives it. It fails
    /// once the lease is gone. It may be dropped at any time.
    pub async fn changed(&mut self) -> Result<State, Error> {
        let before = self.state();
        self.wait_for(|state| state != before).await
    }

    /// Waits until the migration is done, so that its new shape holds every row.
    pub async fn migrated(&mut self) -> Result<State, Error> {
        self.wait_for(|state| (State::Migrated..=State::Contracted).contains(&state)).await
    }

    async fn wait_for(&mut self, is: impl Fn(State) -> bool) -> Result<State, Error> {
        let migration = self.migration;
        let found = |news: &News| matches!(news, News::Lost(_)) || is(news.state(migration));
        match self.news.wait_for(found).await.as_deref() {
            Ok(News::Lost(lost)) => Err(lost.error()),
            Ok(news) => Ok(news.state(migration)),
            Err(_) => Err(Error::lease(LeaseError::Released)),
        }
    }
}

impl fmt::Debug for PhaseWatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PhaseWatch")
            .field("migration", &self.migration)
            .field("state", &self.state())
            .finish_non_exhaustive()
    }
}
