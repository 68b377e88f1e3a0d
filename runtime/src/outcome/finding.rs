//! What a preflight looks for, what it makes of it, and what it found.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use crate::migration::Phase;
use crate::session::shown::on_one_line;

/// What a preflight looks for before a phase.
///
/// ```
/// use changeover::{Changeover, Check, Severity};
/// # mod m0001_users { changeover::migration! { create_table!(users { id: bigint primary_key }); } }
/// # changeover::migrations! { static MIGRATIONS = [m0001_users]; }
/// # fn main() {
/// let builder = Changeover::builder(&MIGRATIONS).preflight(Check::Statement, Severity::Wait);
/// # drop(builder);
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Check {
    /// A transaction with an old snapshot. A concurrent index build waits for its end, so this
    /// waits for it before the build begins; a backfill grows the table meanwhile, so there it is
    /// a warning.
    OldTransaction,
    /// What else keeps row versions from being cleared away: a prepared transaction, a
    /// transaction that has written and is idle, a replication slot, the feedback of a replica.
    OldHorizon,
    /// A vacuum to prevent wraparound on a table that is going to be locked: unlike others it does
    /// not give way. By default its end is waited for.
    WraparoundVacuum,
    /// A table so old that such a vacuum is about to start.
    FreezeAge,
    /// A database so near the end of its transaction numbers that nothing but a vacuum should run.
    /// By default that is fatal.
    Wraparound,
    /// Less room on the disk than the phase is going to take, by
    /// [`free_disk`](crate::Builder::free_disk): by default that is fatal. Where nobody says what
    /// is free, that it is going to take much.
    DiskSpace,
    /// A replication slot that nobody reads from: it keeps the WAL that a backfill writes.
    ReplicationSlot,
    /// A replica that is behind already.
    ReplicaLag,
    /// An index that is not valid, on a table that the phase touches.
    InvalidIndex,
    /// A session that holds a lock in the way of those that the phase takes.
    Blocker,
    /// A table, a column or another object that is not there any more, or not as the plan needs it,
    /// or a name that it takes and something else has. By default that is fatal; before the first
    /// phase of a migration the error has the differences in the words of
    /// [`check`](crate::Changeover::check).
    Drift,
    /// A privilege that the phase gives or takes back, and the runner's role may not: the server
    /// warns, and does nothing. By default that is fatal.
    Privilege,
    /// A trigger on a table that the phase touches which calls what is neither the runner's, nor
    /// the table owner's, nor a superuser's: it runs as whoever writes rows, the runner too. By
    /// default that is fatal.
    ForeignTrigger,
    /// A trigger or a rule on a table that is to be compacted which acts on any update, also where a row
    /// only moves, or takes such an update back. By default that is fatal.
    UpdateTrigger,
    /// A schema of the path that the plan's expressions are read with, `public`, in which others
    /// may create: what they make there can be taken for what an expression means.
    OpenSchema,
    /// A table of a backfill that is published for logical replication and has nothing by which
    /// rows are known there: the server refuses every update. By default that is fatal.
    Published,
    /// Something outside the history that depends on what a switch or a contract takes away: a
    /// view, an index, a foreign key, a policy. By default the gate is held until it is gone.
    Dependent,
    /// An index by which logical replication knows rows, and that a contract takes away. By
    /// default the gate is held until the table has another replica identity.
    ReplicaIdentity,
    /// A function whose body, which is text, names what a contract takes away. A word may mean
    /// something else, so this is a warning.
    FunctionBody,
    /// A statement in `pg_stat_statements` that names what a contract takes away and may have run
    /// within [`Threshold::QuietTime`]; by default a warning. Where it waits or is fatal, the gate
    /// is held until none has.
    ///
    /// A statement names a column if its text has the column's name and the table's as words: one
    /// that means another table's column of that name counts too, and `select *` does not.
    /// Statements of other roles are hidden unless the runner's has `pg_read_all_stats`, which is
    /// a finding as well. Without that extension nothing is found.
    Statement,
    /// A table that has had so many columns, dropped ones too, that those of the phase do not fit.
    /// By default that is fatal.
    ColumnCount,
    /// A table that inherits from one that the phase changes, and is no partition: by default that
    /// is fatal.
    Inherited,
    /// More partitions and indexes of theirs than the server has room for locks of: by default that
    /// is fatal.
    LockTable,
    /// So many partitions that it takes a while to lock them all.
    ManyPartitions,
    /// A trigger's function, a function or a view that fails when its table gets a column, as
    /// `insert into history select old.*` does. By default that is fatal.
    RowShape,
    /// A statement in `pg_stat_statements` of a shape that fails once a view stands under the name
    /// of a renamed table.
    ThroughView,
    /// A function or a view with the row type of a table that gets a column.
    RowType,
    /// Something that keeps partitions from coming or going by a rule of
    /// [`keep_partitions!`](crate::keep_partitions): a name that is taken, rows in a default partition, a
    /// right that the role lacks. The run goes on in any case, and the next one tries again.
    Partition,
    /// Values that an undo takes away and no older shape keeps. It is said in any case; a table
    /// that has rows is dropped only by [`undo_with_rows`](crate::Changeover::undo_with_rows).
    Loss,
}

