//! What a step does: each kind of work, with the statements and the locks in it.

use std::fmt;

use super::footprint::Effect;
use crate::migration::function::ConvertFn;

/// What a step does.
#[derive(Debug, Clone, Copy)]
pub enum Work {
    /// Statements in one transaction: clients never meet the state between them.
    Transaction(&'static [Statement]),
    /// Builds an index concurrently, outside any transaction.
    BuildIndex(Index),
    /// Drops an index concurrently, outside any transaction.
    DropIndex(Index),
    /// Fills rows in many short transactions.
    Backfill(Backfill),
    /// Fills rows in many short transactions with what a Rust function makes of them.
    Convert(Convert),
    /// Removes rows in many short transactions, or moves them into another table.
    Removal(Removal),
    /// Gives back the room that a table and its indexes do not need.
    Compaction(Compaction),
    /// Builds the indexes of a table anew, concurrently.
    Reindex(Reindex),
    /// Lets partitions of a table come and go with time, from now on.
    Partitions(KeptPartitions),
    /// Looks for rows that would make a later step fail, before anything is locked.
    NoRows(NoRows),
    /// A statement that PostgreSQL takes outside a transaction alone.
    NonTransactional(NonTransactional),
    /// Refuses a table that is larger than the one-step form is meant for, before anything is
    /// locked.
    SizeLimit(SizeLimit),
}

/// One SQL statement.
#[derive(Debug, Clone, Copy)]
pub struct Statement {
    /// The text, without a semicolon; every name in it is quoted and schema-qualified.
    pub sql: &'static str,
    /// The table locks that it takes; none for a statement that locks no table of the user's.
    pub locks: &'static [TableLock],
    /// What it does that has to be known before it runs.
    pub effects: &'static [Effect],
    /// Whether it reads or writes rows, or computes an expression on them. What the server says of
    /// a failure may then quote a value, and is not passed on.
    pub reads_rows: bool,
    /// What its names without a schema stand for.
    pub path: Path,
    /// Where there may be nothing to do; none where it is always carried out.
    pub only_if: Option<&'static Condition>,
    /// The privileges that it gives or takes back, which the server only warns of where it may not.
    pub rights: Option<&'static Rights>,
    /// Why the statement is there, one sentence for the reviewer.
    pub why: &'static str,
}

/// When a statement of a transaction is carried out: elsewhere its locks are not taken.
#[derive(Debug, Clone, Copy)]
pub struct Condition {
    /// A query of one boolean, asked before anything is locked.
    pub query: &'static str,
    /// When it is true, for the reviewer: `a trigger lists the column`.
    pub when: &'static str,
}

/// Privileges on one object that a statement gives to roles or takes back from them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rights {
    /// What the object is.
    pub on: RightsOn,
    /// The object, quoted and schema-qualified.
    pub name: &'static str,
    /// The types of its arguments where it is a function.
    pub types: &'static [&'static str],
    /// The privileges as `grant` has them, each with the name of the column that it is for; with an
    /// empty one where it is for the whole.
    pub privileges: &'static [(&'static str, &'static str)],
    /// The names of the roles; `public` is everybody.
    pub roles: &'static [&'static str],
    /// Whether they are given, and not taken back.
    pub given: bool,
}

/// What privileges are on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RightsOn {
    /// A table or a view.
    Table,
    /// A sequence.
    Sequence,
    /// A function.
    Function,
    /// A schema.
    Schema,
}

/// What a name without a schema stands for in a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Path {
    /// What is in `pg_catalog`: it asks the catalogs, and names in full what is the user's.
    Own,
    /// What is there or in `public`: it holds an expression of the user's, or may.
    Users,
}

/// A lock on one table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableLock {
    /// The table, quoted and schema-qualified: `"public"."users"`.
    pub table: &'static str,
    /// The lock's mode.
    pub mode: LockMode,
}

/// The table-level lock modes of PostgreSQL, the weakest first.
///
/// PostgreSQL manual, section "Explicit Locking", table "Conflicting Lock Modes".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LockMode {
    /// Taken by `select`; conflicts with `ACCESS EXCLUSIVE` only.
    AccessShare,
    /// Taken by `select … for update`.
    RowShare,
    /// Taken by `insert`, `update` and `delete`.
    RowExclusive,
    /// Taken by `vacuum`, concurrent index builds and `validate constraint`; blocks no reads or
    /// writes.
    ShareUpdateExclusive,
    /// Blocks writes.
    Share,
    /// Blocks writes and itself.
    ShareRowExclusive,
    /// Blocks everything but plain reads.
    Exclusive,
    /// Blocks everything.
    AccessExclusive,
}

