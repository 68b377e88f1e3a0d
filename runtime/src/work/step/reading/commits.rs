//! How long a commit takes that waits for what clients' commits wait for.

use std::time::{Duration, Instant};

use crate::lock::RunSession;
use crate::outcome::error::Error;
use crate::session::sql::quote_literal;
use crate::settings::Settings;

/// So much of the new value goes into the old one.
const SHARE: u32 = 4;

#[derive(Debug, Default)]
pub(super) struct Commits {
    smoothed: Option<Duration>,
}

impl Commits {
    /// Commits a write of the run's own row, which stays as it is. A backfill's own commits wait for
    /// nothing (`synchronous_commit`), so their time says little.
    ///
    /// PostgreSQL manual, section "Asynchronous Commit".
    pub(super) async fn measure(
        &mut self,
        session: &mut RunSession<'_>,
        settings: &Settings,
    ) -> Result<Option<Duration>, Error> {
        let (history, own) = (quote_literal(&settings.app), session.write_condition());
        let commit = quote_literal(session.commit());
        let sql = format!(
            "update changeover.runners set taken_at = taken_at where history = {history} and {own} \
             and pg_catalog.set_config('synchronous_commit', {commit}, true) is not null"
        );
        let started = Instant::now();
        // None was written where the run is superseded, as its next write will find out.
        if session.query_state(&sql).await?.affected() == 1 {
            self.smooth(started.elapsed());
        }
        Ok(self.smoothed)
    }

    fn smooth(&mut self, took: Duration) {
        self.smoothed = Some(match self.smoothed {
            Some(before) => (before * (SHARE - 1) + took) / SHARE,
            None => took,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slow_commit_is_no_slow_disk_and_many_are() {
        let mut commits = Commits::default();
        commits.smooth(Duration::from_millis(1));
        commits.smooth(Duration::from_millis(101));
        assert_eq!(commits.smoothed, Some(Duration::from_millis(26)));
        (0..20).for_each(|_| commits.smooth(Duration::from_millis(101)));
        assert!(commits.smoothed > Some(Duration::from_millis(100)));
    }
}
