//! Statements that cannot run in a transaction, and may stop half-way.

use async_trait::async_trait;

use crate::lock::{Ladder, RunSession};
use crate::migration::{LockMode, NonTransactional, Statement, TableLock};
use crate::outcome::error::Error;
use crate::session::sql::milliseconds;
use crate::work::budget::wait_outside;
use crate::work::kind::{Kind, Turn};
use crate::work::page::Page;
use crate::work::step::brake::Weight;
use crate::work::step::context::StepContext;
use crate::work::touched::{Earlier, Touched};

#[async_trait]
impl Kind for NonTransactional {
    fn weight(&self) -> Weight {
        Weight::Heavy
    }

    fn touch(&self, touched: &mut Touched, earlier: &mut Earlier) {
        touched.waits = true;
        touched.statement(self.statement, earlier);
    }

    fn review(&self, page: &mut Page) {
        page.comment("runs outside a transaction");
        if let Some(done) = self.done {
            page.comment("is done, and not repeated, once this is true:");
            page.comment(done);
        }
        for mend in self.mend {
            page.comment("if it stopped half-way, so that this is true:");
            page.comment(mend.when);
            page.comment("then the next try begins with this:");
            page.comment(mend.statement.sql);
        }
        // What can stop half-way has committed by then, and blocks clients in its last part alone.
        let is_one = self.mend.is_empty();
        let lasts = std::mem::replace(&mut page.lasts, is_one);
        page.outside(self.statement);
        page.lasts = lasts;
    }

    async fn carry_out(
        &self,
        context: &mut StepContext<'_, '_>,
        turn: Turn<'_>,
    ) -> Result<(), Error> {
        turn.intend(context.session).await?;
        run(context, self).await?;
        turn.finish(context.session).await
    }
}

/// Tries until it is done, and clears before each try what an earlier one left.
async fn run(context: &mut StepContext<'_, '_>, alone: &NonTransactional) -> Result<(), Error> {
    let outcome = until_done(context, alone).await;
    context.session.restore().await;
    outcome
}

async fn until_done(
    context: &mut StepContext<'_, '_>,
    alone: &NonTransactional,
) -> Result<(), Error> {
    let mut ladder = ladder(context, alone.statement);
    while let Err(error) = attempt(context, alone).await {
        ladder.climb_on(context, error).await?;
    }
    Ok(())
}

async fn attempt(context: &mut StepContext<'_, '_>, alone: &NonTransactional) -> Result<(), Error> {
    for mend in alone.mend {
        if is_true(context.session, mend.when).await? {
            carry_out(context, &mend.statement).await?;
        }
    }
    match alone.done {
        Some(done) if is_true(context.session, done).await? => Ok(()),
        _ => carry_out(context, alone.statement).await,
    }
}

async fn is_true(session: &mut RunSession<'_>, query: &str) -> Result<bool, Error> {
    Ok(session.query(query).await?.is_true())
}

async fn carry_out(context: &mut StepContext<'_, '_>, statement: &Statement) -> Result<(), Error> {
    let wait = milliseconds(wait_outside(context.settings, statement));
    context.session.set(&[("lock_timeout", &wait)]).await?;
    context
        .session
        .query_outside_transaction(statement.sql, statement.reads_rows.into())
        .await
        .map(drop)
}

/// Whoever holds any lock of the tables may have the snapshot that the statement waits for.
fn ladder<'a>(context: &StepContext<'a, '_>, statement: &Statement) -> Ladder<'a> {
    let table = |lock: &TableLock| TableLock { table: lock.table, mode: LockMode::AccessExclusive };
    let wait = context.settings.lock_timeout;
    Ladder::new(context.settings, wait, statement.locks.iter().map(table).collect())
}
