//! Looks for the row that a statement of a plan fails on, and names it by its primary key.
//!
//! The server does not say which row it was at, and what it says may quote a value. So the statement
//! is tried on ever fewer rows, by their place, each time in a transaction that is rolled back.

use crate::lock::{Locked, RunSession};
use crate::outcome::error::{Error, ReadsRows, WorkError, is_of_row};
use crate::session::executor::Rows;
use crate::session::sql::{MARK, ON_PLANS_PATH, OWN, quote_literal};
use crate::work::fill::heap::{Leaf, leaves};

/// More line pointers than a page of any size has.
///
/// PostgreSQL manual, section "Database Page Layout".
const LINES: u32 = 2048;

/// How many rows an error names.
const SAMPLES: u32 = 5;

/// A statement that can be tried on the rows of some places.
pub(crate) struct Trial<'a> {
    /// The table, quoted and schema-qualified.
    pub(crate) table: &'a str,
    /// The statement for the rows that meet a condition.
    pub(crate) statement: &'a (dyn Fn(&str) -> String + Send + Sync),
    /// What it does, as in `filling rows of \"public\".\"users\"`.
    pub(crate) doing: String,
    pub(crate) help: &'a str,
}

impl Trial<'_> {
    /// The same failure, which names the row where there is one to blame.
    pub(crate) async fn explain(
        &self,
        session: &mut RunSession<'_>,
        within: Option<(&Leaf, (u32, u32))>,
        error: Error,
    ) -> Error {
        if !error.lies_in_a_row() {
            return error;
        }
        // Where it cannot even be planned, what the server says quotes no row.
        let explain = format!("explain {}", (self.statement)("false"));
        match session.query_expression(&explain, ReadsRows::No).await {
            Err(told) if told.code() == error.code() => return told.about(&error),
            Err(_) => return error,
            // A trigger of the statement's, say.
            Ok(_) if self.attempt(session, "false").await.is_err() => return error,
            Ok(_) => {}
        }
        let row = match self.row(session, within).await {
            Ok(row) => row,
            Err(problem) => {
                tracing::warn!(error = %problem, "cannot look for the row that failed");
                None
            }
        };
        error.of_row(row, (self.table, &self.doing, self.help))
    }

    async fn row(
        &self,
        session: &mut RunSession<'_>,
        within: Option<(&Leaf, (u32, u32))>,
    ) -> Result<Option<String>, Error> {
        let ranges: Vec<(Leaf, (u32, u32))> = if let Some((leaf, blocks)) = within {
            vec![(leaf.clone(), blocks)]
        } else {
            let all = leaves(session, self.table).await?.into_iter();
            all.map(|leaf| (leaf.clone(), (0, leaf.blocks))).collect()
        };
        for (leaf, blocks) in ranges {
            if let Some(place) = self.place(session, &leaf, blocks).await? {
                return key_of(session, self.table, &place).await;
            }
        }
        Ok(None)
    }

    /// The condition of the one row among these blocks that fails.
    async fn place(
        &self,
        session: &mut RunSession<'_>,
        leaf: &Leaf,
        (from, to): (u32, u32),
    ) -> Result<Option<String>, Error> {
        let of_blocks = |from, to| within(leaf, (from, 0), (to, 0));
        if !self.fails(session, &of_blocks(from, to)).await? {
            return Ok(None);
        }
        let block = self.first(session, (from, to), &of_blocks).await?;
        let of_lines = |from, to| within(leaf, (block, from), (block, to));
        let line = self.first(session, (0, LINES), &of_lines).await?;
        let place = of_lines(line, line + 1);
        // Clients may have moved it meanwhile.
        Ok(self.fails(session, &place).await?.then_some(place))
    }

    /// The first number of a range that is known to fail with which it fails.
    async fn first(
        &self,
        session: &mut RunSession<'_>,
        (mut from, mut to): (u32, u32),
        condition: &(dyn Fn(u32, u32) -> String + Send + Sync),
    ) -> Result<u32, Error> {
        while to - from > 1 {
            let middle = from + (to - from) / 2;
            if self.fails(session, &condition(from, middle)).await? {
                to = middle;
            } else {
                from = middle;
            }
        }
        Ok(from)
    }

    async fn fails(&self, session: &mut RunSession<'_>, condition: &str) -> Result<bool, Error> {
        match self.attempt(session, condition).await {
            Ok(()) => Ok(false),
            Err(error) if error.code().is_some_and(is_of_row) => Ok(true),
            Err(error) => Err(error),
        }
    }

    async fn attempt(&self, session: &mut RunSession<'_>, condition: &str) -> Result<(), Error> {
        let mut tx = Locked::begin(session).await?;
        let outcome = match tx.query(&format!("{MARK}, {ON_PLANS_PATH}")).await {
            Ok(_) => tx.query_of_plan(&(self.statement)(condition), ReadsRows::Yes).await,
            failed => failed,
        };
        tx.roll_back().await;
        outcome.map(drop)
    }
}

