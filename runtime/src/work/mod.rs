//! The kinds of work, a file each. They import `session` to `step`.

mod budget;
pub(crate) mod fill;
mod index;
mod kind;
pub(crate) mod no_rows;
mod non_transactional;
pub(crate) mod page;
mod size_limit;
pub(crate) mod touched;
mod transaction;

pub(crate) use self::kind::{Kind, Turn};
use self::touched::Touched;
pub(crate) use self::transaction::rights::refused as refused_rights;
use crate::migration::{Step, Work};

impl Work {
    /// What can be done with it.
    pub(crate) fn kind(&self) -> Box<dyn Kind> {
        match *self {
            Work::Transaction(statements) => Box::new(transaction::Transaction(statements)),
            Work::BuildIndex(index) => Box::new(index::Build(index)),
            Work::DropIndex(index) => Box::new(index::Discard(index)),
            Work::Backfill(backfill) => Box::new(backfill),
            Work::Convert(convert) => Box::new(convert),
            Work::NoRows(require) => Box::new(require),
            Work::NonTransactional(alone) => Box::new(alone),
            Work::SizeLimit(bound) => Box::new(bound),
        }
    }
}

/// What steps are going to touch. `earlier` has the text of the statements that are going to run
/// before these, and gets theirs.
pub(crate) fn touched_by(steps: &[&'static Step], earlier: &mut String) -> Touched {
    let mut touched = Touched::default();
    for step in steps {
        step.work.kind().touch(&mut touched, earlier);
    }
    touched
}
