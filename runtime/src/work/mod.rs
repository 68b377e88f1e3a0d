//! The kinds of work, a file each, and what all of them go by. They import `session` to `record`.

mod budget;
pub(crate) mod fill;
pub(crate) mod guards;
mod index;
mod kind;
mod non_transactional;
pub(crate) mod page;
pub(crate) mod partitions;
pub(crate) mod step;
pub(crate) mod touched;
mod transaction;

pub(crate) use self::kind::{Kind, Turn};
use self::touched::{Earlier, Touched};
pub(crate) use self::transaction::rights::refused as refused_rights;
use crate::migration::{Step, Work};

impl Work {
    /// Returns what can be done with it.
    pub(crate) fn kind(&self) -> Box<dyn Kind> {
        match *self {
            Work::Transaction(statements) => Box::new(transaction::Transaction(statements)),
            Work::BuildIndex(index) => Box::new(index::Build(index)),
            Work::DropIndex(index) => Box::new(index::Discard(index)),
            Work::Backfill(backfill) => Box::new(backfill),
            Work::Convert(convert) => Box::new(convert),
            Work::Removal(removal) => Box::new(removal),
            Work::Compaction(compaction) => Box::new(compaction),
            Work::Reindex(of) => Box::new(of),
            Work::Partitions(kept) => Box::new(kept),
            Work::NoRows(require) => Box::new(require),
            Work::NonTransactional(alone) => Box::new(alone),
            Work::SizeLimit(bound) => Box::new(bound),
        }
    }
}

/// Returns what steps are going to touch. `earlier` is what is going to run before these, and gets
/// them.
pub(crate) fn touched_by(steps: &[&'static Step], earlier: &mut Earlier) -> Touched {
    let mut touched = Touched::default();
    for step in steps {
        step.work.kind().touch(&mut touched, earlier);
    }
    touched
}
