//! Removes rows, or moves them into another table.
//!
//! Triggers fire for each row, ours among them: what keeps another table in step has to know.

use std::time::{Duration, Instant};

use async_trait::async_trait;

use crate::lock::{RunSession, Worker};
use crate::migration::Removal;
use crate::outcome::error::{Error, ReadsRows, WorkError};
use crate::record::store::StepStore;
use crate::session::sql::{ON_PLANS_PATH, OWN, quote_literal};
use crate::work::fill::culprit::Trial;
use crate::work::fill::heap::{Cursor, Leaf, STRIPES, place};
use crate::work::fill::walk::{self, BatchDone, Filler, Walked};
use crate::work::kind::{Kind, Turn};
use crate::work::page::{Page, describe};
use crate::work::step::brake::Weight;
use crate::work::step::context::StepContext;
use crate::work::touched::{Earlier, Fill, Touched};

/// Clients may go on writing rows that are to go. What a third walk leaves came after the first.
const WALKS: u32 = 3;

#[async_trait]
impl Kind for Removal {
    fn weight(&self) -> Weight {
        Weight::Heavy
    }

    fn touch(&self, touched: &mut Touched, earlier: &mut Earlier) {
        touched.fill(Fill::Removal(*self), earlier);
        for lock in self.locks {
            touched.table(lock.table, lock.mode, earlier);
        }
    }

    fn review(&self, page: &mut Page) {
        walk::review_batches(page);
        self.locks.iter().for_each(|lock| page.comment(describe(lock, false)));
        page.comment(
            "a client that writes a row of the same batch waits for this commit, and then",
        );
        page.comment("finds no row; your own triggers fire for each row");
        if self.into.is_some() {
            page.comment("`…` is every column that the catalogs have at that moment");
        }
        let place = place((0, 64), (0, STRIPES));
        page.sql(&self.statement(self.table, &place, "…"));
        page.line("commit;");
        page.comment("rows that are written meanwhile and meet it go too, in up to two more walks");
    }

    async fn carry_out(
        &self,
        context: &mut StepContext<'_, '_>,
        turn: Turn<'_>,
    ) -> Result<(), Error> {
        let columns = self.columns(context.session).await?;
        turn.intend(context.session).await?;
        let removing = Removing { removal: self, columns };
        let removed = walk::fill(context, turn.store, removing, turn.from()).await;
        walk::unless_empty(context, turn.store, removed).await?;
        turn.finish(context.session).await
    }
}

impl Removal {
    /// Deletes the rows of a table, or of a part of it, or moves these columns of them.
    fn statement(&self, from: &str, place: &str, columns: &str) -> String {
        let Removal { named, condition, into, .. } = self;
        let delete = format!("delete from {from} as {named}\nwhere {place}\nand ({condition})");
        match into {
            None => delete,
            Some(into) => format!(
                "with gone as (\n{delete}\nreturning {columns})\n\
                 insert into {into} ({columns}) overriding system value select {columns} from gone"
            ),
        }
    }

    /// Returns the columns that are moved: all that the catalogs have, so that no value is lost which
    /// the history knows nothing of. One that the other table computes by itself is left out.
    async fn columns(&self, session: &mut RunSession<'_>) -> Result<String, Error> {
        let Some(into) = self.into else { return Ok(String::new()) };
        let rows = session.query(&columns_sql(self.table, into, self.returns)).await?;
        let (mut columns, mut unfit) = (Vec::new(), Vec::new());
        for row in rows.iter() {
            match (row.text(1), row.text(2)) {
                (_, "computed") => {}
                (_, "") if self.returns => {}
                (_, "same") => columns.push(row.text(0).to_owned()),
                (ty, "") => unfit.push(format!("it has no column {}: {ty}", row.text(0))),
                (ty, other) => {
                    unfit.push(format!("its column {} is {other}, not {ty}", row.text(0)));
                }
            }
        }
        if columns.is_empty() || !unfit.is_empty() {
            let (table, into) = (self.table.to_owned(), into.to_owned());
            return Err(Error::work(WorkError::Unmovable { table, into, unfit }));
        }
        Ok(columns.join(", "))
    }
}

