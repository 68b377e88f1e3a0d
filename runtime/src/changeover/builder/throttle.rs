//! How much load a run bears.

use std::sync::Arc;

use super::Builder;
use crate::settings::load::{Limit, Load, Verdict};

impl Builder {
    /// The load above which a backfill pauses between two of its batches, and a concurrent index
    /// build does not start; each limit takes the place of the one before it of its kind. By
    /// default replicas may be 10 s behind, and nothing else is limited.
    ///
    /// The load is read at most twice a second. A wait for it has no deadline; what it waits for
    /// is in [`Progress::held_by`](crate::Progress::held_by), in the trace and in
    /// [`status`](crate::Changeover::status).
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
