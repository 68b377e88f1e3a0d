//! What a step takes away on either way, and what its way back makes.

use crate::migration::{Dropped, Effect, Phase, Statement, Step, Work};

impl Step {
    /// Returns what a switch or a contract takes away on the way forward, as far as something may
    /// depend on it. Other phases take away what they have made themselves.
    pub(crate) fn drops(&self) -> Vec<&'static Dropped> {
        let is_asked = match self.phase {
            Phase::Expand | Phase::Migrate => false,
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
