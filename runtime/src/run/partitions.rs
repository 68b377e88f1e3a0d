//! The rules for partitions, once all else of a run is done.

use super::Run;
use crate::migration::Phase;
use crate::outcome::error::Error;
use crate::outcome::report::PhaseReport;
use crate::record::rules;
use crate::work::partitions;
use crate::work::step::context::StepContext;

impl Run<'_, '_> {
    /// Makes the partitions that are missing, and lets go those that are old.
    pub(crate) async fn keep_partitions(&mut self) -> Result<(), Error> {
        if !self.settings.leases.keeps_partitions {
            return Ok(());
        }
        for kept in rules::kept(self.history, &self.ledger) {
            let (session, brake) = (&mut *self.session, &mut self.brake);
            let mut tally = PhaseReport::new(kept.migration, Phase::Migrate, false);
            let mut context = StepContext::new(session, self.settings, &mut tally, brake, (1, 1));
            let outcome = partitions::keep(&mut context, &kept).await;
            let outcome = outcome.map_err(|error| error.at(context.place()))?;
            for done in &outcome.done {
                tracing::info!(table = kept.table, "{done}");
            }
            self.report.partitions.extend(outcome.done);
            let problems = outcome.problems.into_iter();
            let found = problems.filter_map(|problem| problem.finding(self.settings, &kept));
            self.report.findings.extend(found);
        }
        Ok(())
    }
}
