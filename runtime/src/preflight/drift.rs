//! What the plan needs and is not there, or not as it was.

use super::touched::{Fill, Touched, array, relations};
use super::{Look, Scene};
use crate::error::Error;
use crate::finding::{Check, Severity};
use crate::lock::Held;

pub(super) const LOOK: Look = Look {
    check: Check::Drift,
    severity: |_| Severity::Fatal,
    sql,
    effect: "a step of the plan would fail half-way through the phase",
    help: "bring back what was changed by hand, or write a migration that goes on from there",
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

/// A table that is not there is found by the query, and of a right that is missing the step itself
/// says which.
const SAID_ELSEWHERE: [&str; 2] = ["42P01", "42501"];

/// What the planner says of the backfills: it reads every name in them, and no row.
pub(super) async fn explain(held: &mut Held<'_>, touched: &Touched) -> Result<Vec<String>, Error> {
    let mut problems = Vec::new();
    for fill in &touched.settled {
        let Err(error) = held.query(&statement(fill)).await else { continue };
        match error.code() {
            None => return Err(error),
            Some(code) if code.starts_with("42") && !SAID_ELSEWHERE.contains(&code) => {
                let cause = std::error::Error::source(&error);
                let cause = cause.map(ToString::to_string).unwrap_or_default();
                problems.push(format!("the backfill of {} is refused: {cause}", fill.table()));
            }
            // Whatever does not lie in the statement is no drift.
            Some(_) => {}
        }
    }
    Ok(problems)
}

fn statement(fill: &Fill) -> String {
    match fill {
        Fill::Backfill(fill) => {
            format!("explain update {} set {} where {}", fill.table, fill.set, fill.pending)
        }
        Fill::Convert(fill) => {
            let columns = [fill.key, fill.read, fill.write].concat().join(", ");
            format!("explain select {columns} from {} where {}", fill.table, fill.pending)
        }
    }
}
