//! What may hold a run back between two batches: somebody's wish, the load, the service's hook.

mod reading;

use std::time::{Duration, Instant};

use self::reading::{Reading, Trail};
use crate::error::{Error, Kind};
use crate::load::Verdict;
use crate::settings::Settings;
use crate::stage::Stage;

/// Between two looks at the server, while it works and while it waits.
const EVERY: Duration = Duration::from_millis(500);

/// What is about to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Weight {
    /// Over at once; it minds nothing but a pause.
    Brief,
    /// A batch among many, or an index build.
    Heavy,
}

/// What a run remembers between two looks.
#[derive(Debug, Default)]
pub(crate) struct Brake {
    /// When it last looked, and for what.
    looked: Option<(Instant, Weight)>,
    /// It was above a critical limit when it last looked.
    critical: bool,
    trail: Trail,
}

enum Outcome {
    Go,
    Wait(String),
}

/// Waits while something holds the run; an error where it is to stop.
pub(crate) async fn pass(stage: &mut Stage<'_, '_>, weight: Weight) -> Result<(), Error> {
    let still_true = |(at, seen): (Instant, Weight)| at.elapsed() < EVERY && seen >= weight;
    if stage.brake.looked.is_some_and(still_true) {
        return Ok(());
    }
    let mut held = false;
    while let Outcome::Wait(reason) = look(stage, weight).await? {
        held = true;
        stage.hold(reason).await;
        tokio::time::sleep(EVERY).await;
    }
    if held {
        stage.let_go().await;
    }
    stage.brake.looked = Some((Instant::now(), weight));
    Ok(())
}

async fn look(stage: &mut Stage<'_, '_>, weight: Weight) -> Result<Outcome, Error> {
    let settings = stage.settings;
    let Reading { load, paused } = stage.brake.trail.read(stage.held, settings).await?;
    if let Some(paused) = paused {
        return Ok(Outcome::Wait(paused));
    }
    if weight == Weight::Brief {
        return Ok(Outcome::Go);
    }
    let Settings { throttle, .. } = settings;
    if let Some(what) = throttle.critical.exceeded(&load) {
        if std::mem::replace(&mut stage.brake.critical, true) {
            return Err(Error::new(Kind::Stopped { why: format!("the load is critical: {what}") }));
        }
        return Ok(Outcome::Wait(what));
    }
    stage.brake.critical = false;
    if let Some(what) = throttle.max.exceeded(&load) {
        return Ok(Outcome::Wait(what));
    }
    let Some(hook) = &throttle.hook else { return Ok(Outcome::Go) };
    match hook(load).await {
        Verdict::GoOn => Ok(Outcome::Go),
        Verdict::Wait(reason) => Ok(Outcome::Wait(reason)),
        Verdict::Stop(reason) => {
            Err(Error::new(Kind::Stopped { why: format!("the service's hook said: {reason}") }))
        }
    }
}
