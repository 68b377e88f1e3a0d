//! A step's tries, until it has its locks: it says meanwhile who is in the way.

use super::context::StepContext;
use crate::lock::Ladder;
use crate::outcome::error::Error;
use crate::settings::told::event::Event;

impl Ladder<'_> {
    /// After a try of a step that failed: gives the error back unless it may be tried again, says
    /// who is in the way, and pauses.
    pub(crate) async fn climb_on(
        &mut self,
        context: &mut StepContext<'_, '_>,
        error: Error,
    ) -> Result<(), Error> {
        context.tally.retries += u32::from(error.gave_way());
        let pause = self.fall(context.session, error).await?;
        context.settings.tell(&Event::StepRetried { at: context.at(), pause });
        if let Some(reason) = self.reason() {
            context.wait_for_locks(reason).await;
        }
        context.settings.interrupt.sleep(pause).await
    }
}