impl LockMode {
    /// Tells whether reads or writes of the table wait while this lock is held.
    pub fn blocks_clients(self) -> bool {
        self >= LockMode::Share
    }
}

impl fmt::Display for LockMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            LockMode::AccessShare => "ACCESS SHARE",
            LockMode::RowShare => "ROW SHARE",
            LockMode::RowExclusive => "ROW EXCLUSIVE",
            LockMode::ShareUpdateExclusive => "SHARE UPDATE EXCLUSIVE",
            LockMode::Share => "SHARE",
            LockMode::ShareRowExclusive => "SHARE ROW EXCLUSIVE",
            LockMode::Exclusive => "EXCLUSIVE",
            LockMode::AccessExclusive => "ACCESS EXCLUSIVE",
        })
    }
}

/// An index that is built and dropped concurrently.
///
/// Where the catalogs say that its table is partitioned, the runner makes it on the parent alone,
/// builds it on each partition concurrently and attaches it there; it drops it in one brief
/// transaction. A plan that knows as much has the statements of the parent, with their locks.
#[derive(Debug, Clone, Copy)]
pub struct Index {
    /// The index, quoted and schema-qualified: `"public"."users_plan_idx"`.
    pub name: &'static str,
    /// Its table, quoted and schema-qualified.
    pub table: &'static str,
    /// Whether no two rows may be equal.
    pub unique: bool,
    /// What follows `on <table>` in `create index`: `using btree ("plan" desc) where …`.
    pub definition: &'static str,
    /// `create [unique] index concurrently …`, or `create [unique] index … on only …`.
    pub create: &'static Statement,
    /// `drop index concurrently if exists …`, or `drop index if exists …`.
    pub drop: &'static Statement,
    /// `analyze …`, where the index has an expression, of which nothing else gathers statistics.
    pub analyze: Option<&'static Statement>,
}

/// Rows that are filled in many short transactions, by block range.
#[derive(Debug, Clone, Copy)]
pub struct Backfill {
    /// The table, quoted and schema-qualified.
    pub table: &'static str,
    /// The assignments of the `update … set`.
    pub set: &'static str,
    /// The condition that a row meets until it is filled; no row meets it afterwards.
    pub pending: &'static str,
}

/// Rows that are filled by a function of the service, a batch after the other.
#[derive(Debug, Clone, Copy)]
pub struct Convert {
    /// The table, quoted and schema-qualified.
    pub table: &'static str,
    /// The columns that tell a row from every other, quoted: unique and not null.
    pub key: &'static [&'static str],
    /// The columns that the function is given, quoted.
    pub read: &'static [&'static str],
    /// The columns that the function gives back, quoted.
    pub write: &'static [&'static str],
    /// The condition that a row meets until it is filled; no row meets it afterwards.
    pub pending: &'static str,
    /// The function.
    pub function: ConvertFn,
}

/// Rows that go in many short transactions: out of the database, or into another table.
#[derive(Debug, Clone, Copy)]
pub struct Removal {
    /// The table, quoted and schema-qualified.
    pub table: &'static str,
    /// What the condition calls the table, quoted.
    pub named: &'static str,
    /// The condition that a row meets which goes.
    pub condition: &'static str,
    /// The table that the rows go into, quoted and schema-qualified; none where they are deleted.
    pub into: Option<&'static str>,
    /// Whether they go back to where they came from: what only this table knows of them stays behind.
    pub returns: bool,
    /// What it locks: these tables, and those that refer to the rows, however far away.
    pub locks: &'static [TableLock],
}

/// Room that is given back in place, of a table and its indexes.
#[derive(Debug, Clone, Copy)]
pub struct Compaction {
    /// The table, quoted and schema-qualified.
    pub table: &'static str,
    /// The least that is to be given back, in percent of the table; where it is less, nothing is done.
    pub least: u64,
    /// Whether a vacuum cuts empty pages off, which can cancel queries on physical replicas.
    pub truncates: bool,
    /// Whether triggers on update may fire for rows that only move.
    pub fires: bool,
}