impl Error {
    /// Tells whether a statement failed over what a row holds, and no row is named yet.
    pub(crate) fn lies_in_a_row(&self) -> bool {
        self.reason().is_some() && self.code().is_some_and(is_of_row)
    }

    /// The same failure with the row to blame: of which table, what was done, what helps.
    pub(crate) fn of_row(
        self,
        row: Option<String>,
        (table, doing, help): (&str, &str, &str),
    ) -> Error {
        let [code, what] =
            [self.code(), self.reason()].map(|text| text.unwrap_or_default().to_owned());
        let [table, doing, help] = [table, doing, help].map(str::to_owned);
        Error::work(WorkError::Unconvertible { table, row, doing, help, code, what })
    }
}

/// The rows of a leaf between two places.
fn within(leaf: &Leaf, (block, line): (u32, u32), (end_block, end_line): (u32, u32)) -> String {
    let oid = leaf.oid;
    format!(
        "tableoid = '{oid}' and ctid >= '({block},{line})' and ctid < '({end_block},{end_line})'"
    )
}

/// The row of a place, as errors name it.
pub(crate) async fn key_of(
    session: &mut RunSession<'_>,
    table: &str,
    place: &str,
) -> Result<Option<String>, Error> {
    let key = key(session, table).await?;
    let sql = format!("select {key} from {table} where {place} limit 1 {OWN}");
    let rows = session.query_of_plan(&sql, ReadsRows::Yes).await?;
    Ok(rows.value().map(str::to_owned))
}

/// Some rows that meet a condition, by their key: of the table or of a part of it.
pub(crate) async fn samples(
    session: &mut RunSession<'_>,
    table: &str,
    part: &str,
    condition: &str,
) -> Result<Vec<String>, Error> {
    let key = key(session, table).await?;
    let sql = format!("select {key} from {part} where {condition} limit {SAMPLES} {OWN}");
    let rows = session.query_expression(&sql, ReadsRows::Yes).await?;
    Ok(rows.iter().map(|row| row.get(0).unwrap_or("?").to_owned()).collect())
}

/// An expression that names a row: `id = 7`, or its address where the table has no primary key. Where it
/// is asked beside a condition of the user's it has the path of that, so its operators have exact types.
pub(crate) async fn key(session: &mut RunSession<'_>, table: &str) -> Result<String, Error> {
    let rows = session.query(&key_sql(table)).await?;
    Ok(key_of_answer(&rows))
}

/// The query for it.
pub(crate) fn key_sql(table: &str) -> String {
    format!(
        "select pg_catalog.string_agg(pg_catalog.format('%L || %I::text', pg_catalog.concat(a.attname, ' = '), a.attname), \
         ' || '', '' || ' order by a.attnum) \
         from pg_catalog.pg_index i join pg_catalog.pg_attribute a \
         on a.attrelid = i.indrelid and a.attnum = any (i.indkey) \
         where i.indisprimary and i.indrelid = pg_catalog.to_regclass({})::oid",
        quote_literal(table)
    )
}

/// What the query gave.
pub(crate) fn key_of_answer(rows: &Rows) -> String {
    rows.value().unwrap_or("'ctid ' || ctid::text").to_owned()
}
