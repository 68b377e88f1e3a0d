//! The plain data that the macros fill: what a history is, and what each migration will do.
//!
//! Everything here is `'static` and fixed when the service is compiled; nothing of a plan is
//! decided while it runs. The macros write struct literals of these types, so a field added here
//! is a field written in `macros/src/emit.rs`.

use std::fmt;

use crate::function::ConvertFn;

/// A linear history of migrations, declared with [`migrations!`](crate::migrations).
#[derive(Debug, Clone, Copy)]
pub struct Migrations {
    /// The migrations, the oldest first; each is the parent of the next.
    pub migrations: &'static [&'static Migration],
    /// The statements that build, from nothing, the schema that the history ends in.
    ///
    /// They hold the compiler's model of the schema: run in an empty database they give the
    /// catalogs that a database has after the whole history, declared contracts included.
    pub schema: &'static [&'static str],
}

impl Migrations {
    /// The migration with this id.
    pub fn get(&self, id: &str) -> Option<&'static Migration> {
        self.migrations.iter().copied().find(|migration| migration.id == id)
    }

    /// The last migration: what this build of the service was compiled with.
    pub fn head(&self) -> Option<&'static Migration> {
        self.migrations.last().copied()
    }

    /// The history up to and including a migration, as an older build would have it; none if it
    /// has no such migration. Its `schema` is empty.
    pub fn until(&self, id: &str) -> Option<Migrations> {
        let last = self.migrations.iter().position(|migration| migration.id == id)?;
        Some(Migrations { migrations: self.migrations.get(..=last)?, schema: &[] })
    }
}

/// One migration: an ordered list of changes, declared with [`migration!`](crate::migration!).
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// The name of the module that declares it.
    pub id: &'static str,
    /// The id of the migration that it follows; none for the first.
    pub parent: Option<&'static str>,
    /// The doc comments of its changes' authors, for the review file.
    pub doc: &'static str,
    /// The changes, in the order in which they were written.
    pub changes: &'static [Change],
    /// The migrations whose switch this one declares with `switch!`.
    pub switches: &'static [&'static str],
    /// The migrations whose contract this one declares with `contract!`.
    pub contracts: &'static [&'static str],
    /// The migrations whose contract must have run before this one can start, because it needs
    /// a name that they hold until then.
    pub requires: &'static [&'static str],
}

impl Migration {
    /// The steps of one phase, in the order in which they run.
    pub fn steps(&self, phase: Phase) -> impl DoubleEndedIterator<Item = &'static Step> {
        self.changes.iter().flat_map(|change| change.steps).filter(move |step| step.phase == phase)
    }

    /// Whether a later migration has to declare its switch with `switch!`.
    pub fn has_switch(&self) -> bool {
        self.steps(Phase::Switch).next().is_some()
    }

    /// Whether a later migration has to declare its contract with `contract!`.
    pub fn has_contract(&self) -> bool {
        self.steps(Phase::Contract).next().is_some()
    }
}

/// One change: what one operation macro expands to.
#[derive(Debug, Clone, Copy)]
pub struct Change {
    /// The macro's name, `rename_column`.
    pub operation: &'static str,
    /// The macro's argument as it was written, `users.username => display_name`.
    pub subject: &'static str,
    /// What clients will notice although the plan is safe, a sentence each.
    pub notes: &'static [&'static str],
    /// The steps of all phases, each phase's in order.
    pub steps: &'static [Step],
}

/// The part of a migration that a step belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Additive DDL under brief locks.
    Expand,
    /// Backfills, concurrent index builds, validation: long, and blocking nobody.
    Migrate,
    /// A brief atomic swap, where the name that the application sees must stay the same.
    Switch,
    /// Removal of the old shape; what it drops cannot be undone.
    Contract,
}

impl Phase {
    /// Every phase, in the order in which a migration passes through them.
    pub const ALL: [Phase; 4] = [Phase::Expand, Phase::Migrate, Phase::Switch, Phase::Contract];
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Phase::Expand => "expand",
            Phase::Migrate => "migrate",
            Phase::Switch => "switch",
            Phase::Contract => "contract",
        })
    }
}

/// A unit of work that is done wholly, recorded, and resumed or repeated as a whole.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// The phase in which it runs.
    pub phase: Phase,
    /// Why the step is there, one sentence for the reviewer.
    pub why: &'static str,
    /// What it does.
    pub work: Work,
    /// What takes it back; none where there is nothing to take back. Steps of a phase are undone
    /// in reverse order. A contract's steps have none because what they drop is gone.
    pub undo: Option<Work>,
}

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
    /// Looks for rows that would make a later step fail, before anything is locked.
    Require(Require),
    /// A statement that PostgreSQL takes outside a transaction alone.
    Alone(Alone),
    /// Refuses a table that is larger than the one-step form is meant for, before anything is
    /// locked.
    Bound(Bound),
}

/// One SQL statement.
#[derive(Debug, Clone, Copy)]
pub struct Statement {
    /// The text, without a semicolon; every name in it is quoted and schema-qualified.
    pub sql: &'static str,
    /// The table locks that it takes; none for a statement that locks no table of the user's.
    pub locks: &'static [TableLock],
    /// Why the statement is there, one sentence for the reviewer.
    pub why: &'static str,
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
    /// Whether reads or writes of the table wait while this lock is held.
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
    pub create: Statement,
    /// `drop index concurrently if exists …`, or `drop index if exists …`.
    pub drop: Statement,
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

/// Rows that must not exist before the plan goes on.
#[derive(Debug, Clone, Copy)]
pub struct Require {
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
pub struct Alone {
    /// The statement.
    pub statement: Statement,
    /// A query of one boolean, whether the statement has been carried out; asked before each try.
    /// None where repeating it does no harm.
    pub done: Option<&'static str>,
    /// What an interrupted try may leave, and what clears it; seen to in order before each try.
    pub mend: &'static [Mend],
}

/// What clears what an interrupted statement left.
#[derive(Debug, Clone, Copy)]
pub struct Mend {
    /// A query of one boolean, whether there is something to clear.
    pub when: &'static str,
    /// What clears it, outside a transaction.
    pub statement: Statement,
}

/// How large a table may be for the one-step form of a change.
#[derive(Debug, Clone, Copy)]
pub struct Bound {
    /// The table, quoted and schema-qualified.
    pub table: &'static str,
    /// The most rows that it may have, by the planner's estimate.
    pub max_rows: u64,
    /// Why the author holds the one-step form to be safe.
    pub reason: &'static str,
}
