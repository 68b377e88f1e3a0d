//! What a change expands to: steps of SQL, each statement with the locks that it takes.

pub(crate) mod advance;
pub(crate) mod around;
pub(crate) mod at_once;
pub(crate) mod attach;
pub(crate) mod constraint;
pub(crate) mod convert;
pub(crate) mod copies;
pub(crate) mod ddl;
pub(crate) mod domain;
pub(crate) mod dropped;
pub(crate) mod entity;
pub(crate) mod fill;
pub(crate) mod format;
pub(crate) mod function;
pub(crate) mod grant;
pub(crate) mod hand_over;
pub(crate) mod index;
pub(crate) mod kept;
pub(crate) mod label;
pub(crate) mod logged;
pub(crate) mod look;
pub(crate) mod materialized;
pub(crate) mod not_null;
pub(crate) mod numbers;
pub(crate) mod outside;
pub(crate) mod part;
pub(crate) mod partition;
pub(crate) mod policy;
pub(crate) mod queue;
pub(crate) mod repair;
pub(crate) mod reshape;
pub(crate) mod retype;
pub(crate) mod sequence;
pub(crate) mod setting;
pub(crate) mod shadow;
pub(crate) mod sql;
pub(crate) mod stand_in;
pub(crate) mod swap;
pub(crate) mod swapped_key;
pub(crate) mod sync;
pub(crate) mod trigger;
pub(crate) mod version;
pub(crate) mod view;
pub(crate) mod violation;

use crate::plan::dropped::Dropped;
use crate::syntax::name::TableName;

/// The part of a migration that a step belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Phase {
    Expand,
    Migrate,
    Switch,
    Contract,
}

/// A unit of work, with what takes it back.
pub(crate) struct Step {
    pub(crate) phase: Phase,
    pub(crate) why: String,
    pub(crate) work: Work,
    pub(crate) undo: Option<Work>,
}

/// The one-step form of a change, and the table whose rows it reads or writes under its lock.
pub(crate) struct Direct {
    pub(crate) table: TableName,
    pub(crate) step: Step,
}

pub(crate) enum Work {
    Transaction(Vec<Statement>),
    BuildIndex(Index),
    DropIndex(Index),
    Backfill(Backfill),
    Convert(Convert),
    Require(Require),
    Alone(Alone),
    Bound(Bound),
}

#[derive(Clone)]
pub(crate) struct Statement {
    pub(crate) sql: String,
    pub(crate) locks: Vec<Lock>,
    /// What it takes away for good, or puts another in the place of.
    pub(crate) drops: Vec<Dropped>,
    pub(crate) why: String,
}

#[derive(Clone)]
pub(crate) struct Lock {
    pub(crate) table: String,
    pub(crate) mode: Mode,
}

/// The lock modes that plans take (manual, "Explicit Locking"), the weakest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Mode {
    AccessShare,
    RowShare,
    RowExclusive,
    ShareUpdateExclusive,
    Share,
    ShareRowExclusive,
    Exclusive,
    AccessExclusive,
}

impl Mode {
    /// Every mode, by its words in SQL.
    pub(crate) const ALL: [(&str, Mode); 8] = [
        ("access share", Mode::AccessShare),
        ("row share", Mode::RowShare),
        ("row exclusive", Mode::RowExclusive),
        ("share update exclusive", Mode::ShareUpdateExclusive),
        ("share", Mode::Share),
        ("share row exclusive", Mode::ShareRowExclusive),
        ("exclusive", Mode::Exclusive),
        ("access exclusive", Mode::AccessExclusive),
    ];

    pub(crate) fn words(self) -> &'static str {
        Self::ALL.iter().find(|(_, mode)| *mode == self).map_or("", |(words, _)| words)
    }
}

#[derive(Clone)]
pub(crate) struct Index {
    pub(crate) name: String,
    pub(crate) table: String,
    pub(crate) unique: bool,
    pub(crate) definition: String,
    pub(crate) create: Statement,
    pub(crate) drop: Statement,
}

pub(crate) struct Backfill {
    pub(crate) table: String,
    pub(crate) set: String,
    pub(crate) pending: String,
}

/// Rows that a function of the service fills. The columns are quoted.
pub(crate) struct Convert {
    pub(crate) table: String,
    pub(crate) key: Vec<String>,
    pub(crate) read: Vec<String>,
    pub(crate) write: Vec<String>,
    pub(crate) pending: String,
    /// The path of an asynchronous function of the user's.
    pub(crate) function: syn::Path,
}

pub(crate) struct Require {
    pub(crate) table: String,
    pub(crate) violation: String,
    pub(crate) problem: String,
    pub(crate) help: String,
}

pub(crate) struct Alone {
    pub(crate) statement: Statement,
    pub(crate) done: Option<String>,
    pub(crate) mend: Vec<Mend>,
}

pub(crate) struct Mend {
    pub(crate) when: String,
    pub(crate) statement: Statement,
}

pub(crate) struct Bound {
    pub(crate) table: String,
    pub(crate) max_rows: u64,
    pub(crate) reason: String,
}

impl Backfill {
    /// The columns that it writes.
    pub(crate) fn columns(&self) -> impl Iterator<Item = &str> {
        self.set.match_indices("\" = ").filter_map(|(end, _)| {
            let start = self.set[..end].rfind('"')?;
            Some(&self.set[start + 1..end])
        })
    }
}

impl Statement {
    /// A statement that locks no table which a client can see.
    pub(crate) fn free(sql: impl Into<String>) -> Self {
        Statement { sql: sql.into(), locks: Vec::new(), drops: Vec::new(), why: String::new() }
    }

    pub(crate) fn locking(sql: impl Into<String>, table: &TableName, mode: Mode) -> Self {
        Statement::free(sql).and_locks(table, mode)
    }

    pub(crate) fn and_locks(mut self, table: &TableName, mode: Mode) -> Self {
        self.locks.push(Lock { table: table.quoted(), mode });
        self
    }

    pub(crate) fn why(mut self, why: impl Into<String>) -> Self {
        self.why = why.into();
        self
    }
}

impl Step {
    pub(crate) fn new(phase: Phase, why: impl Into<String>, work: Work) -> Self {
        Step { phase, why: why.into(), work, undo: None }
    }

    /// One transaction.
    pub(crate) fn transaction(
        phase: Phase,
        why: impl Into<String>,
        statements: Vec<Statement>,
    ) -> Self {
        Step::new(phase, why, Work::Transaction(statements))
    }

    /// Builds an index concurrently; its undo drops it.
    pub(crate) fn build_index(why: impl Into<String>, index: Index) -> Self {
        Step::new(Phase::Migrate, why, Work::BuildIndex(index.clone()))
            .undone_by(Work::DropIndex(index))
    }

    /// What an undo has to do besides, in its turn; forward it does nothing. A run may have stopped
    /// behind it and before the step that it belongs to, and an undo behind that step: so it must do
    /// no harm where that was not done, or was taken back already.
    pub(crate) fn way_back(phase: Phase, why: &str, undo: Work) -> Self {
        let why = format!("for the way back alone: {why}");
        Step::transaction(phase, why, Vec::new()).undone_by(undo)
    }

    pub(crate) fn undone_by(mut self, undo: Work) -> Self {
        self.undo = Some(undo);
        self
    }

    pub(crate) fn undo(self, statements: Vec<Statement>) -> Self {
        self.undone_by(Work::Transaction(statements))
    }
}
