//! Statements that clients see all at once or not at all, under locks that are waited for briefly.

mod locks;
pub(super) mod rights;

use std::time::{Duration, Instant};

use async_trait::async_trait;

use self::locks::{Order, Timeouts, strongest};
use crate::lock::{Ladder, RunSession};
use crate::migration::{Dropped, ObjectKind, Path, Rights, Statement, TableLock};
use crate::outcome::error::{Error, ReadsRows};
use crate::record::ledger::Direction;
use crate::session::sql::{OWN_PATH, PLANS_PATH, Scope, quote_literal, set};
use crate::work::kind::{Kind, Turn};
use crate::work::page::Page;
use crate::work::step::brake::Weight;
use crate::work::step::context::StepContext;
use crate::work::touched::{Earlier, Touched};

pub(super) use self::locks::LockPlan;

/// Statements in one transaction.
pub(super) struct Transaction(pub(super) &'static [Statement]);

#[async_trait]
impl Kind for Transaction {
    fn weight(&self) -> Weight {
        Weight::Brief
    }

    fn touch(&self, touched: &mut Touched, earlier: &mut Earlier) {
        for statement in self.0 {
            touched.statement(statement, earlier);
        }
        touched.together(self.0);
    }

    fn review(&self, page: &mut Page) {
        page.transaction(self.0);
    }

    async fn carry_out(
        &self,
        context: &mut StepContext<'_, '_>,
        turn: Turn<'_>,
    ) -> Result<(), Error> {
        let record = turn.finished()?;
        let guards = match turn.direction {
            Direction::Back if !context.with_rows => guards(&turn.store.step.undo_drops()),
            _ => Vec::new(),
        };
        run(context, &guards, (self.0, turn.direction), &record).await
    }
}

/// Statements that fail where a table that goes has got rows since it was looked at.
fn guards(drops: &[&Dropped]) -> Vec<String> {
    let tables = drops.iter().filter(|one| one.kind == ObjectKind::Table).map(|one| one.name);
    let guard = |table| {
        format!(
            "do $catalogs$\nbegin\n  if exists (select from {table}) then\n    \
             raise exception 'the table % holds rows, which would be lost', {}\n      \
             using hint = 'delete them, or use `undo_with_rows`';\n  end if;\nend\n$catalogs$",
            quote_literal(table)
        )
    };
    tables.map(guard).collect()
}

/// Runs statements and the record of them in one transaction, until it gets its locks; what the
/// guards ask is asked under these.
async fn run(
    context: &mut StepContext<'_, '_>,
    guards: &[String],
    (statements, direction): (&[Statement], Direction),
    record: &str,
) -> Result<(), Error> {
    let mut statements = wanted(context.session, statements).await?;
    if direction == Direction::Back {
        // What others have given besides is theirs, and in nobody's way.
        for statement in &mut statements {
            statement.rights = None;
        }
    }
    let locks = strongest(&statements);
    let guards = guards.iter().map(|guard| Text { path: Path::Own, ..Text::without_rows(guard) });
    let texts: Vec<Text<'_>> = guards.chain(statements.iter().map(Text::from)).collect();
    let plan = LockPlan::new(context.session, &locks).await?;
    locked(context, &plan, locks, &texts, Some(record)).await
}

/// Those that the server has to be told: it is asked before anything is locked.
async fn wanted(
    session: &mut RunSession<'_>,
    statements: &[Statement],
) -> Result<Vec<Statement>, Error> {
    let mut wanted = Vec::new();
    for statement in statements {
        let is_wanted = match statement.only_if {
            Some(condition) => session.query(condition.query).await?.is_true(),
            None => true,
        };
        wanted.extend(is_wanted.then_some(*statement));
    }
    Ok(wanted)
}

/// A statement, and whether it reads rows.
#[derive(Clone, Copy)]
pub(crate) struct Text<'a> {
    sql: &'a str,
    reads: ReadsRows,
    path: Path,
    removes: bool,
    /// What it has to have given or taken back.
    rights: Option<&'a Rights>,
}

