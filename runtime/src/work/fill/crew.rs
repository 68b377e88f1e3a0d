//! The sessions that fill rows beside that of the run.

use crate::lock::Worker;
use crate::outcome::error::Error;
use crate::work::step::context::StepContext;

/// Sessions that are opened when they are first wanted. None of them is needed: a run that can have no
/// other, or loses one, goes on alone.
pub(super) struct Crew {
    settings: Vec<(String, String)>,
    workers: Vec<Worker>,
    /// Whether there are none to be had.
    is_dismissed: bool,
}

impl Crew {
    /// With the settings of the run's own session.
    pub(super) fn new(settings: &[(&str, &str)]) -> Crew {
        let settings = settings.iter().map(|(name, value)| ((*name).into(), (*value).into()));
        Crew { settings: settings.collect(), workers: Vec::new(), is_dismissed: false }
    }

    /// Opens those that are wanted and not there; returns how many may work now.
    pub(super) async fn muster(&mut self, context: &mut StepContext<'_, '_>) -> u32 {
        let wanted = context.workers() - 1;
        let settings: Vec<(&str, &str)> =
            self.settings.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        while !self.is_dismissed && self.len() < wanted {
            match context.session.worker(&settings).await {
                Ok(Some(worker)) => self.workers.push(worker),
                Ok(None) => self.is_dismissed = true,
                Err(error) => {
                    tracing::warn!(%error, "cannot open another session for the backfill");
                    self.is_dismissed = true;
                }
            }
        }
        self.len().min(wanted)
    }

    fn len(&self) -> u32 {
        u32::try_from(self.workers.len()).unwrap_or(u32::MAX)
    }

    /// So many of them.
    pub(super) fn first(&mut self, workers: u32) -> &mut [Worker] {
        let workers = self.workers.len().min(workers as usize);
        &mut self.workers[..workers]
    }

    /// Lets all go where one was lost; tells whether that was so.
    pub(super) fn is_dismissed_by(&mut self, error: &Error) -> bool {
        if !self.workers.iter().any(Worker::is_lost) {
            return false;
        }
        tracing::warn!(%error, "a session of the backfill was lost, which goes on with one");
        self.workers.clear();
        self.is_dismissed = true;
        true
    }
}