/// What is made of a finding.
///
/// ```
/// use changeover::{Changeover, Check, Severity};
/// # mod m0001_users { changeover::migration! { create_table!(users { id: bigint primary_key }); } }
/// # changeover::migrations! { static MIGRATIONS = [m0001_users]; }
/// # fn main() {
/// let builder = Changeover::builder(&MIGRATIONS).preflight(Check::OldTransaction, Severity::Ignore);
/// # drop(builder);
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// It is not looked for.
    Ignore,
    /// It is in the report and in the trace, and the phase runs.
    Warn,
    /// The phase waits until it has passed; at the deadline it is fatal.
    Wait,
    /// The run stops before the phase begins.
    Fatal,
}

/// From where on something is a finding.
///
/// ```
/// use std::time::Duration;
///
/// use changeover::{Changeover, Threshold};
/// # mod m0001_users { changeover::migration! { create_table!(users { id: bigint primary_key }); } }
/// # changeover::migrations! { static MIGRATIONS = [m0001_users]; }
/// # fn main() {
/// let an_hour = Threshold::QuietTime(Duration::from_secs(3600));
/// let builder = Changeover::builder(&MIGRATIONS).threshold(an_hour);
/// # drop(builder);
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Threshold {
    /// The age of a transaction for [`Check::OldTransaction`] and [`Check::OldHorizon`]; 5 minutes.
    TransactionAge(Duration),
    /// The transactions by which a slot or a replica holds back the horizon,
    /// [`Check::OldHorizon`]; a million.
    HorizonAge(u32),
    /// The age of a table in transactions, [`Check::FreezeAge`]; 95 % of the server's
    /// `autovacuum_freeze_max_age`.
    FreezeAge(u32),
    /// The age of a database in transactions or multixacts, [`Check::Wraparound`]; 1.6 thousand
    /// million, where the server itself takes its last measures.
    WraparoundAge(u32),
    /// The bytes by which a phase may grow the database where nobody says what is free,
    /// [`Check::DiskSpace`]; 10 GiB.
    Growth(u64),
    /// The lag of a replica, [`Check::ReplicaLag`]; 10 s.
    ReplicaLag(Duration),
    /// The age of a transaction that holds a lock, [`Check::Blocker`]; 5 s.
    BlockerAge(Duration),
    /// For how long a statement must not have run to be one of the past, [`Check::Statement`]; an
    /// hour. Its calls are counted from one look at the gate to the next, beginning with the
    /// first.
    QuietTime(Duration),
}

/// What a preflight found.
///
/// ```
/// use changeover::{Findings, Severity};
///
/// fn stops(findings: &Findings) -> Vec<&str> {
///     let fatal = findings.0.iter().filter(|finding| finding.severity == Severity::Fatal);
///     fatal.map(|finding| finding.what.as_str()).collect()
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// What was looked for.
    pub check: Check,
    /// What is made of it.
    pub severity: Severity,
    /// The migration that it was looked for.
    pub migration: String,
    /// The phase.
    pub phase: Phase,
    /// What there is, in one clause.
    pub what: String,
    /// What it would cause.
    pub effect: &'static str,
    /// What to do about it.
    pub help: &'static str,
}

