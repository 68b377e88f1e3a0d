//! Steps, and the statements and other work in them.

use crate::plan::agreement::Agreement;
use crate::plan::footprint::effect::Effect;
use crate::plan::objects::rights::Rights;
use crate::syntax::tables::period::PartitionRule;
use crate::syntax::words::lock::{Lock, Mode};
use crate::syntax::words::name::{Name, TableName};
use crate::syntax::words::phase::Phase;

/// A unit of work, with what takes it back.
pub(crate) struct Step {
    pub(crate) phase: Phase,
    pub(crate) why: String,
    pub(crate) work: Work,
    pub(crate) undo: Option<Work>,
    pub(crate) course: Course,
}

/// On which ways a step does something.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Course {
    /// Forward, and back where it has an undo.
    Both,
    /// The same; what follows it in its phase is there for its way back.
    Swap,
    /// On the way back alone.
    BackOnly,
}

/// What a name without a schema stands for in a statement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Path {
    /// What is in `pg_catalog`.
    Own,
    /// What is there or in `public`.
    Users,
}

/// The one-step form of a change, and the table whose rows it reads or writes under its lock.
pub(crate) struct Direct {
    pub(crate) table: TableName,
    step: Step,
    /// What its undo would fail on.
    asked: Vec<NoRows>,
}

impl Direct {
    pub(crate) fn of(table: TableName, step: Step) -> Self {
        Direct { table, step, asked: Vec::new() }
    }

    /// Asks before anything is undone what the undo of the step would fail on.
    pub(crate) fn asking(self, asked: impl IntoIterator<Item = NoRows>) -> Self {
        Direct { asked: asked.into_iter().collect(), ..self }
    }

    /// Whatever is asked stands behind the step, so that its undo comes first.
    pub(crate) fn steps(self) -> Vec<Step> {
        let phase = self.step.phase;
        let why = "rows that would stop it, with nothing locked";
        let asked = self.asked.into_iter();
        let asked = asked.map(|require| Step::way_back(phase, why, Work::NoRows(require)));
        [self.step].into_iter().chain(asked).collect()
    }
}

pub(crate) enum Work {
    Transaction(Vec<Statement>),
    BuildIndex(Index),
    DropIndex(Index),
    Backfill(Backfill),
    Convert(Convert),
    Removal(Removal),
    Compaction(Compaction),
    /// The indexes of a table.
    Reindex(String),
    Partitions(KeptPartitions),
    NoRows(NoRows),
    NonTransactional(NonTransactional),
    SizeLimit(SizeLimit),
}

#[derive(Clone)]
pub(crate) struct Statement {
    pub(crate) sql: String,
    pub(crate) locks: Vec<Lock>,
    pub(crate) effects: Vec<Effect>,
    /// Whether it reads or writes rows, or computes an expression on them: then what the server
    /// says of a failure may quote a value.
    pub(crate) reads_rows: bool,
    pub(crate) path: Path,
    /// Where there may be nothing to do.
    pub(crate) only_if: Option<Condition>,
    /// What it gives to roles or takes back from them, where the server only warns if it may not.
    pub(crate) rights: Option<Rights>,
    pub(crate) why: String,
}

/// When a statement is carried out, which the server alone knows.
#[derive(Clone)]
pub(crate) struct Condition {
    /// A query of one boolean.
    pub(crate) query: String,
    /// When it is true, for the reviewer.
    pub(crate) when: String,
}

#[derive(Clone)]
pub(crate) struct Index {
    pub(crate) name: String,
    pub(crate) table: String,
    pub(crate) unique: bool,
    pub(crate) definition: String,
    pub(crate) create: Statement,
    pub(crate) drop: Statement,
    /// Where it has an expression, of which nothing else gathers statistics.
    pub(crate) analyze: Option<Statement>,
}