/// Asks for each column of a table its type, and what the other table has under its name. A value that
/// comes back has had room there before.
fn columns_sql(table: &str, into: &str, returns: bool) -> String {
    format!(
        "select pg_catalog.quote_ident(a.attname), pg_catalog.format_type(a.atttypid, a.atttypmod), \
         case when b.attnum is null then '' when b.attgenerated <> '' then 'computed' \
         when b.atttypid = a.atttypid and (b.atttypmod in (a.atttypmod, -1) or {returns}) then 'same' \
         else pg_catalog.format_type(b.atttypid, b.atttypmod) end \
         from pg_catalog.pg_attribute a left join pg_catalog.pg_attribute b \
         on b.attrelid = pg_catalog.to_regclass({})::oid and b.attname = a.attname \
         and b.attnum > 0 and not b.attisdropped \
         where a.attrelid = pg_catalog.to_regclass({})::oid and a.attnum > 0 and not a.attisdropped \
         order by a.attnum",
        quote_literal(into),
        quote_literal(table)
    )
}

struct Removing<'a> {
    removal: &'a Removal,
    columns: String,
}

impl Filler for Removing<'_> {
    fn table(&self) -> &'static str {
        self.removal.table
    }

    fn pending(&self) -> &'static str {
        self.removal.condition
    }

    fn alias(&self) -> &'static str {
        self.removal.named
    }

    async fn turn(
        &mut self,
        context: &mut StepContext<'_, '_>,
        store: &StepStore<'_>,
        (leaf, at): (&Leaf, Cursor),
        _: &mut [Worker],
        done: &mut BatchDone,
    ) -> Result<(), Error> {
        let Removal { named, condition, into, .. } = self.removal;
        let (name, place, columns) = (&leaf.name, at.condition(), &self.columns);
        let gone =
            format!("delete from only {name} as {named} where {place} and ({condition}) returning");
        let filled = match into {
            None => format!("filled as ({gone} 1), gone as (select from filled)"),
            Some(into) => format!(
                "gone as ({gone} {columns}), filled as (insert into {into} ({columns}) \
                 overriding system value select {columns} from gone returning 1)"
            ),
        };
        let record = store.filled(context.session.write_condition(), Some(&at.next().to_string()));
        let sql = format!(
            "select {ON_PLANS_PATH}; with {filled} {record} \
             returning (select count(*) from filled), (select count(*) from gone) {OWN}"
        );
        let started = Instant::now();
        let mut tx = context.session.begin().await?;
        let outcome = match tx.query_with_rows(&sql, &sql).await {
            Ok(rows) => self.filled(
                rows.without_first().iter().next().map(|row| (row.number(0), row.number(1))),
            ),
            Err(error) => Err(error),
        };
        let mut filled = 0;
        let outcome = outcome.map(|count| filled = count);
        tx.end_of_plan(outcome, None, ReadsRows::Yes).await?;
        done.filled += filled;
        done.took += started.elapsed();
        Ok(())
    }

    async fn explain(
        &self,
        session: &mut RunSession<'_>,
        leaf: &Leaf,
        at: Cursor,
        error: Error,
    ) -> Error {
        let table = self.removal.table;
        let statement = |place: &str| {
            let statement = self.removal.statement(table, place, &self.columns);
            format!("{statement} {OWN}")
        };
        let doing = match self.removal.into {
            None => format!("deleting rows of {table}"),
            Some(into) => format!("moving rows of {table} into {into}"),
        };
        let way_out =
            "mend the row, let what refers to it go first, or let the condition leave it out";
        let trial = Trial { table, statement: &statement, doing, help: way_out };
        trial.explain(session, Some((leaf, (at.block, at.window_end()))), error).await
    }

    fn goes_on(&self, walked: Walked, _: Duration) -> bool {
        walked.filled > 0
    }

    fn may_leave(&self, walked: Walked) -> bool {
        walked.filled > 0 && walked.walks >= WALKS
    }

    fn unfilled(&self, rows: u64, samples: Vec<String>) -> WorkError {
        let (table, condition) = (self.removal.table.to_owned(), self.removal.condition.to_owned());
        WorkError::NotRemoved { table, rows, condition, samples }
    }
}

impl Removing<'_> {
    /// Returns how many went, unless the other table did not take them all.
    fn filled(&self, counts: Option<(Option<u64>, Option<u64>)>) -> Result<u64, Error> {
        let table = self.removal.table;
        let Some((Some(filled), Some(gone))) = counts else {
            return Err(Error::corrupt(format!("the place in {table} was not recorded")));
        };
        if filled == gone {
            return Ok(filled);
        }
        let (table, into) = (table.to_owned(), self.removal.into.unwrap_or_default().to_owned());
        Err(Error::work(WorkError::KeptOut { table, into, rows: gone.saturating_sub(filled) }))
    }
}
