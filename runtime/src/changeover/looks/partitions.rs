//! How far ahead are the partitions that the history keeps, and what is in their way?

use crate::migration::{Migrations, PartitionRule};
use crate::outcome::diagnosis::Symptom;
use crate::outcome::error::Error;
use crate::outcome::status::PartitionsStatus;
use crate::record::ledger::Ledger;
use crate::record::rules::{self, Kept};
use crate::session::executor::Executor;
use crate::session::shown::on_one_line;
use crate::work::partitions::{Problem, Seen, look};

/// The name of the doctor's look.
const LOOK: &str = "kept-partitions";

/// Tells whether a history has a rule at all.
pub(crate) fn keeps(history: &Migrations) -> bool {
    history.migrations.iter().any(|migration| migration.kept_partitions().next().is_some())
}

/// Returns how far ahead partitions are there.
pub(in crate::changeover) async fn status(
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
pub(in crate::changeover) async fn symptoms(
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
