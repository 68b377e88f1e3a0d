//! What the plan needs and is not there, or not as it was.

use crate::lock::Locked;
use crate::migration::Removal;
use crate::outcome::error::{Error, ReadsRows};
use crate::outcome::finding::{Check, Severity};
use crate::preflight::look::{Look, Scene};
use crate::session::sqlstate::{LOCK_NOT_AVAILABLE, UNDEFINED_TABLE};
use crate::work::touched::{Fill, Touched, array, relations};

/// What to do about what was changed by hand.
pub(super) const HELP: &str =
    "bring back what was changed by hand, or write a migration that goes on from there";

pub(in crate::preflight) const LOOK: Look = Look {
    check: Check::Drift,
    severity: |_| Severity::Fatal,
    sql,
    effect: "a step of the plan would fail half-way through the phase",
    help: HELP,
};

/// PostgreSQL manual, section "`pg_class`", column `relkind`.
const KINDS: &str = "case c.relkind when 'v' then 'a view' when 'm' then 'a materialized view' \
                     when 'f' then 'a foreign table' when 'S' then 'a sequence' \
                     when 'c' then 'a type' else 'of kind ' || c.relkind::text end";

fn sql(Scene { touched, .. }: Scene<'_>) -> Option<String> {
    if touched.expected.is_empty() {
        return None;
    }
    let expected = array(touched.expected.iter().copied());
    let filled = relations(touched.settled.iter().map(Fill::table));
    let built = relations(touched.builds.iter().map(|(table, _)| *table));
    Some(format!(
        "select pg_catalog.format('%s does not exist', n.name) \
         from unnest({expected}) as n (name) where pg_catalog.to_regclass(n.name) is null union all \
         select pg_catalog.format('%s is %s and cannot be filled', c.oid::regclass, {KINDS}) \
         from pg_catalog.pg_class c where c.oid in ({filled}) and c.relkind not in ('r', 'p') \
         union all \
         select pg_catalog.format('%s is %s and cannot be indexed', c.oid::regclass, {KINDS}) \
         from pg_catalog.pg_class c where c.oid in ({built}) and c.relkind not in ('r', 'p', 'm')"
    ))
}

/// Returns what the planner says of the backfills: it reads every name in them, and no row.
pub(in crate::preflight) async fn explain(
    session: &mut Locked<'_>,
    touched: &Touched,
) -> Result<Vec<String>, Error> {
    let mut problems = Vec::new();
    for fill in &touched.settled {
        let answer = session.query_expression(&statement(fill), ReadsRows::No).await;
        let Err(error) = answer else { continue };
        match error.code() {
            // A table that is not there is found by the query. Whoever has it locked at the moment
            // changes it, and the backfill waits for that.
            Some(UNDEFINED_TABLE | LOCK_NOT_AVAILABLE) => {}
            Some(code) if code.starts_with("42") && !error.is_out_of_sight() => {
                // It reads no row.
                let reason = error.reason().unwrap_or_default();
                problems.push(format!(
                    "the {} of {} is refused: {reason}",
                    word(fill),
                    fill.table()
                ));
            }
            _ => return Err(error),
        }
    }
    Ok(problems)
}

fn word(fill: &Fill) -> &'static str {
    match fill {
        Fill::Backfill(_) | Fill::Convert(_) => "backfill",
        Fill::Removal(_) => "removal of rows",
        Fill::Compaction(_) => "compaction",
    }
}

/// Of the table alone: its partitions have the same names, and to plan for all of them locks all.
fn statement(fill: &Fill) -> String {
    match fill {
        Fill::Backfill(fill) => {
            format!("explain update only {} set {} where {}", fill.table, fill.set, fill.pending)
        }
        Fill::Removal(fill) => {
            let Removal { table, named, condition, .. } = fill;
            format!("explain delete from only {table} as {named} where {condition}")
        }
        // It names nothing but the table.
        Fill::Compaction(fill) => format!("explain select from only {}", fill.table),
        Fill::Convert(fill) => {
            let columns = [fill.key, fill.read, fill.write].concat().join(", ");
            format!("explain select {columns} from only {} where {}", fill.table, fill.pending)
        }
    }
}
