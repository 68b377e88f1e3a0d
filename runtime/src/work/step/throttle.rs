//! What may hold a run back between two batches: somebody's wish, the load, the service's hook.

use std::time::{Duration, Instant};

use super::brake::Weight;
use super::context::StepContext;
use super::pressure::{NEAR, ask_hook};
use super::reading::{Reading, asked};
use crate::lock::is_wanted;
use crate::outcome::error::{Detail, Error};
use crate::settings::Settings;

/// Between two looks at the server, while it works and while it waits.
const EVERY: Duration = Duration::from_millis(500);

/// A batch that waited for locks is no measure of how busy the server is.
const LONGEST_REST: Duration = Duration::from_secs(10);

/// Waits while something holds the run; an error where it is to stop.
pub(crate) async fn pass(context: &mut StepContext<'_, '_>, weight: Weight) -> Result<(), Error> {
    context.settings.interrupt.pass()?;
    let still_true = |(at, seen): (Instant, Weight)| at.elapsed() < EVERY && seen >= weight;
    if context.brake.looked.is_some_and(still_true) {
        return Ok(());
    }
    let outcome = until_free(context, weight).await;
    context.go_on().await;
    outcome?;
    context.brake.looked = Some((Instant::now(), weight));
    Ok(())
}

/// The rest, as a multiple of a batch, just below a limit: a tenth of the time is work.
const MOST: f64 = 9.0;

/// Leaves the server alone for a while after a batch that took so long.
pub(crate) async fn rest(context: &mut StepContext<'_, '_>, took: Duration) -> Result<(), Error> {
    let brake = &*context.brake;
    let nice = brake.set.nice.unwrap_or(context.settings.throttle.nice);
    let rest = rest_for(took, nice, brake.pressure.share);
    if !rest.is_zero() {
        context.settings.interrupt.sleep(rest).await?;
        context.tally.rested += rest;
        context.spent.rested += rest;
    }
    Ok(())
}

/// Returns how long to rest after a batch, where the load was such a share of what is allowed.
pub(crate) fn rest_for(took: Duration, nice: f64, share: f64) -> Duration {
    rest_after(took, nice.max(0.0) + eased(share))
}

/// Returns how long a backfill rests so near to a limit, as a multiple of its batches.
fn eased(share: f64) -> f64 {
    ((share - NEAR) / (1.0 - NEAR)).clamp(0.0, 1.0) * MOST
}

fn rest_after(took: Duration, nice: f64) -> Duration {
    // What is no number is less than nothing.
    let rest = took.as_secs_f64() * nice.max(0.0);
    Duration::try_from_secs_f64(rest).unwrap_or(LONGEST_REST).min(LONGEST_REST)
}

async fn until_free(context: &mut StepContext<'_, '_>, weight: Weight) -> Result<(), Error> {
    give_way(context).await?;
    while let Some(reason) = look(context, weight).await? {
        if context.hold.is_none() {
            context.open().await?;
            context.announce().await?;
        }
        context.wait_for(reason).await;
        context.settings.interrupt.sleep(EVERY).await?;
        give_way(context).await?;
    }
    Ok(())
}

/// Stops a run in the background where another waits for its lock: a deploy does not wait for what no
/// build waits for.
async fn give_way(context: &mut StepContext<'_, '_>) -> Result<(), Error> {
    if !context.gives_way {
        return Ok(());
    }
    let wanted = format!("select {}", is_wanted(&context.settings.app));
    let is_wanted = context.session.query_state(&wanted).await?.is_true();
    if is_wanted { Err(Error::new(Detail::Interrupted)) } else { Ok(()) }
}

/// Returns why the run has to wait, if it has to.
async fn look(context: &mut StepContext<'_, '_>, weight: Weight) -> Result<Option<String>, Error> {
    let settings = context.settings;
    let Reading { load, paused, set } = {
        let about = (weight, context.fills);
        context.brake.reader.read(context.session, settings, about).await?
    };
    context.brake.set = set;
    if let Some(paused) = paused {
        return Ok(Some(paused));
    }
    if weight == Weight::Brief {
        return Ok(None);
    }
    let Settings { throttle, .. } = settings;
    let brake = &mut *context.brake;
    let (max, critical) = (brake.set.max(&throttle.max), brake.set.critical(&throttle.critical));
    if let Some(what) = brake.pressure.above(&load, &max, &critical)? {
        return Ok(Some(what));
    }
    if let Some(what) = asked::hold(context.session, &throttle.queries).await? {
        return Ok(Some(what));
    }
    ask_hook(throttle, load).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_grows_from_near_a_limit_up_to_it() {
        let percent = [0.0, 70.0, 85.0, 100.0, 250.0];
        let eased = percent.map(|share| format!("{:.1}", eased(share / 100.0)));
        assert_eq!(eased, ["0.0", "0.0", "4.5", "9.0", "9.0"]);
    }

    #[test]
    fn a_rest_is_in_proportion_and_has_an_end() {
        let took = Duration::from_millis(10);
        assert_eq!(rest_after(took, 0.0), Duration::ZERO);
        assert_eq!(rest_after(took, 1.5), Duration::from_millis(15));
        assert_eq!(rest_after(took, -1.0), Duration::ZERO);
        assert_eq!(rest_after(took, f64::NAN), Duration::ZERO);
        assert_eq!(rest_after(took, 1e6), LONGEST_REST);
        assert_eq!(rest_after(took, f64::INFINITY), LONGEST_REST);
    }
}
