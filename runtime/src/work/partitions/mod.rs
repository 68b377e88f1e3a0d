//! Partitions that come before they are needed and go when they are old, by a rule of the history.
//!
//! What is there is read from the catalogs each time, and when it is by the server's clock: a run may stop
//! anywhere, and another goes on.
//!
//! PostgreSQL manual, section "Table Partitioning", "Partition Maintenance".

mod ahead;
mod behind;
mod look;
mod problem;

use std::time::Duration;

use async_trait::async_trait;

use self::ahead::Made;
use self::look::Parent;
pub(crate) use self::look::{Seen, look};
pub(crate) use self::problem::Problem;
use crate::migration::{Behind, KeptPartitions, LockMode, PartitionRule, TableLock};
use crate::outcome::error::Error;
use crate::record::rules::Kept;
use crate::work::kind::{Kind, Turn};
use crate::work::page::{Page, describe};
use crate::work::step::brake::Weight;
use crate::work::step::context::StepContext;
use crate::work::touched::{Earlier, Touched};

/// For how long one partition tries to get its locks: the next run tries again.
const PATIENCE: Duration = Duration::from_secs(30);

/// What came of keeping a rule once.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// A line for each partition that came or went.
    pub(crate) done: Vec<String>,
    /// What was in the way, and is tried again in a while.
    pub(crate) problems: Vec<Problem>,
}

#[async_trait]
impl Kind for KeptPartitions {
    fn weight(&self) -> Weight {
        Weight::Brief
    }

    fn touch(&self, touched: &mut Touched, earlier: &mut Earlier) {
        for lock in self.locks {
            touched.table(lock.table, lock.mode, earlier);
        }
    }

    fn review(&self, page: &mut Page) {
        match &self.rule {
            Some(rule) => review(self, rule, page),
            None => page.comment("partitions that are there stay"),
        }
    }

    /// Makes what is missing, so that new builds meet their partitions.
    async fn carry_out(
        &self,
        context: &mut StepContext<'_, '_>,
        turn: Turn<'_>,
    ) -> Result<(), Error> {
        turn.intend(context.session).await?;
        match self.rule {
            Some(rule) if context.settings.leases.keeps_partitions => {
                // What is old goes when nothing else is to be done.
                let rule = PartitionRule { behind: None, ..rule };
                let migration = turn.store.migration();
                let kept = Kept { migration, table: self.table, rule, under_way: None };
                for Problem { what, effect, help } in keep(context, &kept).await?.problems {
                    tracing::warn!(effect, help, "{what}");
                }
            }
            Some(_) => {}
            None => ahead::clear(context, self.table).await?,
        }
        turn.finish(context.session).await
    }
}

/// Does what is due of a rule.
pub(crate) async fn keep(context: &mut StepContext<'_, '_>, kept: &Kept) -> Result<Outcome, Error> {
    let seen = look(context.session.reader(), kept).await?;
    let mut outcome = Outcome { done: Vec::new(), problems: seen.problems() };
    let patience = context.patience;
    context.patience = patience.min(PATIENCE);
    let all = all_of(context, &seen, &mut outcome).await;
    context.patience = patience;
    context.go_on().await;
    all.map(|()| outcome)
}

async fn all_of(
    context: &mut StepContext<'_, '_>,
    seen: &Seen,
    outcome: &mut Outcome,
) -> Result<(), Error> {
    let Some(parent) = seen.parent.as_ref().filter(|_| seen.may()) else { return Ok(()) };
    if parent.rest.is_some() {
        ahead::clear(context, seen.kept.table).await?;
    }
    for period in seen.periods.iter().filter(|period| period.is_missing(parent)) {
        context.settings.interrupt.pass()?;
        match ahead::make(context, seen.kept.table, parent, period).await {
            Ok(Made::Partition) => outcome.done.push(format!("made {}", period.name)),
            // Of the present period that is no news: the rule may have come after its rows.
            Ok(Made::InTheRest) if period.at == 0 => {}
            Ok(Made::InTheRest) => {
                let rest = parent.rest.as_deref().unwrap_or_default();
                outcome.problems.push(Problem::in_the_rest(rest, &period.low, &period.high));
            }
            Err(error) => {
                let doing = format!("{} could not be made", period.name);
                outcome.problems.push(Problem::of(&doing, error, false)?);
            }
        }
    }
    match seen.behind() {
        Some(behind) => let_go(context, seen, (parent, behind), outcome).await,
        None => Ok(()),
    }
}

