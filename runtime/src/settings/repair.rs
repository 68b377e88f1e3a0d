//! What a database is told of a history by hand.

use crate::migration::Phase;

/// A correction of what the database remembers of a migration, for
/// [`Changeover::repair`](crate::Changeover::repair).
///
/// It changes the record and nothing else: say with it what is so already.
///
/// ```no_run
/// use changeover::{Changeover, Phase, Repair};
/// # mod m0001_users { changeover::migration! { create_table!(users { id: bigint primary_key }); } }
/// # changeover::migrations! { static MIGRATIONS = [m0001_users]; }
/// # async fn example(url: &str) -> Result<(), changeover::Error> {
/// let mut changeover = Changeover::builder(&MIGRATIONS).connect(url).await?;
/// let repair = Repair::mark_done("m0007_index", Phase::Migrate, 1);
/// changeover.repair(repair, "built by hand on Sunday").await?;
/// # Ok(())
/// # }
/// # fn main() {}
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repair {
    pub(crate) migration: String,
    pub(crate) what: What,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    AcceptPlan,
    MarkDone { phase: Phase, step: usize },
    MarkUndone { phase: Phase, step: usize },
    Recount,
    Forget,
}

impl What {
    /// As the methods and the record of repairs call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            What::AcceptPlan => "accept_plan",
            What::MarkDone { .. } => "mark_done",
            What::MarkUndone { .. } => "mark_undone",
            What::Recount => "recount",
            What::Forget => "forget",
        }
    }

    pub(crate) fn step(self) -> Option<(Phase, usize)> {
        match self {
            What::MarkDone { phase, step } | What::MarkUndone { phase, step } => {
                Some((phase, step))
            }
            What::AcceptPlan | What::Recount | What::Forget => None,
        }
    }
}

impl Repair {
    /// Returns what it is, as `changeover.events` calls it: `accept_plan`.
    pub fn name(&self) -> &'static str {
        self.what.name()
    }

    /// The plan that this build has of a migration is what has run: for one that was edited after
    /// it had run, where the database was brought to the same by hand or has it already.
    pub fn accept_plan(migration: impl Into<String>) -> Repair {
        Repair { migration: migration.into(), what: What::AcceptPlan }
    }

    /// A step has been carried out by hand, so that the next run leaves it out. Steps are counted
    /// from 1 in each phase, as errors and review files count them.
    pub fn mark_done(migration: impl Into<String>, phase: Phase, step: usize) -> Repair {
        Repair { migration: migration.into(), what: What::MarkDone { phase, step } }
    }

    /// A step has been taken back by hand, so that the next run carries it out again.
    pub fn mark_undone(migration: impl Into<String>, phase: Phase, step: usize) -> Repair {
        Repair { migration: migration.into(), what: What::MarkUndone { phase, step } }
    }

    /// A migration's state is what its steps speak for, and rows of steps that cannot be read are
    /// none: for a record that somebody else wrote into.
    pub fn recount(migration: impl Into<String>) -> Repair {
        Repair { migration: migration.into(), what: What::Recount }
    }

    /// All of a migration has been taken back by hand, so that it counts as one that never ran. It
    /// may be one that this build does not know.
    pub fn forget(migration: impl Into<String>) -> Repair {
        Repair { migration: migration.into(), what: What::Forget }
    }
}
