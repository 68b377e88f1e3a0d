//! The lease of a process of the service: while it is held, no switch and no contract runs that
//! the build does not declare.

mod finisher;
mod identity;
mod keeper;
mod news;
mod partitions;
mod watch;

use std::fmt;
use std::future::Future;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch as channel};
use tokio::task::JoinHandle;

use self::finisher::Finisher;
use self::identity::Identity;
use self::keeper::Keeper;
use self::news::News;
use crate::changeover::Changeover;
use crate::migration::Migrations;
use crate::outcome::error::{Detail, Error, LeaseError};
use crate::record::rules;

pub use self::watch::PhaseWatch;

/// A process of the service that is there, as the database knows it.
///
/// While it lives a task renews the lease and, unless [told not to](crate::Builder::finishes),
/// another finishes what is open: migrations that a run has begun, what is left to the background,
/// and switches and contracts whose [gate](crate::Gate) opens. Dropping it ends both and gives the lease back; a process that
/// is killed has its lease until [its time](crate::Builder::lease_time) is over, and one that is
/// stopped has it for as long as its connection is open.
///
/// Hold it for as long as the process reads or writes: drop it after the last request is served,
/// not when the signal to stop arrives. [`until`](Lease::until) does that around a server's own
/// graceful shutdown.
///
/// ```no_run
/// use std::time::Duration;
///
/// use changeover::{Changeover, Error};
/// # mod m0001_users { changeover::migration! { create_table!(users { id: bigint primary_key }); } }
/// # changeover::migrations! { static MIGRATIONS = [m0001_users]; }
/// # async fn example(url: &str) -> Result<(), changeover::Error> {
/// let builder = Changeover::builder(&MIGRATIONS).app("accounts");
/// let lease = builder.connect(url).await?.hold_lease().await?;
/// lease.ready(Duration::from_secs(60)).await?;
/// lease.until(async { /* serves until the last request is answered */ }).await;
/// # Ok(())
/// # }
/// # fn main() {}
/// ```
pub struct Lease {
    instance: String,
    history: Migrations,
    news: channel::Receiver<News>,
    /// Its end is the task's order to give the lease back.
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Changeover {
    /// Takes a lease for this process, on a connection of its own, and keeps it.
    ///
    /// So the server needs a connection for each instance beside those of its pool, and some for
    /// the job that migrates, which cannot come in where instances have taken the last one: give
    /// the service's role a `connection limit`, raise `max_connections`, set `reserved_connections`
    /// (PostgreSQL 16), or go through a pooler in transaction mode. What finishes in the background
    /// takes two more while it works, in one instance at a time.
    ///
    /// Call it before the process serves, and [`Lease::ready`] next. It fails with
    /// [`is_too_old`](Error::is_too_old) where a switch or a contract has begun that this build
    /// does not declare, and with [`ErrorKind::NotPrepared`](crate::ErrorKind::NotPrepared) in a database in
    /// which no run has been.
    pub async fn hold_lease(self) -> Result<Lease, Error> {
        let (history, settings, connector) = self.into_parts();
        let Some(connector) = connector else { return Err(Error::lease(LeaseError::NoConnector)) };
        let identity = Identity::new(&history, &settings)?;
        let instance = identity.instance.clone();
        let (ask, looks) = mpsc::channel(1);
        let mut keeper = Keeper::new(identity, connector.clone(), looks);
        let first = keeper.beat().await?;
        if let News::Lost(lost) = &first {
            return Err(lost.error());
        }
        let (tell, news) = channel::channel(first);
        let (stop, stopped) = oneshot::channel();
        let finish = settings.leases.finishes.then(|| {
            let finisher = Finisher { history, settings: settings.clone(), connector, ask };
            tokio::spawn(finisher.run(news.clone()))
        });
        let task = tokio::spawn(async move {
            keeper.keep(&tell, stopped).await;
            if let Some(finish) = finish {
                finish.abort();
            }
            keeper.release().await;
        });
        Ok(Lease { instance, history, news, stop, task })
    }
}

impl Lease {
    /// The instance's name in `changeover.instances`.
    pub fn instance(&self) -> &str {
        &self.instance
    }

    /// Waits until all migrations of this build are done, for so long, and fails with
    /// [`is_not_ready`](Error::is_not_ready) then. A new build serves after that.
    pub async fn ready(&self, within: Duration) -> Result<(), Error> {
        let mut news = self.news.clone();
        let is_known =
            |news: &News| !matches!(self.readiness(news), Err(error) if error.is_not_ready());
        let _ = tokio::time::timeout(within, news.wait_for(is_known)).await;
        self.readiness(&self.news.borrow())
    }

    fn readiness(&self, news: &News) -> Result<(), Error> {
        match news {
            News::Lost(lost) => Err(lost.error()),
            News::States(states) => rules::ready(&self.history, |id| states.state(id)),
        }
    }

    /// Returns how far a migration is, kept up to date: code can switch its reads when a backfill
    /// ends, without a deploy.
    pub fn phase_of(&self, migration: &str) -> Result<PhaseWatch, Error> {
        match self.history.get(migration) {
            Some(migration) => Ok(PhaseWatch::new(migration.id, self.news.clone())),
            None => Err(Error::new(Detail::UnknownMigration { id: migration.to_owned() })),
        }
    }

    /// Waits until the lease is lost for good, and says why: the build has become
    /// [too old](Error::is_too_old) while the process was cut off, or another hand has written into
    /// the lease, so that a gate may have opened. The process should stop then.
    pub async fn lost(&self) -> Error {
        let mut news = self.news.clone();
        let is_lost = news.wait_for(|news| matches!(news, News::Lost(_))).await.is_ok();
        // What it gives is a lock's guard, which must not be kept while this waits: then it could
        // not go to another thread.
        let lost = match &*news.borrow() {
            News::Lost(lost) if is_lost => Some(lost.error()),
            _ => None,
        };
        match lost {
            Some(error) => error,
            None => std::future::pending().await,
        }
    }

    /// Holds the lease until the future ends, a server's graceful shutdown for example, and then
    /// gives it back.
    ///
    /// It handles no signal itself: whoever catches one decides when the last request is served.
    pub async fn until<T>(self, end: impl Future<Output = T>) -> T {
        let ended = end.await;
        self.release().await;
        ended
    }

    /// Gives the lease back and waits until that is done.
    pub async fn release(self) {
        let Lease { stop, task, .. } = self;
        drop(stop);
        if let Err(error) = task.await {
            tracing::warn!(%error, "the lease's task did not end well");
        }
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lease").field("instance", &self.instance).finish_non_exhaustive()
    }
}
