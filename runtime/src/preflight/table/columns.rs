//! Room for the columns that come.

use crate::outcome::finding::{Check, Severity};
use crate::preflight::look::{Look, Scene};
use crate::session::sql::tree;
use crate::work::touched::array;

pub(in crate::preflight) const LOOK: Look = Look {
    check: Check::ColumnCount,
    severity: |_| Severity::Fatal,
    sql,
    effect: "the server refuses the column (54011) when the phase is half done",
    help: "columns that were dropped count until the rows are in a new table: make one with \
           `create table … (like …)` and copy them",
};

/// PostgreSQL manual, appendix "PostgreSQL Limits".
const LIMIT: u32 = 1600;

fn sql(Scene { touched, .. }: Scene<'_>) -> Option<String> {
    if touched.adds.is_empty() {
        return None;
    }
    let tables = array(touched.adds.iter().map(|one| one.table));
    let counts: Vec<String> = touched.adds.iter().map(|one| one.count.to_string()).collect();
    Some(format!(
        "select pg_catalog.format('%s has had %s columns, %s of them dropped, and is going to get \
         %s: a table has {LIMIT} at most', a.attrelid::regclass, max(a.attnum), \
         count(*) filter (where a.attisdropped), n.added) \
         from unnest({tables}, array[{}]) as n (name, added) \
         cross join lateral ({}) r \
         join pg_catalog.pg_attribute a on a.attrelid = r.relid and a.attnum > 0 \
         group by a.attrelid, n.added having max(a.attnum) + n.added > {LIMIT}",
        counts.join(", "),
        tree("pg_catalog.to_regclass(n.name)")
    ))
}
