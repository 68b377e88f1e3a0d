//! How much load a run bears.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use super::limits::Limits;
use super::load::{Limit, Load, Verdict};
use super::query::ThrottleQuery;

pub(crate) type Hook =
    Arc<dyn Fn(Load) -> Pin<Box<dyn Future<Output = Verdict> + Send>> + Send + Sync>;

/// Its bounds, and who else is asked.
#[derive(Clone)]
pub(crate) struct Throttle {
    /// Above these it waits.
    pub(crate) max: Limits,
    /// Above these it stops.
    pub(crate) critical: Limits,
    /// What the service asks the database.
    pub(crate) queries: Vec<ThrottleQuery>,
    pub(crate) hook: Option<Hook>,
    /// Replicas that nobody waits for, by `application_name`.
    pub(crate) ignored: Vec<String>,
    /// The rest after a batch, as a multiple of its time.
    pub(crate) nice: f64,
}

impl Throttle {
    /// Tells whether there is a limit of this one's kind.
    pub(crate) fn minds(&self, kind: Limit) -> bool {
        self.max.has(kind) || self.critical.has(kind)
    }
}

impl Default for Throttle {
    fn default() -> Throttle {
        let mut max = Limits::default();
        max.set(Limit::ReplicaLag(Duration::from_secs(10)));
        Throttle {
            max,
            critical: Limits::default(),
            queries: Vec::new(),
            hook: None,
            ignored: Vec::new(),
            nice: 0.0,
        }
    }
}

impl fmt::Debug for Throttle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Throttle")
            .field("max", &self.max)
            .field("critical", &self.critical)
            .field("queries", &self.queries)
            .field("ignored", &self.ignored)
            .field("nice", &self.nice)
            .finish_non_exhaustive()
    }
}
