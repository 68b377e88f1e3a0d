//! What a server is busy with, and how much of it a run bears.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

/// What the server was busy with at one moment; given to
/// [`Builder::throttle_hook`](crate::Builder::throttle_hook).
///
/// A role without `pg_read_all_stats` sees no replica and only the sessions of its own.
///
/// PostgreSQL manual, sections "The Cumulative Statistics System", `pg_stat_activity` and
/// `pg_stat_replication`, and "Predefined Roles".
///
/// ```
/// use changeover::{Changeover, Verdict};
/// # mod m0001_users { changeover::migration! { create_table!(users { id: bigint primary_key }); } }
/// # changeover::migrations! { static MIGRATIONS = [m0001_users]; }
/// # fn main() {
/// let builder = Changeover::builder(&MIGRATIONS).throttle_hook(|load| async move {
///     match load.active_sessions {
///         Some(many @ 50..) => Verdict::Wait(format!("{many} sessions are at work")),
///         _ => Verdict::GoOn,
///     }
/// });
/// # drop(builder);
/// # }
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Load {
    /// The client sessions that are executing a statement, in all databases, ours left out.
    pub active_sessions: Option<u32>,
    /// The time by which the slowest physical replica is behind in replaying what was written;
    /// none where there is no replica, or none that can be seen.
    pub replica_lag: Option<Duration>,
    /// The same in bytes of WAL.
    pub replica_lag_bytes: Option<u64>,
    /// The age of the oldest transaction of a client, in this database.
    pub oldest_transaction: Option<Duration>,
}

/// A bound on one thing of the [`Load`]; what cannot be seen is within every bound.
///
/// ```
/// use std::time::Duration;
///
/// use changeover::{Changeover, Limit};
/// # mod m0001_users { changeover::migration! { create_table!(users { id: bigint primary_key }); } }
/// # changeover::migrations! { static MIGRATIONS = [m0001_users]; }
/// # fn main() {
/// let builder = Changeover::builder(&MIGRATIONS)
///     .max_load(Limit::ReplicaLag(Duration::from_secs(5)))
///     .critical_load(Limit::ActiveSessions(200));
/// # drop(builder);
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Limit {
    /// The most sessions that may be executing a statement beside ours.
    ActiveSessions(u32),
    /// The time by which a physical replica may be behind.
    ReplicaLag(Duration),
    /// The bytes of WAL by which a physical replica may be behind.
    ReplicaLagBytes(u64),
    /// The age that a transaction may reach: while it is open, a backfill cannot reuse the room of
    /// the row versions that it replaces, and the table grows.
    OldestTransaction(Duration),
}

/// What a hook says of the next batch of a backfill, or of the next index build.
///
/// ```
/// use changeover::{Changeover, Verdict};
/// # mod m0001_users { changeover::migration! { create_table!(users { id: bigint primary_key }); } }
/// # changeover::migrations! { static MIGRATIONS = [m0001_users]; }
/// # fn main() {
/// let builder = Changeover::builder(&MIGRATIONS)
///     .throttle_hook(|_| async { Verdict::Wait("the sale is on".to_owned()) });
/// # drop(builder);
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It may run.
    GoOn,
    /// It waits, and the hook is asked again in half a second; the reason is shown.
    Wait(String),
    /// The run stops with an error; the next one goes on where it was.
    Stop(String),
}

pub(crate) type Hook =
    Arc<dyn Fn(Load) -> Pin<Box<dyn Future<Output = Verdict> + Send>> + Send + Sync>;

/// How much load a run bears.
#[derive(Clone)]
pub(crate) struct Throttle {
    /// Above these it waits.
    pub(crate) max: Limits,
    /// Above these it stops.
    pub(crate) critical: Limits,
    pub(crate) hook: Option<Hook>,
    /// Replicas that nobody waits for, by `application_name`.
    pub(crate) ignored: Vec<String>,
}

impl Default for Throttle {
    fn default() -> Throttle {
        let max = Limits(vec![Limit::ReplicaLag(Duration::from_secs(10))]);
        Throttle { max, critical: Limits(Vec::new()), hook: None, ignored: Vec::new() }
    }
}

/// At most one limit of each kind.
#[derive(Debug, Clone, Default)]
pub(crate) struct Limits(Vec<Limit>);

impl Limits {
    pub(crate) fn set(&mut self, limit: Limit) {
        let kind = std::mem::discriminant(&limit);
        self.0.retain(|known| std::mem::discriminant(known) != kind);
        self.0.push(limit);
    }

    /// These, and in place of those of its kind each of the others.
    pub(crate) fn overridden_by(&self, others: &Limits) -> Limits {
        let mut all = self.clone();
        others.0.iter().for_each(|limit| all.set(*limit));
        all
    }

    /// Says of the first limit that the load is above what it is and what was allowed.
    pub(crate) fn exceeded(&self, load: &Load) -> Option<String> {
        self.0.iter().find_map(|limit| limit.exceeded(load))
    }
}

impl Limit {
    fn exceeded(&self, load: &Load) -> Option<String> {
        match *self {
            Limit::ActiveSessions(most) => {
                let active = load.active_sessions.filter(|active| *active > most)?;
                Some(format!("{active} active sessions, {most} allowed"))
            }
            Limit::ReplicaLag(most) => {
                let lag = load.replica_lag.filter(|lag| *lag > most)?;
                Some(format!("a replica is {lag:.1?} behind, {most:?} allowed"))
            }
            Limit::ReplicaLagBytes(most) => {
                let lag = load.replica_lag_bytes.filter(|lag| *lag > most)?;
                Some(format!("a replica is {lag} bytes behind, {most} allowed"))
            }
            Limit::OldestTransaction(most) => {
                let age = load.oldest_transaction.filter(|age| *age > most)?;
                Some(format!("a transaction has been open for {age:.0?}, {most:?} allowed"))
            }
        }
    }
}

impl fmt::Debug for Throttle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Throttle")
            .field("max", &self.max)
            .field("critical", &self.critical)
            .field("ignored", &self.ignored)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_takes_the_place_of_the_one_before_it() {
        let mut limits = Throttle::default().max;
        let behind = Load { replica_lag: Some(Duration::from_secs(20)), ..Load::default() };
        assert_eq!(
            limits.exceeded(&behind).as_deref(),
            Some("a replica is 20.0s behind, 10s allowed")
        );
        limits.set(Limit::ActiveSessions(3));
        limits.set(Limit::ReplicaLag(Duration::from_secs(30)));
        assert_eq!(limits.exceeded(&behind), None);
        let busy = Load { active_sessions: Some(4), ..behind };
        assert_eq!(limits.exceeded(&busy).as_deref(), Some("4 active sessions, 3 allowed"));
    }

    #[test]
    fn what_cannot_be_seen_is_within_every_bound() {
        let mut limits = Throttle::default().max;
        limits.set(Limit::ActiveSessions(0));
        limits.set(Limit::ReplicaLagBytes(0));
        limits.set(Limit::OldestTransaction(Duration::ZERO));
        assert_eq!(limits.exceeded(&Load::default()), None);
    }
}
