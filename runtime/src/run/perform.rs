//! One step, forward or back.

use std::time::Instant;

use crate::outcome::denied::{self, MakesIn};
use crate::outcome::error::Error;
use crate::record::ledger::Direction;
use crate::settings::told::event::Event;
use crate::work::Turn;
use crate::work::step::context::{Spent, StepContext};
use crate::work::step::throttle;

/// Carries a step out and records it.
pub(crate) async fn perform(
    context: &mut StepContext<'_, '_>,
    turn: Turn<'_>,
) -> Result<(), Error> {
    let (started, rows) = (Instant::now(), context.tally.rows);
    context.settings.tell(&Event::StepStarted { at: context.at(), why: turn.store.step.why });
    let outcome = carry_out(context, turn).await;
    if turn.direction == Direction::Forward {
        let Spent { locks, held, rested } = context.spent;
        turn.store.spent(context.session, [locks, held, rested]).await;
    }
    let (at, took, rows) = (context.at(), started.elapsed(), context.tally.rows - rows);
    let event = match &outcome {
        Ok(()) => Event::StepDone { at, took, rows },
        Err(error) => Event::StepFailed { at, error },
    };
    context.settings.tell(&event);
    outcome
}

async fn carry_out(context: &mut StepContext<'_, '_>, turn: Turn<'_>) -> Result<(), Error> {
    let Turn { store, direction, .. } = turn;
    // An undo does not pass the throttle.
    context.settings.interrupt.pass()?;
    context.tell();
    // Who takes a migration back wants it gone, whatever was paused before.
    if direction == Direction::Forward {
        throttle::pass(context, store.step.work.kind().weight()).await?;
    }
    let place = context.at().to_string();
    let announced = context.session.announcing(&place);
    let opening = std::mem::take(&mut context.opening);
    store.begin(context.session, opening, &announced).await?;
    let work = match direction {
        Direction::Forward => Some(store.step.work),
        Direction::Back => store.step.undo,
    };
    let outcome = match work {
        Some(work) => work.kind().carry_out(context, turn).await,
        None => turn.finish(context.session).await,
    };
    context.go_on().await;
    match outcome {
        Ok(()) => {
            context.tally.steps += 1;
            Ok(())
        }
        Err(error) => {
            let makes = work.as_ref().map_or(MakesIn::Schemas, MakesIn::of);
            let error = denied::explain(context.session.reader(), error, makes).await;
            let error = error.at(context.place());
            store.fail(context.session, &error).await;
            Err(error)
        }
    }
}
