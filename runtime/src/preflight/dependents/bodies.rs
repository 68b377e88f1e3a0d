//! Functions whose bodies are text, which PostgreSQL reads when they are called.

use super::words::{Words, has, words};
use crate::lock::Locked;
use crate::migration::Dropped;
use crate::outcome::error::Error;
use crate::session::sql::quote_literal;

const SHOWN: u32 = 20;

pub(super) async fn found(
    session: &mut Locked<'_>,
    dropped: &[&Dropped],
) -> Result<Vec<String>, Error> {
    let words = words(dropped);
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let cases: Vec<String> = words.iter().map(case).collect();
    // Ours are known by their triggers; they go when they are needed no more.
    let sql = format!(
        "select p.oid::pg_catalog.regprocedure, n.shown from pg_catalog.pg_proc p
  join pg_catalog.pg_language l on l.oid = p.prolang and l.lanname not in ('c', 'internal')
  cross join lateral (select case {} end as shown) n
where n.shown is not null and p.pronamespace::pg_catalog.regnamespace::pg_catalog.text
    <> all (array['pg_catalog', 'information_schema', 'changeover'])
  and not exists (select from pg_catalog.pg_trigger t
    where t.tgfoid = p.oid and t.tgname ~ '^zzz_')
  and not exists (select from pg_catalog.pg_depend d
    where d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass and d.objid = p.oid
      and d.deptype = 'e')
order by 1::text limit {SHOWN}",
        cases.join(" ")
    );
    let rows = session.query(&sql).await?;
    let text = |value: Option<&str>| value.unwrap_or("?").to_owned();
    let what = rows
        .iter()
        .map(|row| format!("the body of function {} names {}", text(row.get(0)), text(row.get(1))));
    Ok(what.collect())
}

/// A trigger's function names the columns of the row, and not the table.
fn case(words: &Words<'_>) -> String {
    let Words { object, column, shown } = words;
    let mut condition = has("p.prosrc", object);
    if let Some(column) = column {
        let table = quote_literal(shown.rsplit_once('.').map_or("", |(table, _)| table));
        condition = format!(
            "{} and ({condition} or exists (select from pg_catalog.pg_trigger t \
             where t.tgfoid = p.oid and t.tgrelid = pg_catalog.to_regclass({table})))",
            has("p.prosrc", column)
        );
    }
    format!("when {condition} then {}", quote_literal(shown))
}
