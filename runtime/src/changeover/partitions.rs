//! What there is of the partitions that the history keeps.

use super::Changeover;
use super::story::Goal;
use crate::migration::{Migrations, PartitionRule};
use crate::outcome::diagnosis::Symptom;
use crate::outcome::error::Error;
use crate::outcome::finding::Finding;
use crate::outcome::report::Report;
use crate::outcome::status::PartitionsStatus;
use crate::record::ledger::Ledger;
use crate::record::rules::{self, Kept};
use crate::record::store::settled;
use crate::session::executor::Executor;
use crate::session::shown::on_one_line;
use crate::work::partitions::{Problem, Seen, look};

/// The name of the doctor's look.
const LOOK: &str = "kept-partitions";

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

/// Tells whether a history has a rule at all.
pub(crate) fn keeps(history: &Migrations) -> bool {
    history.migrations.iter().any(|migration| migration.kept_partitions().next().is_some())
}

/// Returns how far ahead partitions are there.
pub(super) async fn status(
    executor: &mut dyn Executor,
    history: &Migrations,
    ledger: &Ledger,
) -> Result<Vec<PartitionsStatus>, Error> {
    let mut all = Vec::new();
    for kept in in_force(history, ledger) {
        let seen = look(executor, &kept).await?;
        let covered = seen.periods.iter().take_while(|period| period.is_covered);
        let until = covered.last().map(|period| period.high.clone());
        let there = seen.periods.iter().filter(|period| period.at > 0 && period.is_covered).count();
        all.push(PartitionsStatus {
            table: kept.table.to_owned(),
            rule: kept.rule.to_string(),
            until,
            ahead: there as u64,
        });
    }
    Ok(all)
}

/// Returns what keeps partitions from being there in time.
pub(super) async fn symptoms(
    executor: &mut dyn Executor,
    history: &Migrations,
    ledger: &Ledger,
) -> Result<Vec<Symptom>, Error> {
    let mut all = Vec::new();
    for kept in in_force(history, ledger) {
        let seen = look(executor, &kept).await?;
        let problems = seen.problems().into_iter().chain(late(&seen));
        all.extend(problems.map(|Problem { what, effect, help }| Symptom {
            look: LOOK,
            what: on_one_line(&what),
            effect,
            help,
        }));
    }
    Ok(all)
}

/// The present period and the next one have their partitions, or it is late.
fn late(seen: &Seen) -> Option<Problem> {
    let missing = seen.periods.iter().find(|period| period.at < 2 && !period.is_covered)?;
    let PartitionRule { period, .. } = seen.kept.rule;
    let table = seen.kept.table;
    Some(Problem {
        what: format!("{table} has no {period} partition for rows from {} (UTC)", missing.low),
        effect: "rows of that period are refused (23514), or stay with a default partition",
        help: "let a role that may call `migrate()`, or an instance that has it hold a lease; its report says \
               what is in the way",
    })
}

fn in_force(history: &Migrations, ledger: &Ledger) -> Vec<Kept> {
    if keeps(history) { rules::kept(history, ledger) } else { Vec::new() }
}
