//! How a rehearsal is set up.

use std::fmt;
use std::time::{Duration, Instant};

use super::found::outcome::Rehearsal;
use super::guard;
use super::queries;
use super::setup::Setup;
use super::stage::Stage;
use super::story;
use crate::migration::Migrations;
use crate::outcome::error::Error;
use crate::settings::interrupt::Interrupt;

/// Sets up a rehearsal of what is pending of a history, on a copy of a database that nobody else uses.
///
/// It writes rows, takes migrations back and runs contracts: never on a database that serves.
///
/// ```
/// use std::time::Duration;
///
/// use changeover::testing::{Server, rehearse};
/// # mod m0001_users {
/// #     changeover::migration! {
/// #         create_table!(users { id: bigint identity primary_key, username: text not_null });
/// #     }
/// # }
/// # mod m0002_rename {
/// #     changeover::migration! {
/// #         after super::m0001_users;
/// #         rename_column!(users.username => display_name);
/// #     }
/// # }
/// # changeover::migrations! { static MIGRATIONS = [m0001_users, m0002_rename]; }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let database = Server::shared().await?.database("rehearsal").await?;
/// let rehearsal = rehearse(&MIGRATIONS).since("m0002_rename").at_rest(Duration::from_millis(300))
///     .seed("insert into users (username) select 'u' || n from generate_series(1, 1000) n")
///     .old("select username from users limit 1").new("select display_name from users limit 1")
///     .run(database.url()).await?;
/// assert!(rehearsal.is_clean(), "{rehearsal}");
/// # Ok(())
/// # })
/// # }
/// ```
pub fn rehearse(history: &Migrations) -> Rehearse {
    Rehearse { setup: Setup::new(history) }
}

/// A rehearsal that is to be; made by [`rehearse`], which has an example.
pub struct Rehearse {
    setup: Setup,
}

impl Rehearse {
    /// The name of the service, as its builds give it to [`Builder::app`](crate::Builder::app); by default
    /// `default`.
    #[must_use]
    pub fn app(mut self, name: impl Into<String>) -> Rehearse {
        self.setup.app = Some(name.into());
        self
    }

    /// The migration that is rehearsed first. What comes before it runs without clients, and is not
    /// measured. By default it is the first that has not run in that database, and where nothing has, the
    /// second.
    #[must_use]
    pub fn since(mut self, id: impl Into<String>) -> Rehearse {
        self.setup.since = Some(id.into());
        self
    }

    /// Statements that fill tables before the first migration that is rehearsed; tables are analyzed
    /// after them. Each call adds to them.
    #[must_use]
    pub fn seed(mut self, sql: impl Into<String>) -> Rehearse {
        self.setup.seed.push(sql.into());
        self
    }

    /// The same after this migration: after its rehearsal, or after its run where it comes before.
    #[must_use]
    pub fn seed_after(mut self, id: impl Into<String>, sql: impl Into<String>) -> Rehearse {
        self.setup.seed_after.push((id.into(), sql.into()));
        self
    }

    /// A statement without parameters that builds from before a migration send, as often as is due of
    /// them. It is one of those before *each* migration: rehearse them one by one where their queries
    /// differ. Each call adds one.
    #[must_use]
    pub fn old(mut self, sql: impl Into<String>) -> Rehearse {
        self.setup.old.push(sql.into());
        self
    }

    /// The same of builds that were compiled with the migration.
    #[must_use]
    pub fn new(mut self, sql: impl Into<String>) -> Rehearse {
        self.setup.new.push(sql.into());
        self
    }

    /// A query that must give no row. It is asked whenever both shapes are there, and at the end; where
    /// something that it names is not there, not. Each call adds one.
    #[must_use]
    pub fn expect_none(mut self, sql: impl Into<String>) -> Rehearse {
        self.setup.none.push(sql.into());
        self
    }

