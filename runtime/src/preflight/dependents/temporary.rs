//! Whose a temporary object is, which only the end of its session takes away.

use crate::lock::Locked;
use crate::outcome::error::Error;
use crate::session::sql::quote_literal;

/// The session with this schema, `pg_temp_3`, in words, and how to end it.
///
/// The number is that of the server's process, which locks name too. Before PostgreSQL 16 an idle
/// session without locks cannot be told from others of the role.
pub(super) async fn session(session: &mut Locked<'_>, schema: &str) -> Result<String, Error> {
    let by_number = if session.server.version >= 16_00_00 {
        "union select pg_catalog.pg_stat_get_backend_pid(b.id) \
         from pg_catalog.pg_stat_get_backend_idset() b (id) join the on the.number = b.id::text"
    } else {
        ""
    };
    let sql = format!(
        "with the as (select n.oid, pg_catalog.substr(n.nspname, 9) as number \
         from pg_catalog.pg_namespace n where n.nspname = {}), \
         known (pid) as (select l.pid from pg_catalog.pg_locks l \
         join the on the.number = pg_catalog.split_part(l.virtualtransaction, '/', 1) \
         where l.pid is not null {by_number}), \
         owners (oid) as (select c.relowner from pg_catalog.pg_class c \
         join the on the.oid = c.relnamespace) \
         select a.pid, pg_catalog.format('pid %s, user %s, application `%s`', a.pid, a.usename, \
         a.application_name) from pg_catalog.pg_stat_activity a \
         where a.datname = current_database() and a.pid <> pg_catalog.pg_backend_pid() \
         and case when exists (select from known) then a.pid in (select pid from known) \
         else a.usesysid in (select oid from owners) end order by a.backend_start limit 5",
        quote_literal(schema)
    );
    let rows = session.query(&sql).await?;
    let text = |column| rows.iter().filter_map(move |row| row.get(column)).collect::<Vec<_>>();
    let (pids, sessions) = (text(0), text(1));
    Ok(match (pids.as_slice(), sessions.as_slice()) {
        ([pid], [session]) => format!(
            "and lives as long as its session, {session}: `select pg_terminate_backend({pid})`"
        ),
        ([], _) => "and lives as long as its session, which cannot be seen".to_owned(),
        _ => format!("and lives as long as its session, one of {}", sessions.join("; ")),
    })
}
