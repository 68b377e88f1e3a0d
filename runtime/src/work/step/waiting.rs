//! A step that waits says for what wherever somebody may look: progress, trace, state.

use std::time::{Duration, Instant};

use super::context::{Hold, StepContext};
use crate::session::sql::quote_literal;
use crate::settings::told::event::Event;

/// How long what was said stays true enough.
const AGAIN: Duration = Duration::from_secs(15);

impl StepContext<'_, '_> {
    /// Says what the step waits for. Whoever calls it calls [`go_on`](StepContext::go_on) at the one
    /// end that follows. Called again while it waits: numbers in the reason change.
    pub(crate) async fn wait_for(&mut self, reason: String) {
        self.hold_by(reason, false).await;
    }

    /// The same, for locks of other sessions.
    pub(super) async fn wait_for_locks(&mut self, reason: String) {
        self.hold_by(reason, true).await;
    }

    async fn hold_by(&mut self, reason: String, by_locks: bool) {
        let now = Instant::now();
        let known = self.hold.as_ref().map(|hold| (hold.since, hold.said));
        let due = known.is_none_or(|(_, said)| now - said >= AGAIN);
        let (since, said) = known.unwrap_or((now, now));
        if due {
            self.settings.tell(&Event::StepHeld { at: self.at(), by: &reason });
            let history = quote_literal(&self.settings.app);
            let id = quote_literal(&self.tally.migration);
            let text = quote_literal(&reason);
            let own = self.session.write_condition();
            self.note(&format!(
                "insert into changeover.holds (history, migration, reason) \
                 select {history}, {id}, {text} where {own} on conflict (history) \
                 do update set migration = {id}, reason = {text}, at = clock_timestamp(), \
                 pid = pg_catalog.pg_backend_pid()"
            ))
            .await;
        }
        self.hold = Some(Hold { by_locks, reason, since, said: if due { now } else { said } });
        self.tell();
    }

    /// The step goes on, if it was held.
    pub(crate) async fn go_on(&mut self) {
        let Some(hold) = self.hold.take() else { return };
        let waited = hold.since.elapsed();
        self.tally.waited += waited;
        let spent = &mut self.spent;
        *(if hold.by_locks { &mut spent.locks } else { &mut spent.held }) += waited;
        self.settings.tell(&Event::StepResumed { at: self.at(), waited });
        let history = quote_literal(&self.settings.app);
        let own = self.session.write_condition();
        let sql = format!("delete from changeover.holds where history = {history} and {own}");
        self.note(&sql).await;
        self.tell();
    }

    /// Nothing hangs on it, so a failure is no reason to stop.
    async fn note(&mut self, sql: &str) {
        if let Err(error) = self.session.query(sql).await {
            tracing::warn!(%error, "cannot write down what holds the step");
        }
    }
}
