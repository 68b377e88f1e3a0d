//! Whether partitions are due by the rules of the history, and a try to let them come and go.

use super::Changeover;
use super::looks::partitions::keeps;
use super::story::Goal;
use crate::outcome::error::Error;
use crate::outcome::finding::Finding;
use crate::outcome::report::Report;
use crate::record::ledger::Ledger;
use crate::record::rules;
use crate::record::store::settled;
use crate::work::partitions::look;

impl Changeover {
    /// Asks for the one row that says whether a run has left something to do, without the lock, and looks
    /// whether partitions are due.
    pub(super) async fn has_nothing_to_do(&mut self, goal: &Goal, report: &mut Report) -> bool {
        let is_settled = goal.may_be_settled()
            && settled::is_settled(&mut self.session, &self.settings.app, &self.history).await;
        match if is_settled { self.due(true).await } else { return false } {
            Ok((false, findings)) => {
                report.findings = findings;
                true
            }
            // What keeps it from looking has words under the lock.
            Ok((true, _)) | Err(_) => false,
        }
    }

    /// One try to let partitions come and go, where that is due and nobody else is at work.
    pub(crate) async fn keep_partitions(&mut self) -> Result<Report, Error> {
        match self.due(false).await? {
            (true, _) => self.run(Goal::Keep).await,
            (false, findings) => Ok(Report { findings, ..Report::default() }),
        }
    }

    /// Tells whether a partition is to be made, or to go, and what is in the way. It takes no lock.
    async fn due(&mut self, is_settled: bool) -> Result<(bool, Vec<Finding>), Error> {
        let Changeover { history, settings, session, .. } = self;
        let mut found = Vec::new();
        if !settings.leases.keeps_partitions || !keeps(history) {
            return Ok((false, found));
        }
        let executor = session.unlocked().await?;
        let kept = if is_settled {
            rules::kept_when_settled(history)
        } else {
            let mut ledger = Ledger::read(executor, &settings.app).await?;
            rules::take_squashed(history, &mut ledger)?;
            rules::not_too_old(history, &ledger)?;
            rules::kept(history, &ledger)
        };
        for one in &kept {
            let seen = look(executor, one).await?;
            if seen.is_due() {
                return Ok((true, Vec::new()));
            }
            let problems = seen.problems().into_iter();
            found.extend(problems.filter_map(|problem| problem.finding(settings, one)));
        }
        Ok((false, found))
    }
}
