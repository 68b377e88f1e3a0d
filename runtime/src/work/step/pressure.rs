//! How near to its limits the load is, and what the service itself says of it.

use crate::outcome::error::{Detail, Error};
use crate::settings::limits::Limits;
use crate::settings::load::{Load, Verdict};
use crate::settings::throttle::Throttle;

/// The share of a limit from which on a backfill rests after each batch.
pub(super) const NEAR: f64 = 0.7;

/// What is remembered of the load between two looks.
#[derive(Debug, Default)]
pub(crate) struct Pressure {
    /// It was above a critical limit when it was last looked at.
    is_critical: bool,
    /// How much of what is allowed it was then.
    pub(crate) share: f64,
}

impl Pressure {
    /// Returns how many of so many sessions may work: one alone where a backfill begins to rest.
    pub(super) fn shed(&self, workers: u32) -> u32 {
        if self.share > NEAR { 1 } else { workers.max(1) }
    }

    /// Returns what is above a limit; an error where that is critical, for the second time in a row.
    pub(crate) fn above(
        &mut self,
        load: &Load,
        max: &Limits,
        critical: &Limits,
    ) -> Result<Option<String>, Error> {
        if let Some(what) = critical.exceeded(load) {
            if std::mem::replace(&mut self.is_critical, true) {
                let why = format!("the load is critical: {what}");
                return Err(Error::new(Detail::Stopped { why }));
            }
            return Ok(Some(what));
        }
        self.is_critical = false;
        self.share = max.share(load);
        Ok(max.exceeded(load))
    }
}

/// Returns why the service's hook wants it to wait; an error where it wants it to stop.
pub(crate) async fn ask_hook(throttle: &Throttle, load: Load) -> Result<Option<String>, Error> {
    let Some(hook) = &throttle.hook else { return Ok(None) };
    match hook(load).await {
        Verdict::GoOn => Ok(None),
        Verdict::Wait(reason) => Ok(Some(reason)),
        Verdict::Stop(reason) => {
            let why = format!("the service's hook said: {reason}");
            Err(Error::new(Detail::Stopped { why }))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_session_is_left_where_a_backfill_begins_to_rest() {
        let left = |share| Pressure { share, ..Pressure::default() }.shed(4);
        assert_eq!([0.0, 0.7, 0.71, 3.0].map(left), [4, 4, 1, 1]);
        assert_eq!(Pressure::default().shed(0), 1);
    }
}
