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
    let sql = include_str!("temporary.sql")
        .replace("$by_number", by_number)
        .replace("$schema", &quote_literal(schema));
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