/// Indexes that are built anew, all of a table.
#[derive(Debug, Clone, Copy)]
pub struct Reindex {
    /// The table, quoted and schema-qualified.
    pub table: &'static str,
}

/// How partitions of a table come and go with time from a migration on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeptPartitions {
    /// The table, quoted and schema-qualified.
    pub table: &'static str,
    /// The rule; none where no more come or go.
    pub rule: Option<PartitionRule>,
    /// What it locks while partitions come and go: the table, those that its foreign keys point at, and the
    /// partition that takes what no other takes, as far as the history knows them.
    pub locks: &'static [TableLock],
}

/// A rule by which the partitions of a table come and go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartitionRule {
    /// How long a partition takes rows for.
    pub period: Period,
    /// How many periods after the present one have their partitions.
    pub ahead: u64,
    /// What becomes of those that are old; none where they stay.
    pub behind: Option<Behind>,
}

/// What becomes of partitions that are old.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Behind {
    /// How old all rows of a partition are at least that goes, as an interval: `13 months`.
    pub keep: &'static str,
    /// Whether it is dropped with its rows, and not left as a table of its own.
    pub drops: bool,
}

/// How long a partition takes rows for. Each begins in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// From one full hour to the next.
    Hourly,
    /// From midnight on.
    Daily,
    /// From Monday on.
    Weekly,
    /// From the first of a month on.
    Monthly,
    /// From the first of January, April, July or October on.
    Quarterly,
    /// From the first of January on.
    Yearly,
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Period::Hourly => "hourly",
            Period::Daily => "daily",
            Period::Weekly => "weekly",
            Period::Monthly => "monthly",
            Period::Quarterly => "quarterly",
            Period::Yearly => "yearly",
        })
    }
}

impl fmt::Display for PartitionRule {
    /// As it is written in `keep_partitions!`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, ahead = {}", self.period, self.ahead)?;
        let Some(Behind { keep, drops }) = self.behind else { return Ok(()) };
        write!(f, ", keep = {keep:?}, behind = {}", if drops { "drop" } else { "detach" })
    }
}

/// Rows that must not exist before the plan goes on.
#[derive(Debug, Clone, Copy)]
pub struct NoRows {
    /// The table, quoted and schema-qualified.
    pub table: &'static str,
    /// The condition that no row of the table may meet.
    pub violation: &'static str,
    /// What such a row is, `have no email`.
    pub problem: &'static str,
    /// How to mend it.
    pub help: &'static str,
}

/// A statement that cannot run in a transaction, and may stop half-way.
///
/// It waits for transactions that are older than itself, as `alter table … detach partition …
/// concurrently` and `reindex … concurrently` do.
#[derive(Debug, Clone, Copy)]
pub struct NonTransactional {
    /// The statement.
    pub statement: &'static Statement,
    /// A query of one boolean, whether the statement has been carried out; asked before each try.
    /// None where repeating it does no harm.
    pub done: Option<&'static str>,
    /// What an interrupted try may leave, and what clears it; seen to in order before each try.
    pub mend: &'static [Cleanup],
}

/// What clears what an interrupted statement left.
#[derive(Debug, Clone, Copy)]
pub struct Cleanup {
    /// A query of one boolean, whether there is something to clear.
    pub when: &'static str,
    /// What clears it, outside a transaction.
    pub statement: Statement,
}

/// How large a table may be for the one-step form of a change.
#[derive(Debug, Clone, Copy)]
pub struct SizeLimit {
    /// The table, quoted and schema-qualified.
    pub table: &'static str,
    /// The most rows that it may have, by the planner's estimate.
    pub max_rows: u64,
    /// Why the author holds the one-step form to be safe.
    pub reason: &'static str,
}

impl Work {
    /// Returns the table that is walked through, if one is.
    pub(crate) fn walks(&self) -> Option<&'static str> {
        match self {
            Work::Backfill(backfill) => Some(backfill.table),
            Work::Convert(convert) => Some(convert.table),
            Work::Removal(removal) => Some(removal.table),
            Work::Compaction(compaction) => Some(compaction.table),
            Work::Reindex(of) => Some(of.table),
            _ => None,
        }
    }
}
