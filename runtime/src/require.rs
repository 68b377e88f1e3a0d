//! Looks for rows that would make a later step fail.

use crate::error::{Error, WorkError};
use crate::lock::{Held, PLANS_PATH};
use crate::migration::Require;
use crate::sql::{OWN, quote_literal};

const SAMPLES: u32 = 5;

/// Stops with some of the rows if there are any. They are named by their key alone: errors end up
/// in logs, and other columns may not belong there.
pub(crate) async fn check(held: &mut Held<'_>, require: &Require) -> Result<(), Error> {
    let Require { table, violation, problem, help } = require;
    let sample = key(held, table).await?;
    let sql = format!("select {sample} from {table} where {violation} limit {SAMPLES} {OWN}");
    held.set(&[PLANS_PATH]).await?;
    let rows = held.query(&sql).await;
    held.restore().await;
    let rows = rows?;
    let samples: Vec<String> =
        rows.iter().map(|row| row.get(0).unwrap_or("?").to_owned()).collect();
    if samples.is_empty() {
        return Ok(());
    }
    Err(Error::work(WorkError::Violation {
        table: (*table).to_owned(),
        problem: (*problem).to_owned(),
        help: (*help).to_owned(),
        samples,
    }))
}

/// An expression that names a row: `id = 7`, or its address where the table has no primary key.
async fn key(held: &mut Held<'_>, table: &str) -> Result<String, Error> {
    let sql = format!(
        "select pg_catalog.string_agg(pg_catalog.format('%L || %I::text', a.attname || ' = ', a.attname), \
         ' || '', '' || ' order by a.attnum) \
         from pg_catalog.pg_index i join pg_catalog.pg_attribute a \
         on a.attrelid = i.indrelid and a.attnum = any (i.indkey) \
         where i.indisprimary and i.indrelid = pg_catalog.to_regclass({})::oid",
        quote_literal(table)
    );
    let rows = held.query(&sql).await?;
    Ok(rows.value().unwrap_or("'ctid ' || ctid::text").to_owned())
}
