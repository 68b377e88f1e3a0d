//! Statements that clients have run, where `pg_stat_statements` counts them.
//!
//! It has no time of the last call, so the counts are kept from one look to the next: a statement
//! is recent while its count grows, and on the first look every one may be.

use super::words::{Words, has, words};
use crate::lock::Locked;
use crate::migration::Dropped;
use crate::outcome::error::Error;
use crate::preflight::dependents::literals::without_literals;
use crate::session::sql::{OWN, quote_literal};
use crate::settings::Settings;

const SHOWN: u32 = 10;

/// The characters of a statement that are shown, and those that are read for them.
const SHOWN_LENGTH: usize = 200;
const READ: u32 = 10_000;

/// Statements about the schema are nobody's use of it, and the runner's own are among them.
const MAINTENANCE: &str = "^\\s*(lock|alter|create|drop|comment|grant|revoke|analyze|vacuum|\
    reindex|cluster|refresh|do|explain|set|begin|security)\\M";

pub(super) async fn found(
    session: &mut Locked<'_>,
    settings: &Settings,
    migration: &str,
    dropped: &[&Dropped],
) -> Result<Vec<String>, Error> {
    let words = words(dropped);
    let schema = "select pg_catalog.quote_ident(n.nspname) from pg_catalog.pg_extension e \
                  join pg_catalog.pg_namespace n on n.oid = e.extnamespace \
                  where e.extname = 'pg_stat_statements'";
    let rows = session.query(schema).await?;
    let Some(schema) = rows.value().filter(|_| !words.is_empty()) else { return Ok(Vec::new()) };
    let view = format!("{schema}.pg_stat_statements");
    let look = Look { view: &view, words: &words, migration };
    let mut found = look.found(session, settings).await?;
    found.extend(hidden(session, schema).await?);
    Ok(found)
}

/// Returns what of them the runner is not shown, if there is anything. The extension's schema is
/// quoted.
pub(crate) async fn hidden(
    session: &mut Locked<'_>,
    schema: &str,
) -> Result<Option<String>, Error> {
    let sql = format!(
        "select pg_catalog.count(*) from {schema}.pg_stat_statements where queryid is null and \
         dbid = (select oid from pg_catalog.pg_database \
         where datname = pg_catalog.current_database()) {OWN}"
    );
    let rows = session.query(&sql).await?;
    Ok(rows.value().filter(|count| *count != "0").map(|count| {
        format!(
            "{count} statements of other roles are hidden from the runner's, \
             which lacks pg_read_all_stats"
        )
    }))
}

struct Look<'a> {
    view: &'a str,
    words: &'a [Words<'a>],
    migration: &'a str,
}

impl Look<'_> {
    async fn found(
        &self,
        session: &mut Locked<'_>,
        settings: &Settings,
    ) -> Result<Vec<String>, Error> {
        let rows = session.query(&self.query(settings)).await?;
        let named = rows.iter().map(|row| {
            let text = |column| row.get(column).unwrap_or("?");
            let when = if row.is_true(3) {
                format!("was last seen to run {} ago", text(4))
            } else {
                format!("was called {} times, nobody knows when", text(2))
            };
            let shown = without_literals(text(0), SHOWN_LENGTH);
            format!("a statement that names {} {when}: {shown}", text(1))
        });
        Ok(named.collect())
    }

    /// Notes the counts, and gives what may have run within the quiet time. PostgreSQL itself
    /// leaves literals in what is not planned, like `copy`.
    fn query(&self, settings: &Settings) -> String {
        let (view, own) = (self.view, quote_literal(&format!("%{OWN}%")));
        let (history, id) = (quote_literal(&settings.app), quote_literal(self.migration));
        let cases: Vec<String> = self.words.iter().map(case).collect();
        let (cases, maintenance) = (cases.join(" "), quote_literal(MAINTENANCE));
        let quiet = settings.preflight.quiet_time.as_secs_f64();
        format!(
            "with named as (
  select s.queryid, pg_catalog.sum(s.calls)::bigint as calls,
    pg_catalog.min(n.shown) as shown, pg_catalog.min(s.query) as query
  from {view} s cross join lateral (select case {cases} end as shown) n
  where s.dbid = (select oid from pg_catalog.pg_database
      where datname = pg_catalog.current_database())
    and coalesce(pg_catalog.to_jsonb(s) ->> 'toplevel', 'true') = 'true'
    and n.shown is not null and s.query !~* {maintenance} and s.query not like {own}
    and s.queryid is not null
  group by s.queryid
), kept as (
  insert into changeover.statements as k (history, migration, queryid, calls, seen_at, grew_at)
  select {history}, {id}, queryid, calls, pg_catalog.now(), pg_catalog.now() from named
  on conflict (history, migration, queryid) do update set calls = excluded.calls,
    grew_at = case when k.calls = excluded.calls then k.grew_at else excluded.grew_at end
  returning queryid, seen_at, grew_at
)
select pg_catalog.left(n.query, {READ}), n.shown, n.calls,
  k.grew_at > k.seen_at, pg_catalog.date_trunc('second', pg_catalog.now() - k.grew_at)
from named n join kept k using (queryid)
where k.grew_at + pg_catalog.make_interval(secs => {quiet}) > pg_catalog.now()
order by k.grew_at desc, n.calls desc, n.queryid limit {SHOWN} {OWN}"
        )
    }
}

fn case(words: &Words<'_>) -> String {
    let Words { object, column, shown } = words;
    let mut condition = has("s.query", object);
    if let Some(column) = column {
        condition = format!("{condition} and {}", has("s.query", column));
    }
    format!("when {condition} then {}", quote_literal(shown))
}