    /// Takes queries from a text, one below each line `-- old`, `-- new` or `-- none` (as
    /// [`expect_none`](Rehearse::expect_none) has it); a name may follow it.
    ///
    /// ```
    /// use changeover::testing::rehearse;
    /// # mod m0001_users { changeover::migration! { create_table!(users { id: bigint primary_key }); } }
    /// # changeover::migrations! { static MIGRATIONS = [m0001_users]; }
    /// # fn main() {
    /// let queries = "-- old: the list\nselect username from users order by id limit 20;\n\
    ///                -- new: the list\nselect display_name from users order by id limit 20;\n";
    /// let rehearsal = rehearse(&MIGRATIONS).queries(queries);
    /// # drop(rehearsal);
    /// # }
    /// ```
    #[must_use]
    pub fn queries(mut self, text: &str) -> Rehearse {
        for (kind, sql) in queries::read(text) {
            match kind {
                queries::Kind::Old => self.setup.old.push(sql),
                queries::Kind::New => self.setup.new.push(sql),
                queries::Kind::None => self.setup.none.push(sql),
            }
        }
        self
    }

    /// How many requests a second the clients of each build send; by default 100.
    #[must_use]
    pub fn rate(mut self, per_second: u32) -> Rehearse {
        self.setup.rate = per_second.max(1);
        self
    }

    /// How long each part lasts in which nothing runs but clients; by default 10 s. Latencies at rest
    /// are those that the others are held against.
    #[must_use]
    pub fn at_rest(mut self, time: Duration) -> Rehearse {
        self.setup.at_rest = time;
        self
    }

    /// For how long a run may hold a lock that blocks reads or writes, or wait for one; by default 500 ms.
    #[must_use]
    pub fn longest_lock(mut self, time: Duration) -> Rehearse {
        self.setup.longest_lock = time;
        self
    }

    /// Stops a backfill after so long, and says how long all of it takes at that pace. The migration is
    /// taken back then, and what follows is not rehearsed.
    #[must_use]
    pub fn sample(mut self, time: Duration) -> Rehearse {
        self.setup.sample = Some(time);
        self
    }

    /// What ends it from elsewhere in the process: between two batches, with a report of what there is.
    #[must_use]
    pub fn interrupt(mut self, interrupt: &Interrupt) -> Rehearse {
        self.setup.interrupt = interrupt.clone();
        self
    }

    /// Called with the name of each part when it begins: `m0002_rename: expand`.
    #[must_use]
    pub fn on_phase(mut self, call: impl Fn(&str) + Send + Sync + 'static) -> Rehearse {
        self.setup.tell = Some(Box::new(call));
        self
    }

    /// Rehearses in the database that this URL names. What goes wrong in the rehearsal is in what it
    /// gives; it fails where it cannot begin, with
    /// [`RehearsalRefused`](crate::ErrorKind::RehearsalRefused) where others use the database: another
    /// session, a lease, a replication slot in use or a subscription. Nothing is written then.
    ///
    /// It must be called within a Tokio runtime.
    pub async fn run(self, database: &str) -> Result<Rehearsal, Error> {
        let started = Instant::now();
        // On the heap, or whoever awaits it would have all of it in a future of his own.
        let mut rehearsal = Box::pin(self.rehearsed(database)).await?;
        rehearsal.took = started.elapsed();
        Ok(rehearsal)
    }

    async fn rehearsed(&self, database: &str) -> Result<Rehearsal, Error> {
        guard::check(&self.setup, database).await?;
        let first = story::first(&self.setup, database).await?;
        let mut stage = Stage::set(&self.setup, database).await?;
        let outcome = story::all(&mut stage, first).await;
        stage.clear().await;
        if let Err(error) = outcome {
            let said = error.in_full();
            stage.found.stopped = Some(said.lines().collect::<Vec<_>>().join("; "));
        }
        Ok(stage.close().await)
    }
}

impl fmt::Debug for Rehearse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rehearse").field("since", &self.setup.since).finish_non_exhaustive()
    }
}
