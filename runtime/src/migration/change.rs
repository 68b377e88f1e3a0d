//! One change, and the steps that it takes.

use super::footprint::{Dropped, Effect};
use super::phase::Phase;
use super::work::{Statement, Work};

/// One change: what one operation macro expands to.
#[derive(Debug, Clone, Copy)]
pub struct Change {
    /// The macro's name, `rename_column`.
    pub operation: &'static str,
    /// The macro's argument as it was written, `users.username => display_name`.
    pub subject: &'static str,
    /// What clients will notice although the plan is safe, a sentence each.
    pub notes: &'static [&'static str],
    /// The columns that it changes, as the history has them before the migration.
    pub columns: &'static [KnownColumn],
    /// What the history has by then and the change counts on: objects that have to be there before the
    /// migration, by their names; with each what a macro says of it, where one does.
    pub needs: &'static [Dropped],
    /// What it makes, by names that have to be free before the migration.
    pub makes: &'static [Dropped],
    /// What rows agree on while it keeps an old and a new shape in step.
    pub agrees: &'static [Agreement],
    /// The steps of all phases, each phase's in order.
    pub steps: &'static [Step],
}

/// A column as the history knows it, which the catalogs are compared with.
#[derive(Debug, Clone, Copy)]
pub struct KnownColumn {
    /// Its table, quoted and schema-qualified.
    pub table: &'static str,
    /// Its name, as the catalogs have it.
    pub name: &'static str,
    /// Its type as SQL: `numeric(12, 2)`.
    pub ty: &'static str,
    /// Whether it may not be null.
    pub not_null: bool,
    /// Its default as SQL.
    pub default: Option<&'static str>,
    /// `s` where it is generated and stored, `v` where it is computed when it is read.
    pub generated: &'static str,
    /// `a` where it is an identity always, `d` where it is one by default.
    pub identity: &'static str,
    /// The name of its collation, empty where it is its type's.
    pub collate: &'static str,
}

/// What every row of a table agrees on between two phases.
#[derive(Debug, Clone, Copy)]
pub struct Agreement {
    /// The table, quoted and schema-qualified.
    pub table: &'static str,
    /// Which rows do not, behind the word `rows`: ``in which `a` and `b` do not agree``.
    pub differing: &'static str,
    /// The phase from whose end on.
    pub since: Phase,
    /// The phase until whose beginning.
    pub until: Phase,
    /// A row agrees where all equalities of one of these hold; the first that do need not be
    /// followed by the others.
    pub ways: &'static [&'static [Equality]],
    /// Why no statement can ask for it.
    pub unverified: Option<&'static str>,
}

/// A condition over a row, which is true or false and never null.
#[derive(Debug, Clone, Copy)]
pub struct Equality {
    /// The condition, in SQL over the table's columns.
    pub holds: &'static str,
    /// What stands for it in a row on which it fails; where there is none, it does not hold there.
    pub failing: Option<&'static str>,
}

/// On which ways a step does something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Course {
    /// Forward, and back where it has an undo.
    Both,
    /// The same; what follows it in its phase is there for its way back, also where no run has got
    /// to it.
    Swap,
    /// On the way back alone: forward it does nothing. Its undo does no harm where what it belongs to
    /// was not done, or was taken back already.
    BackOnly,
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
    /// On which ways it does something.
    pub course: Course,
    /// What takes it back; none where there is nothing to take back. Steps of a phase are undone
    /// in reverse order. A contract's steps have none because what they drop is gone.
    pub undo: Option<Work>,
}

impl Step {
    /// Returns what a switch or a contract takes away on the way forward, as far as something may
    /// depend on it. Other phases take away what they have made themselves.
    pub(crate) fn drops(&self) -> Vec<&'static Dropped> {
        let is_asked = match self.phase {
            Phase::Expand | Phase::Migrate | Phase::Background => false,
            // It only clears away what a way back may have left.
            Phase::Switch => !matches!(self.work, Work::DropIndex(_)),
            Phase::Contract => true,
        };
        let all = is_asked.then(|| removed(&self.work)).into_iter().flatten();
        all.filter(|one| one.kind.is_object()).collect()
    }

    /// Returns what the way back takes away for good.
    pub(crate) fn undo_drops(&self) -> Vec<&'static Dropped> {
        self.undo.iter().flat_map(removed).collect()
    }

    /// Returns what the way back makes, under names that have to be free by then.
    pub(crate) fn undo_makes(&self) -> Vec<&'static Dropped> {
        let Some(Work::Transaction(statements)) = self.undo else { return Vec::new() };
        let effects = statements.iter().flat_map(|statement| statement.effects);
        let taken = effects.filter_map(|effect| match effect {
            Effect::Takes(object) => Some(object),
            _ => None,
        });
        taken.collect()
    }
}

fn removed(work: &Work) -> impl Iterator<Item = &'static Dropped> {
    let statements: &'static [Statement] = match work {
        Work::Transaction(statements) => statements,
        Work::DropIndex(index) => std::slice::from_ref(index.drop),
        Work::NonTransactional(alone) => std::slice::from_ref(alone.statement),
        _ => &[],
    };
    statements.iter().flat_map(|statement| statement.effects).filter_map(Effect::removed)
}
