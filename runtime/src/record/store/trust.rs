//! In whose hands the schema is: what lies in it runs as whoever migrates.
//!
//! A role with `create` on the database may have made the schema before us, and put a trigger on a
//! table of it.

use crate::lock::Locked;
use crate::outcome::error::{Detail, Error};
use crate::session::executor::{Executor, Rows};
use crate::session::sql::quote_literal;

/// Makes sure, before anything is written, that no code of a stranger's would run.
pub(crate) async fn before_writing(session: &mut Locked<'_>) -> Result<(), Error> {
    let rows = session.query_state(&untrusted(true)).await?;
    verdict(&rows)
}

/// The same for a role that writes as it is, outside a run.
pub(crate) async fn before_writing_alone(executor: &mut dyn Executor) -> Result<(), Error> {
    ask(executor, true).await
}

/// The same for a role that reads, or calls the functions of an instance.
pub(crate) async fn before_reading(executor: &mut dyn Executor) -> Result<(), Error> {
    ask(executor, false).await
}

async fn ask(executor: &mut dyn Executor, writes: bool) -> Result<(), Error> {
    let sql = untrusted(writes);
    let rows = executor.query(&sql).await.map_err(|error| Error::state_read(&sql, error))?;
    verdict(&rows)
}

/// A statement that fails where these tables of the schema are not all in the hands of somebody whom a run
/// trusts. Nobody else can put anything in their place then.
pub(crate) fn of_tables_or_fail(tables: &[&str]) -> String {
    let names: Vec<String> = tables.iter().map(|table| quote_literal(table)).collect();
    format!(
        "select 1 / case when {} = ({} select count(*) from pg_catalog.pg_class c \
         join pg_catalog.pg_namespace n on n.oid = c.relnamespace and n.nspname = 'changeover' \
         join trusted o on o.oid = c.relowner join trusted s on s.oid = n.nspowner \
         where c.relname in ({}) and c.relkind = 'r' \
         and not (c.relhasrules or c.relrowsecurity)) then 1 else 0 end",
        tables.len(),
        include_str!("../sql/trusted.sql"),
        names.join(", ")
    )
}

fn untrusted(writes: bool) -> String {
    let all = concat!(include_str!("../sql/trusted.sql"), include_str!("../sql/untrusted.sql"));
    let all = all.replace("$writes", &writes.to_string());
    format!("select what from (\n{all}) u (what)")
}

fn verdict(rows: &Rows) -> Result<(), Error> {
    let found: Vec<String> = rows.iter().filter_map(|row| row.get(0)).map(str::to_owned).collect();
    if found.is_empty() { Ok(()) } else { Err(Error::new(Detail::Untrusted { found })) }
}