impl<'a> Text<'a> {
    /// A statement that reads no row.
    pub(crate) fn without_rows(sql: &'a str) -> Text<'a> {
        Text { sql, reads: ReadsRows::No, path: Path::Users, removes: false, rights: None }
    }

    /// Says that it asks the catalogs alone, or names in full what is the user's.
    pub(crate) fn of_ours(self) -> Text<'a> {
        Text { path: Path::Own, ..self }
    }

    /// Says that it reads rows.
    pub(crate) fn reading(self) -> Text<'a> {
        Text { reads: ReadsRows::Yes, ..self }
    }

    /// Says that the server removes files once it has let the locks go, some milliseconds each.
    pub(crate) fn removing(self) -> Text<'a> {
        Text { removes: true, ..self }
    }
}

impl<'a> From<&'a Statement> for Text<'a> {
    fn from(statement: &'a Statement) -> Text<'a> {
        Text {
            sql: statement.sql,
            reads: statement.reads_rows.into(),
            path: statement.path,
            removes: statement.effects.iter().any(|effect| effect.removed().is_some()),
            rights: statement.rights,
        }
    }
}

/// Runs statements in one transaction, until it gets the locks of the plan. Who may be in the way
/// are the holders of locks that conflict with `locks`.
pub(crate) async fn locked(
    context: &mut StepContext<'_, '_>,
    plan: &LockPlan,
    locks: Vec<TableLock>,
    statements: &[Text<'_>],
    record: Option<&str>,
) -> Result<(), Error> {
    let timeouts = Timeouts::new(context, plan);
    let ladder = Ladder::new(context.settings, context.settings.lock_timeout, locks);
    let mut ladder = ladder.within(context.patience);
    for turned in [false, true].into_iter().cycle() {
        match attempt(context.session, plan.turned(turned), timeouts, statements, record).await {
            Ok(held_for) => {
                context.tally.longest_lock = context.tally.longest_lock.max(held_for);
                return Ok(());
            }
            Err(error) => ladder.climb_on(context, error).await?,
        }
    }
    Ok(())
}

/// Returns for how long clients were blocked.
async fn attempt(
    session: &mut RunSession<'_>,
    plan: Order<'_>,
    timeouts: Timeouts,
    statements: &[Text<'_>],
    record: Option<&str>,
) -> Result<Duration, Error> {
    if let (true, [text @ Text { rights: None, .. }], Some(record)) =
        (plan.is_empty(), statements, record)
    {
        // There is nothing to decide between the statements.
        let settings = timeouts.settings(text.path);
        let plans = (text.sql, text.reads);
        session.in_transaction_of_plan(&settings, plans, record).await?;
        return Ok(Duration::ZERO);
    }
    let reads_rows = statements.iter().any(|text| text.reads == ReadsRows::Yes);
    let removes = statements.iter().any(|text| text.removes);
    let mut tx = session.begin().await?;
    let mut granted = None;
    let outcome = inside(&mut tx, plan, timeouts, statements, &mut granted).await;
    let until_commit = granted.map(|granted: Instant| granted.elapsed());
    // Deferred constraints and triggers look at rows now.
    tx.end_of_plan(outcome, record, reads_rows.into()).await?;
    let until_end = granted.map(|granted| granted.elapsed());
    Ok(if removes { until_commit } else { until_end }.unwrap_or_default())
}

async fn inside(
    session: &mut RunSession<'_>,
    plan: Order<'_>,
    timeouts: Timeouts,
    statements: &[Text<'_>],
    granted: &mut Option<Instant>,
) -> Result<(), Error> {
    *granted = plan.carry_out(session, timeouts).await?;
    for Text { sql, reads, path, rights, .. } in statements {
        if *path == Path::Own {
            session.query(&set(Scope::Transaction, &[OWN_PATH])).await?;
        }
        session.query_of_plan(sql, *reads).await?;
        if *path == Path::Own {
            session.query(&set(Scope::Transaction, &[PLANS_PATH])).await?;
        }
        if let Some(rights) = rights {
            rights::hold(session, rights).await?;
        }
    }
    Ok(())
}