/// What a preflight of all that is pending found; each as several lines of text by [`Display`](fmt::Display).
///
/// ```no_run
/// use changeover::Changeover;
/// # mod m0001_users { changeover::migration! { create_table!(users { id: bigint primary_key }); } }
/// # changeover::migrations! { static MIGRATIONS = [m0001_users]; }
/// # async fn example(url: &str) -> Result<(), changeover::Error> {
/// let findings = Changeover::builder(&MIGRATIONS).connect(url).await?.preflight().await?;
/// println!("{findings}");
/// # Ok(())
/// # }
/// # fn main() {}
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings(pub Vec<Finding>);

pub(crate) type FreeDisk =
    Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Option<u64>> + Send>> + Send + Sync>;

/// What to look for, and from where on.
#[derive(Clone)]
pub(crate) struct Preflight {
    /// Where they are not as they would be.
    pub(crate) severities: Vec<(Check, Severity)>,
    pub(crate) transaction_age: Duration,
    pub(crate) horizon_age: u32,
    pub(crate) freeze_age: Option<u32>,
    pub(crate) wraparound_age: u32,
    pub(crate) growth: u64,
    pub(crate) replica_lag: Duration,
    pub(crate) blocker_age: Duration,
    pub(crate) quiet_time: Duration,
    pub(crate) free_disk: Option<FreeDisk>,
}

impl Default for Preflight {
    fn default() -> Preflight {
        Preflight {
            severities: Vec::new(),
            transaction_age: Duration::from_mins(5),
            horizon_age: 1_000_000,
            freeze_age: None,
            wraparound_age: 1_600_000_000,
            growth: 10 << 30,
            replica_lag: Duration::from_secs(10),
            blocker_age: Duration::from_secs(5),
            quiet_time: Duration::from_hours(1),
            free_disk: None,
        }
    }
}

impl Preflight {
    pub(crate) fn set(&mut self, threshold: Threshold) {
        match threshold {
            Threshold::TransactionAge(age) => self.transaction_age = age,
            Threshold::HorizonAge(age) => self.horizon_age = age,
            Threshold::FreezeAge(age) => self.freeze_age = Some(age),
            Threshold::WraparoundAge(age) => self.wraparound_age = age,
            Threshold::Growth(bytes) => self.growth = bytes,
            Threshold::ReplicaLag(lag) => self.replica_lag = lag,
            Threshold::BlockerAge(age) => self.blocker_age = age,
            Threshold::QuietTime(time) => self.quiet_time = time,
        }
    }

    /// Returns what is made of a finding that by itself would be this severe.
    pub(crate) fn severity(&self, check: Check, by_itself: Severity) -> Severity {
        let chosen = self.severities.iter().rev().find(|(known, _)| *known == check);
        chosen.map_or(by_itself, |(_, severity)| *severity)
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Severity::Ignore => "ignored",
            Severity::Warn => "warning",
            Severity::Wait => "waits",
            Severity::Fatal => "fatal",
        })
    }
}

impl Finding {
    /// Returns what is made of it where it cannot be looked for.
    pub(crate) fn unseen(self, reason: &str) -> Finding {
        Finding {
            severity: Severity::Warn,
            what: on_one_line(&format!("could not look: {reason}")),
            effect: "what is looked for may be there, and nobody says so",
            help: "give the runner's role the right, or the server the library; or let the check \
                   be ignored",
            ..self
        }
    }

    /// Tells whether it is what another phase found already.
    pub(crate) fn same(&self, other: &Finding) -> bool {
        self.check == other.check && self.what == other.what
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Finding { severity, migration, phase, what, effect, help, .. } = self;
        write!(f, "{severity}: `{migration}`, {phase}: {what}\nnote: {effect}\nhelp: {help}")
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("nothing found\n");
        }
        self.0.iter().try_for_each(|finding| writeln!(f, "{finding}\n"))
    }
}
