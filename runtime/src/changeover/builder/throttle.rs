//! How much load a run bears.

use std::sync::Arc;

use super::Builder;
use crate::settings::load::{Limit, Load, Verdict};
use crate::settings::query::ThrottleQuery;

impl Builder {
    /// The load above which a backfill pauses between two of its batches, and a concurrent index
    /// build does not start; each limit takes the place of the one before it of its kind. By
    /// default replicas may be 10 s behind, and nothing else is limited.
    ///
    /// The load is read at most twice a second. A wait for it has no deadline; what it waits for
    /// is in [`Progress::held_by`](crate::Progress::held_by), in the trace and in
    /// [`status`](crate::Changeover::status).
    ///
    /// Before it comes to that it slows down: from 70 % of the limit that the load is nearest to, a
    /// backfill rests after each batch, for longer in proportion, up to nine times the batch at the
    /// limit, on top of [`nice`](Builder::nice). Limits of vacuums and of unreserved slots count
    /// things, and only hold.
    #[must_use]
    pub fn max_load(mut self, limit: Limit) -> Builder {
        self.settings.throttle.max.set(limit);
        self
    }

    /// The load above which a run stops with an error, [`ErrorKind::Stopped`](crate::ErrorKind::Stopped),
    /// if it is found there twice in half a second. The next run goes on where it was. By default
    /// there is no such limit.
    #[must_use]
    pub fn critical_load(mut self, limit: Limit) -> Builder {
        self.settings.throttle.critical.set(limit);
        self
    }

    /// Leaves out of the load the replicas that have this `application_name`: those that are
    /// delayed on purpose, or that nobody reads from.
    #[must_use]
    pub fn ignore_replica(mut self, application_name: impl Into<String>) -> Builder {
        self.settings.throttle.ignored.push(application_name.into());
        self
    }

    /// A query of the service's own that holds a backfill, or keeps a concurrent index build from
    /// starting, while it gives more than `max`: a number, or a truth, of which `true` is 1 and
    /// `false` is 0. Where it gives NULL or no row the run waits, too.
    ///
    /// It is asked at most twice a second, by the runner's role on the runner's session, in a
    /// transaction that may only read, and for a second at most: what takes longer holds the run.
    /// Any other failure of it stops the run with
    /// [`ErrorKind::Stopped`](crate::ErrorKind::Stopped). A name without a schema is one of
    /// `public`. Each call adds a query.
    ///
    /// PostgreSQL manual, `SET TRANSACTION`, `READ ONLY`.
    ///
    /// ```
    /// use changeover::Changeover;
    /// # mod m0001_users { changeover::migration! { create_table!(users { id: bigint primary_key }); } }
    /// # changeover::migrations! { static MIGRATIONS = [m0001_users]; }
    /// # fn main() {
    /// let builder = Changeover::builder(&MIGRATIONS)
    ///     .throttle_query("select count(*) from jobs where done_at is null", 10_000)
    ///     .throttle_query("select exists (select from sales where is_on)", 0);
    /// # drop(builder);
    /// # }
    /// ```
    #[must_use]
    pub fn throttle_query(mut self, sql: impl Into<String>, max: impl Into<f64>) -> Builder {
        self.settings.throttle.queries.push(ThrottleQuery { sql: sql.into(), max: max.into() });
        self
    }

    /// Sets how long a backfill rests after each batch, as a multiple of the time that the batch
    /// took: with 1 it leaves the server alone for half of the time, with 3 for three quarters. By
    /// default it is 0, and it rests only near a [limit](Builder::max_load); what is no number
    /// above 0 counts as 0. [`Setting::Nice`](crate::Setting::Nice) changes it while it runs.
    ///
    /// A rest is no wait: it is not in [`Progress::held_by`](crate::Progress::held_by), and
    /// [`PhaseReport::rested`](crate::PhaseReport::rested) has the sum.
    #[must_use]
    pub fn nice(mut self, ratio: f64) -> Builder {
        self.settings.throttle.nice = ratio;
        self
    }

    /// Asked at most twice a second while a backfill runs, and before each concurrent index build,
    /// with what the server is busy with: goes on, waits with a reason, or stops with a reason.
    ///
    /// The backfill waits for the answer, and holds no lock meanwhile.
    #[must_use]
    pub fn throttle_hook<F>(mut self, hook: impl Fn(Load) -> F + Send + Sync + 'static) -> Builder
    where
        F: Future<Output = Verdict> + Send + 'static,
    {
        self.settings.throttle.hook = Some(Arc::new(move |load| Box::pin(hook(load))));
        self
    }
}
