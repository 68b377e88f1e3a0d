//! One step, forward or back.

use crate::error::Error;
use crate::ledger::{RecordedStep, StepState};
use crate::migration::Work;
use crate::stage::Stage;
use crate::store::StepStore;
use crate::throttle::{self, Weight};
use crate::{alone, bound, convert, denied, index, require, transaction, walk};

/// Which way a step goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Forward,
    Back,
}

impl Way {
    fn end(self) -> StepState {
        match self {
            Way::Forward => StepState::Done,
            Way::Back => StepState::Undone,
        }
    }

    /// The end of a step that only looked.
    fn looked(self) -> StepState {
        match self {
            Way::Forward => StepState::Passed,
            Way::Back => StepState::Undone,
        }
    }

    fn under_way(self) -> StepState {
        match self {
            Way::Forward => StepState::Intended,
            Way::Back => StepState::Undoing,
        }
    }
}

/// Carries a step out and records it.
pub(crate) async fn perform(
    stage: &mut Stage<'_, '_>,
    store: &StepStore<'_>,
    recorded: &RecordedStep,
    way: Way,
) -> Result<(), Error> {
    stage.tell();
    // Who takes a migration back wants it gone, whatever was paused before.
    if way == Way::Forward {
        throttle::pass(stage, weight(&store.step.work)).await?;
    }
    store.begin(stage.held).await?;
    let work = match way {
        Way::Forward => Some(store.step.work),
        Way::Back => store.step.undo,
    };
    let outcome = match work {
        Some(work) => carry_out(stage, store, recorded, way, &work).await,
        None => store.finish(stage.held, way.end()).await,
    };
    stage.let_go().await;
    match outcome {
        Ok(()) => {
            stage.tally.steps += 1;
            Ok(())
        }
        Err(error) => {
            let error = denied::explain(stage.held.reader(), error).await.at(stage.place());
            store.fail(stage.held, &error).await;
            Err(error)
        }
    }
}

fn weight(work: &Work) -> Weight {
    match work {
        Work::BuildIndex(_) | Work::Backfill(_) | Work::Convert(_) | Work::Alone(_) => {
            Weight::Heavy
        }
        Work::Transaction(_) | Work::DropIndex(_) | Work::Require(_) | Work::Bound(_) => {
            Weight::Brief
        }
    }
}

async fn carry_out(
    stage: &mut Stage<'_, '_>,
    store: &StepStore<'_>,
    recorded: &RecordedStep,
    way: Way,
    work: &Work,
) -> Result<(), Error> {
    if let Work::Transaction(statements) = work {
        let record = store.finished(stage.held.own(), way.end());
        return transaction::run(stage, statements, &record).await;
    }
    if let Work::Require(require) = work {
        require::check(stage.held, require).await?;
        return store.finish(stage.held, way.looked()).await;
    }
    if let Work::Bound(bound) = work {
        bound::check(stage.held, bound).await?;
        return store.finish(stage.held, way.looked()).await;
    }
    store.intend(stage.held, way.under_way()).await?;
    let resumed = matches!(recorded.state, StepState::Intended | StepState::Undoing);
    let same = recorded.state == way.under_way();
    let from = if same { (recorded.cursor.as_deref(), recorded.rows) } else { (None, 0) };
    match work {
        Work::Transaction(_) | Work::Require(_) | Work::Bound(_) => {}
        Work::BuildIndex(index) => {
            let built = index::build(stage, index, resumed).await;
            // A migration whose index cannot be built must stay open to be edited.
            if let Err(error) = &built
                && way == Way::Forward
                && index::left_nothing(stage.held, index, error).await
            {
                store.finish(stage.held, StepState::Planned).await?;
            }
            built?;
        }
        Work::DropIndex(index) => index::discard(stage, index).await?,
        Work::Alone(alone) => alone::run(stage, alone).await?,
        Work::Backfill(backfill) => {
            let filled = walk::fill(stage, store, backfill, from).await;
            unless_empty(stage, store, filled).await?;
        }
        Work::Convert(convert) => {
            let filled = convert::fill(stage, store, convert, from).await;
            unless_empty(stage, store, filled).await?;
        }
    }
    store.finish(stage.held, way.end()).await
}

/// A backfill that failed before it filled a row has done nothing, so that it may be edited.
async fn unless_empty(
    stage: &mut Stage<'_, '_>,
    store: &StepStore<'_>,
    filled: Result<(), Error>,
) -> Result<(), Error> {
    if filled.is_err() {
        store.forget_if_empty(stage.held).await;
    }
    filled
}
