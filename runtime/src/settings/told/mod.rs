//! Who is told of what happens in a run: the trace, metrics, the service.

pub(crate) mod event;
#[cfg(feature = "metrics")]
mod metrics;
mod trace;

use super::Settings;
use crate::settings::told::event::Event;

impl Settings {
    /// Tells of something that has happened.
    pub(crate) fn tell(&self, event: &Event<'_>) {
        trace::write(&self.app, event);
        #[cfg(feature = "metrics")]
        metrics::count(&self.app, event);
        if let Some(call) = &self.on_event {
            call(event);
        }
    }
}
