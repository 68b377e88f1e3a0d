//! Statements that fail once a view stands under the name of a renamed table.

use crate::lock::Locked;
use crate::outcome::error::Error;
use crate::outcome::finding::{Check, Severity};
use crate::preflight::dependents::{has_word, hidden, without_literals};
use crate::preflight::look::{Look, Scene};
use crate::session::sql::{OWN, quote_literal};
use crate::work::touched::Touched;

/// How it is said; whether the server counts statements is asked first.
pub(in crate::preflight) const LOOK: Look = Look {
    check: Check::ThroughView,
    severity: |_| Severity::Warn,
    sql: |_: Scene<'_>| None,
    effect: "under the old name there is a view from Expand on, through which it fails",
    help: "deploy what does without it first: name all columns that are not aggregated, and leave \
           out system columns, `copy` and `where current of`",
};

/// A shape, and how it is called.
const SHAPES: [(&str, &str); 4] = [
    ("\\m(xmin|xmax|cmin|cmax|ctid|tableoid)\\M", "a system column"),
    ("^\\s*copy\\s[^(]*\\sto\\M", "copy … to"),
    ("\\mcurrent\\s+of\\M", "where current of"),
    ("\\mgroup\\s+by\\M", "group by, which fails if it relies on the primary key"),
];

const SHOWN: u32 = 10;

/// The characters of a statement that are shown, and those that are read for them.
const SHOWN_LENGTH: usize = 200;
const READ: u32 = 10_000;

pub(in crate::preflight) async fn look(
    session: &mut Locked<'_>,
    touched: &Touched,
) -> Result<Vec<String>, Error> {
    if touched.renamed.is_empty() {
        return Ok(Vec::new());
    }
    let schema = "select pg_catalog.quote_ident(n.nspname) from pg_catalog.pg_extension e \
                  join pg_catalog.pg_namespace n on n.oid = e.extnamespace \
                  where e.extname = 'pg_stat_statements'";
    let rows = session.query(schema).await?;
    let Some(schema) = rows.value() else { return Ok(Vec::new()) };
    let rows = session.query(&query(schema, &touched.renamed)).await?;
    let named = rows.iter().map(|row| {
        let text = |column| row.get(column).unwrap_or("?");
        let shown = without_literals(text(2), SHOWN_LENGTH);
        format!("a statement with {} was called {} times: {shown}", text(0), text(1))
    });
    let mut found: Vec<String> = named.collect();
    found.extend(hidden(session, schema).await?);
    Ok(found)
}

fn query(schema: &str, tables: &[&str]) -> String {
    let names = tables.iter().filter_map(|table| table.split('"').nth(3));
    let words: Vec<String> = names.map(|name| has_word("s.query", name)).collect();
    let cases: Vec<String> = SHAPES
        .iter()
        .map(|(shape, shown)| {
            format!("when s.query ~* {} then {}", quote_literal(shape), quote_literal(shown))
        })
        .collect();
    format!(
        "select n.shown, sum(s.calls), left(min(s.query), {READ}) \
         from {schema}.pg_stat_statements s cross join lateral (select case {} end as shown) n \
         where s.dbid = (select oid from pg_catalog.pg_database \
         where datname = current_database()) and n.shown is not null and ({}) \
         and s.query not like {} and s.query !~* '^\\s*(alter|create|drop|comment|lock|explain)\\M' \
         group by s.queryid, n.shown order by sum(s.calls) desc limit {SHOWN} {OWN}",
        cases.join(" "),
        words.join(" or "),
        quote_literal(&format!("%{OWN}%")),
    )
}