/// Lets go what is old, and what an earlier run has detached for that.
async fn let_go(
    context: &mut StepContext<'_, '_>,
    seen: &Seen,
    (parent, behind): (&Parent, Behind),
    outcome: &mut Outcome,
) -> Result<(), Error> {
    for stray in &seen.strays {
        context.settings.interrupt.pass()?;
        let dropped = behind::drop_stray(context, seen.kept.table, stray).await;
        outcome.note("dropped", &stray.name, dropped)?;
    }
    for old in seen.going() {
        context.settings.interrupt.pass()?;
        let gone = behind::take_out(context, seen, parent, behind, old).await;
        outcome.note(if behind.drops { "dropped" } else { "detached" }, &old.name, gone)?;
    }
    Ok(())
}

impl Outcome {
    fn note(&mut self, word: &str, name: &str, went: Result<(), Error>) -> Result<(), Error> {
        match went {
            Ok(()) => self.done.push(format!("{word} {name}")),
            Err(error) => {
                let doing = format!("{name} could not be {word}");
                self.problems.push(Problem::of(&doing, error, true)?);
            }
        }
        Ok(())
    }
}

/// `"public"."events_…"`: the partitions of a table by the beginning of their names.
pub(crate) fn named(table: &str) -> String {
    let bare = table.strip_suffix('"').unwrap_or(table);
    format!("{bare}_…\"")
}

/// Tells whether a name begins as these do.
#[cfg(feature = "testing")]
pub(crate) fn is_named(name: &str, all: &str) -> bool {
    all.strip_suffix("…\"").is_some_and(|start| name.starts_with(start))
}

fn review(kept: &KeptPartitions, rule: &PartitionRule, page: &mut Page) {
    let KeptPartitions { table, locks, .. } = *kept;
    let (name, ahead, rest) = (named(table), rule.ahead, rest_of(kept));
    page.prose(format!(
        "by this step, by each run and by whoever holds a lease, as the server's clock goes on: {}, for \
         the present period and the next {ahead}",
        rule.period
    ));
    page.line("begin;");
    for lock in locks {
        let mode = if lock.table == table { LockMode::ShareUpdateExclusive } else { lock.mode };
        page.comment(describe(&TableLock { mode, ..*lock }, false));
    }
    page.sql(&format!(
        "create table {name} (\n  like {table} including all\n    \
         excluding comments excluding identity excluding statistics\n)"
    ));
    page.sql(&format!("alter table {table} attach partition {name} for values from (…) to (…)"));
    page.line("commit;");
    let Some(Behind { keep, drops }) = rule.behind else { return };
    page.prose(format!(
        "each partition of exactly one period whose rows are all older than {keep}, once no change of the \
         table is under way"
    ));
    let mode = if rest { LockMode::AccessExclusive } else { LockMode::ShareUpdateExclusive };
    page.comment(describe(&TableLock { table, mode }, false));
    match (rest, drops) {
        (true, true) => {}
        (true, false) => page.sql(&format!("alter table {table} detach partition {name}")),
        (false, _) => {
            page.sql(&format!("alter table {table} detach partition {name} concurrently"));
        }
    }
    if drops {
        page.comment("its rows are gone after this");
        page.sql(&format!("drop table {name}"));
    }
}

/// Tells whether the history knows of a partition that takes what no other takes.
fn rest_of(kept: &KeptPartitions) -> bool {
    let is_other = |lock: &&TableLock| lock.table != kept.table;
    kept.locks.iter().filter(is_other).any(|lock| lock.mode == LockMode::AccessExclusive)
}
