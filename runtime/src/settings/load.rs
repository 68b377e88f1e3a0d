//! What a server is busy with, and how much of it a run bears.

use std::fmt;
use std::time::Duration;

use crate::outcome::forecast::bytes;
use crate::session::shown::on_one_line;

/// What the server was busy with at one moment; given to
/// [`Builder::throttle_hook`](crate::Builder::throttle_hook).
///
/// All of it but [`commit_time`](Load::commit_time) is read by one statement. A role without
/// `pg_read_all_stats` sees no replica, no vacuum, and only the sessions of its own; slots and the
/// place of the WAL are shown to every role. What cannot be seen is none.
///
/// PostgreSQL manual, sections "The Cumulative Statistics System", `pg_stat_activity`,
/// `pg_stat_replication`, `pg_replication_slots`, "Progress Reporting" and "Predefined Roles".
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
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Load {
    /// The client sessions that are executing a statement, in all databases, ours left out.
    pub active_sessions: Option<u32>,
    /// The time by which the slowest physical replica is behind in replaying what was written;
    /// none where there is no replica, or none that can be seen.
    ///
    /// It is the longer of two measures: `replay_lag`, which the server has to the microsecond and
    /// renews with each answer of the replica; and, for a replica that does not answer, the time
    /// since the first look at which there was WAL that it has not replayed. So it is never more
    /// than the truth, and a replica that falls silent is found half a second late at most.
    pub replica_lag: Option<Duration>,
    /// The same in bytes of WAL.
    pub replica_lag_bytes: Option<u64>,
    /// The age of the oldest transaction of a client, in this database.
    pub oldest_transaction: Option<Duration>,
    /// The bytes of WAL, from its `restart_lsn` to the end, that the server keeps for the
    /// replication slot that is furthest behind, physical or logical; none where there is no slot.
    pub slot_bytes: Option<u64>,
    /// The name of that slot.
    pub slot: Option<String>,
    /// The slots that the next checkpoint may take WAL from that they need: their `wal_status` is
    /// `unreserved`, because they are behind by more than `max_slot_wal_keep_size`.
    pub unreserved_slots: Option<u32>,
    /// The slots whose WAL is gone: their `wal_status` is `lost`, and no wait brings it back.
    pub lost_slots: Option<u32>,
    /// The bytes of WAL that the whole server writes in a second, this run included, smoothed over
    /// some two seconds; none at the first look.
    pub wal_rate: Option<u64>,
    /// The vacuums, automatic or not, that are at work on the table or the partition that is being
    /// filled; none before an index build.
    pub vacuums: Option<u32>,
    /// The time from our side that a commit takes which waits for all that clients' commits wait
    /// for, the disk and synchronous replicas, smoothed over four looks. Only measured where a
    /// [`Limit::CommitTime`] is set, by a commit of the run's own row at each look.
    pub commit_time: Option<Duration>,
}

impl fmt::Display for Load {
    /// One line of what there is to be seen.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sessions = self.active_sessions.map(|many| format!("{many} sessions at work"));
        let oldest = self.oldest_transaction.map(|age| format!("oldest transaction {age:.0?}"));
        let lag = self.replica_lag.map(|lag| {
            let behind = bytes(self.replica_lag_bytes.unwrap_or_default());
            format!("replica {lag:.1?} and {behind} behind")
        });
        let slot = self.slot.as_ref().zip(self.slot_bytes);
        let slot =
            slot.map(|(slot, kept)| format!("slot {} keeps {}", on_one_line(slot), bytes(kept)));
        let lost = self.lost_slots.filter(|lost| *lost > 0);
        let lost = lost.map(|lost| format!("{lost} slots have lost their WAL"));
        let parts: Vec<String> =
            [sessions, oldest, lag, slot, lost].into_iter().flatten().collect();
        f.write_str(&parts.join("; "))
    }
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
    /// The bytes of WAL that the server may keep for a replication slot: it keeps them on its disk
    /// until they are read, however full that is. See [`Load::slot_bytes`]; needs no privilege.
    SlotBytes(u64),
    /// The slots that may be about to lose WAL that they need; see [`Load::unreserved_slots`].
    /// Needs no privilege.
    UnreservedSlots(u32),
    /// The bytes of WAL that the server may write in a second. Held at this bound, a backfill goes
    /// on and off, so that the rate is about what is allowed. See [`Load::wal_rate`]; needs no
    /// privilege.
    WalRate(u64),
    /// The vacuums that may be at work on what is being filled; with 0 a backfill waits for each
    /// of them. See [`Load::vacuums`]; needs `pg_read_all_stats`.
    Vacuums(u32),
    /// The time that a commit may take, which is what clients feel of a busy disk or a slow
    /// synchronous replica; see [`Load::commit_time`]. Needs no privilege. While a commit does not
    /// return at all, the run is held by it as clients are, and does not say so.
    CommitTime(Duration),
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
