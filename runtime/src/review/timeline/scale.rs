//! Where a moment stands in the picture.

use std::time::Duration;

use crate::outcome::timeline::StepTime;

/// The width of the picture in its own units: that of a phone, so that its text is read there.
pub(super) const WIDTH: f64 = 360.0;

/// A stretch of time that is drawn over the whole width.
#[derive(Clone, Copy)]
pub(super) struct Scale {
    pub(super) from: Duration,
    pub(super) until: Duration,
}

impl Scale {
    pub(super) fn of<'a>(steps: impl Iterator<Item = &'a StepTime>) -> Scale {
        steps.fold(Scale { from: Duration::MAX, until: Duration::ZERO }, |scale, step| Scale {
            from: scale.from.min(step.began),
            until: scale.until.max(end(step)),
        })
    }

    pub(super) fn with(self, moment: Duration) -> Scale {
        Scale { from: self.from.min(moment), until: self.until.max(moment) }
    }

    pub(super) fn length(self) -> Duration {
        self.until.saturating_sub(self.from)
    }

    pub(super) fn place(self, moment: Duration) -> f64 {
        let length = self.length().as_secs_f64();
        let since = moment.saturating_sub(self.from).as_secs_f64();
        if length > 0.0 { since / length * WIDTH } else { 0.0 }
    }

    /// Returns where a bar begins, and how wide it is: never so narrow that nobody sees it.
    pub(super) fn bar(self, step: &StepTime) -> (f64, f64) {
        let from = self.place(step.began).min(WIDTH - 2.0);
        (from, (self.place(end(step)) - from).max(2.0))
    }
}

fn end(step: &StepTime) -> Duration {
    step.began.saturating_add(step.took.unwrap_or_default())
}
