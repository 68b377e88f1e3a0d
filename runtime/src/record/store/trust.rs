//! In whose hands the schema is: what lies in it runs as whoever migrates.
//!
//! A role with `create` on the database may have made the schema before us, and put a trigger on a
//! table of it.

use crate::lock::Locked;
use crate::outcome::error::{Detail, Error};
use crate::session::executor::{Executor, Rows};

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

/// A statement that fails where the row of a history that says whether it is settled is not in a table of
/// somebody's whom a run trusts. Nobody else can put anything in its place then.
pub(crate) fn of_runners_or_fail() -> String {
    let is_ours = concat!(
        include_str!("../sql/trusted.sql"),
        "select from pg_catalog.pg_class c \
         join pg_catalog.pg_namespace n on n.oid = c.relnamespace and n.nspname = 'changeover' \
         join trusted o on o.oid = c.relowner join trusted s on s.oid = n.nspowner \
         where c.relname = 'runners' and c.relkind = 'r' \
         and not (c.relhasrules or c.relrowsecurity)"
    );
    format!("select 1 / case when exists ({is_ours}) then 1 else 0 end")
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