pub(crate) struct Backfill {
    pub(crate) table: String,
    /// The columns that it writes, each with the expression of its value.
    pub(crate) set: Vec<(Name, String)>,
    pub(crate) pending: String,
    /// What rows agree on once they are filled, for as long as triggers go on with it.
    pub(crate) agrees: Vec<Agreement>,
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

/// Room that is given back, of a table and its indexes.
pub(crate) struct Compaction {
    pub(crate) table: String,
    /// In percent.
    pub(crate) least: u64,
    pub(crate) truncates: bool,
    pub(crate) fires: bool,
}

/// Partitions that come and go by a rule; without one, no more do.
pub(crate) struct KeptPartitions {
    pub(crate) table: String,
    pub(crate) rule: Option<PartitionRule>,
    /// Of the table, of what its foreign keys point at, and of the partition that takes the rest.
    pub(crate) locks: Vec<Lock>,
}

/// Rows that go: out of the database, or into another table.
pub(crate) struct Removal {
    pub(crate) table: String,
    /// What the condition calls the table.
    pub(crate) named: String,
    pub(crate) condition: String,
    pub(crate) into: Option<String>,
    /// Whether they go back to where they came from.
    pub(crate) returns: bool,
    pub(crate) locks: Vec<Lock>,
}

pub(crate) struct NoRows {
    pub(crate) table: String,
    pub(crate) violation: String,
    pub(crate) problem: String,
    pub(crate) help: String,
}

pub(crate) struct NonTransactional {
    pub(crate) statement: Statement,
    pub(crate) done: Option<String>,
    pub(crate) mend: Vec<Cleanup>,
}

pub(crate) struct Cleanup {
    pub(crate) when: String,
    pub(crate) statement: Statement,
}

pub(crate) struct SizeLimit {
    pub(crate) table: String,
    pub(crate) max_rows: u64,
    pub(crate) reason: String,
}

impl Backfill {
    /// The columns that it writes.
    pub(crate) fn columns(&self) -> impl Iterator<Item = &str> {
        self.set.iter().map(|(column, _)| column.text.as_str())
    }

    /// The assignments, as they stand in an `update`.
    pub(crate) fn assignments(&self) -> String {
        assignments(self.set.iter().map(|(column, value)| (column, value.as_str())))
    }
}

/// Assignments as they stand in an `update`.
pub(crate) fn assignments<'a>(set: impl Iterator<Item = (&'a Name, &'a str)>) -> String {
    let set = set.map(|(column, value)| format!("{} = {value}", column.quoted()));
    set.collect::<Vec<_>>().join(", ")
}

impl Statement {
    /// A statement that locks no table which a client can see.
    pub(crate) fn free(sql: impl Into<String>) -> Self {
        Statement {
            sql: sql.into(),
            locks: Vec::new(),
            effects: Vec::new(),
            reads_rows: false,
            path: Path::Users,
            only_if: None,
            rights: None,
            why: String::new(),
        }
    }

    pub(crate) fn locking(sql: impl Into<String>, table: &TableName, mode: Mode) -> Self {
        Statement::free(sql).and_locks(table, mode)
    }

    pub(crate) fn and_locks(mut self, table: &TableName, mode: Mode) -> Self {
        self.locks.push(Lock { table: table.quoted(), mode });
        self
    }

    /// Says that it asks the catalogs alone, and names in full what is the user's.
    pub(crate) fn of_catalogs(self) -> Self {
        Statement { path: Path::Own, ..self }
    }

    /// See [`reads_rows`](Statement::reads_rows).
    pub(crate) fn reading_rows(self) -> Self {
        Statement { reads_rows: true, ..self }
    }

    /// Takes its locks only where this holds.
    pub(crate) fn only_if(self, condition: Condition) -> Self {
        Statement { only_if: Some(condition), ..self }
    }

    pub(crate) fn on_rights(self, rights: Rights) -> Self {
        Statement { rights: Some(rights), ..self }
    }

    pub(crate) fn why(mut self, why: impl Into<String>) -> Self {
        self.why = why.into();
        self
    }
}

impl Step {
    pub(crate) fn new(phase: Phase, why: impl Into<String>, work: Work) -> Self {
        Step { phase, why: why.into(), work, undo: None, course: Course::Both }
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

    /// Makes what an undo has to do besides, in its turn; forward it does nothing. A run may have
    /// stopped behind it and before the step that it belongs to, and an undo behind that step: so
    /// it must do no harm where that was not done, or was taken back already.
    pub(crate) fn way_back(phase: Phase, why: &str, undo: Work) -> Self {
        let why = format!("for the way back alone: {why}");
        let step = Step::transaction(phase, why, Vec::new()).undone_by(undo);
        Step { course: Course::BackOnly, ..step }
    }

    /// Says that what follows it in its phase is there for its way back.
    pub(crate) fn swapping(self) -> Self {
        Step { course: Course::Swap, ..self }
    }

    pub(crate) fn undone_by(mut self, undo: Work) -> Self {
        self.undo = Some(undo);
        self
    }

    pub(crate) fn undo(self, statements: Vec<Statement>) -> Self {
        self.undone_by(Work::Transaction(statements))
    }
}
