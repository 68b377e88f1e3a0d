//! What a rehearsal found.

use std::time::Duration;

use crate::migration::Phase;
use crate::outcome::timeline::Timeline;

/// What a rehearsal found: each phase with its figures, what went wrong, and what was not rehearsed.
///
/// Its [`Display`](std::fmt::Display) is a report in Markdown for who decides about the roll-out.
///
/// ```no_run
/// use changeover::testing::rehearse;
/// # mod m0001_users { changeover::migration! { create_table!(users { id: bigint primary_key }); } }
/// # changeover::migrations! { static MIGRATIONS = [m0001_users]; }
/// # async fn example(copy: &str) -> Result<(), changeover::Error> {
/// let rehearsal = rehearse(&MIGRATIONS).run(copy).await?;
/// for phase in &rehearsal.phases {
///     println!("{} {}: {:?}, p99 {:?}", phase.migration, phase.name, phase.took, phase.old.p99);
/// }
/// assert!(rehearsal.is_clean(), "{rehearsal}");
/// # Ok(())
/// # }
/// # fn main() {}
/// ```
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Rehearsal {
    /// The database's name.
    pub database: String,
    /// The server's version.
    pub server: String,
    /// The migrations that were to be rehearsed, in order.
    pub migrations: Vec<String>,
    /// What happened, in order.
    pub phases: Vec<RehearsedPhase>,
    /// Each step, as it was foreseen and as it was.
    pub steps: Vec<RehearsedStep>,
    /// What is wrong with the migrations; empty where nothing was found.
    pub problems: Vec<Problem>,
    /// What was not rehearsed, and why.
    pub left_out: Vec<String>,
    /// What is to be known and is nothing wrong.
    pub notes: Vec<String>,
    /// Why the rehearsal ended before its end.
    pub stopped: Option<String>,
    /// The state that the database was left in, a sentence.
    pub state: String,
    /// The bound of locks that block clients.
    pub longest_lock: Duration,
    /// How long it took.
    pub took: Duration,
    /// What the database remembers of the last way forth, for [`review::timeline`](crate::review::timeline).
    pub timeline: Timeline,
}

impl Rehearsal {
    /// Tells whether nothing was found and all that was begun came to its end.
    pub fn is_clean(&self) -> bool {
        self.problems.is_empty() && self.stopped.is_none()
    }
}

/// A part of a rehearsal: a phase of a migration, or a time of traffic alone.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct RehearsedPhase {
    /// The migration's id.
    pub migration: String,
    /// What it is: `at rest`, `expand`, `migrate`, `both builds`, `undo`, `contract` and so on.
    pub name: &'static str,
    /// How long it took.
    pub took: Duration,
    /// The rows that a run filled.
    pub rows: u64,
    /// The bytes of WAL that the server wrote, whoever made it write.
    pub wal: u64,
    /// The bytes by which the database grew; negative where it shrank.
    pub growth: i64,
    /// The longest lock of a run that blocked reads or writes, by the runner's own clock and by samples,
    /// whichever is longer.
    pub longest_lock: Duration,
    /// That lock: its mode and its table.
    pub lock: Option<String>,
    /// The longest wait of a run for such a lock, with clients queued behind it.
    pub longest_wait: Duration,
    /// What old builds met.
    pub old: Latency,
    /// What new builds met.
    pub new: Latency,
}

/// The requests of the clients of one build: latencies count from when a request was due.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Latency {
    /// How many.
    pub requests: u64,
    /// How many of them failed, or gave something wrong.
    pub errors: u64,
    /// Half of them were quicker.
    pub p50: Duration,
    /// One in a hundred was slower.
    pub p99: Duration,
    /// The slowest.
    pub max: Duration,
}

impl Latency {
    /// Of latencies that are sorted.
    pub(crate) fn of(sorted: &[Duration], errors: u64) -> Latency {
        let at = |percent: usize| {
            let rank = (sorted.len() * percent).div_ceil(100).max(1) - 1;
            sorted.get(rank).copied().unwrap_or_default()
        };
        let requests = u64::try_from(sorted.len()).unwrap_or_default();
        let max = sorted.last().copied().unwrap_or_default();
        Latency { requests, errors, p50: at(50), p99: at(99), max }
    }
}

/// A step, as it was foreseen and as it was.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RehearsedStep {
    /// The migration's id.
    pub migration: String,
    /// The phase.
    pub phase: Phase,
    /// Its number in the phase, counted from 1.
    pub number: usize,
    /// The change that it belongs to: `rename_column!(users.username => display_name)`.
    pub change: String,
    /// Why it is there.
    pub why: &'static str,
    /// How long it was to take, as the command `plan` says it.
    pub foreseen: String,
    /// The longest that it was to take; none where nobody knows.
    pub foreseen_most: Option<Duration>,
    /// How long it took; none where it did not come to its end.
    pub took: Option<Duration>,
    /// The rows that were foreseen.
    pub foreseen_rows: Option<u64>,
    /// The rows that it filled.
    pub rows: u64,
    /// Where it was stopped for the sample: how long all of it takes, at the pace that it had.
    pub extrapolated: Option<Extrapolated>,
}

/// What a part of a backfill says of the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Extrapolated {
    /// How long it ran.
    pub ran: Duration,
    /// The part of the table that it did, in thousandths.
    pub part: u32,
    /// How long all of it takes.
    pub whole: Duration,
    /// The rows that all of it fills.
    pub rows: u64,
    /// The bytes of WAL that all of it writes, with those of clients.
    pub wal: u64,
}

/// What is wrong with a migration, or with what clients do while it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// What kind of problem it is.
    pub kind: ProblemKind,
    /// The migration's id.
    pub migration: String,
    /// The part of the rehearsal in which it was met first.
    pub phase: &'static str,
    /// What happened, with how often.
    pub what: String,
    /// The statement that it happened to.
    pub statement: Option<String>,
    /// The server's SQLSTATE.
    pub code: Option<String>,
    /// What to do.
    pub help: String,
}

/// What kind of problem a rehearsal found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ProblemKind {
    /// A run failed.
    Run,
    /// A client's statement failed, or gave something wrong.
    Client,
    /// A lock was held or waited for too long, or is none that the plan declares.
    Lock,
    /// A row is there that no row may be like.
    Invariant,
    /// The old and the new shape of a row do not agree.
    Shapes,
    /// What an undo left is not what was before.
    Undo,
    /// The database is not what the code declares.
    Drift,
}
