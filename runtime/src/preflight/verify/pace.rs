//! What holds a verification back: the same load that holds a backfill, and a wish to stop.

use std::time::{Duration, Instant};

use crate::lock::is_wanted;
use crate::outcome::error::{Detail, Error};
use crate::session::executor::Executor;
use crate::session::sqlstate::INSUFFICIENT_PRIVILEGE;
use crate::settings::Settings;
use crate::settings::load::Load;
use crate::work::step::load;
use crate::work::step::pressure::{Pressure, ask_hook};
use crate::work::step::throttle::rest_for;

/// Between two looks at the load.
const EVERY: Duration = Duration::from_millis(500);

pub(super) struct Pace<'a> {
    pub(super) settings: &'a Settings,
    looked: Option<Instant>,
    pressure: Pressure,
    /// The server does not show this role its load.
    is_blind: bool,
    gives_way: bool,
}

impl<'a> Pace<'a> {
    /// One that stops where another run waits for the history's lock, if it gives way.
    pub(super) fn new(settings: &'a Settings, gives_way: bool) -> Pace<'a> {
        let (looked, pressure) = (None, Pressure::default());
        Pace { settings, looked, pressure, is_blind: false, gives_way }
    }

    /// Waits while the load holds it, and says for what; an error where it is to stop.
    pub(super) async fn pass(
        &mut self,
        executor: &mut dyn Executor,
        told: &(dyn Fn(&str) + Send + Sync),
    ) -> Result<(), Error> {
        self.settings.interrupt.pass()?;
        if self.looked.is_some_and(|at| at.elapsed() < EVERY) {
            return Ok(());
        }
        while let Some(reason) = self.look(executor).await? {
            told(&reason);
            self.settings.interrupt.sleep(EVERY).await?;
        }
        self.looked = Some(Instant::now());
        Ok(())
    }

    /// Leaves the server alone for a while after a statement that took so long.
    pub(super) async fn rest(&self, took: Duration) -> Result<(), Error> {
        let nice = self.settings.throttle.nice;
        let rest = rest_for(took, nice, self.pressure.share);
        if rest.is_zero() { Ok(()) } else { self.settings.interrupt.sleep(rest).await }
    }

    async fn look(&mut self, executor: &mut dyn Executor) -> Result<Option<String>, Error> {
        if self.gives_way {
            let wanted = format!("select {}", is_wanted(&self.settings.app));
            let answer = executor.query(&wanted).await;
            if answer.map_err(|error| Error::sql(&wanted, &error))?.is_true() {
                return Err(Error::new(Detail::Interrupted));
            }
        }
        let load = self.read(executor).await?;
        let throttle = &self.settings.throttle;
        if let Some(what) = self.pressure.above(&load, &throttle.max, &throttle.critical)? {
            return Ok(Some(what));
        }
        ask_hook(throttle, load).await
    }

    async fn read(&mut self, executor: &mut dyn Executor) -> Result<Load, Error> {
        if self.is_blind {
            return Ok(Load::default());
        }
        match load(executor, self.settings).await {
            Err(error) if error.code() == Some(INSUFFICIENT_PRIVILEGE) => {
                self.is_blind = true;
                tracing::warn!(%error, "the server does not show its load, which is left out");
                Ok(Load::default())
            }
            outcome => outcome,
        }
    }
}

/// The size of a range that should take the wanted time, given what the last one took. What a
/// statement costs by itself makes a range that is too small no quicker.
pub(super) fn paced(size: u32, took: Duration, wanted: Duration, (least, most): (u32, u32)) -> u32 {
    let ratio = wanted.as_secs_f64() / took.as_secs_f64().max(0.000_1);
    let size = f64::from(size) * ratio.clamp(0.5, 2.0);
    // Within bounds that fit.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let size = size.clamp(f64::from(least), f64::from(most)) as u32;
    size
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_follows_the_time_it_takes() {
        let ten = Duration::from_millis(10);
        let paced = |size, took| paced(size, Duration::from_millis(took), ten, (4, 4096));
        assert_eq!((paced(64, 5), paced(64, 1000), paced(4, 1000)), (128, 32, 4));
        assert_eq!(paced(4096, 0), 4096);
    }
}
