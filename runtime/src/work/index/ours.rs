//! Whether what has an index's name is the index that a plan means.
//!
//! A run that was killed does not know whether it had made the index; meanwhile anybody may have
//! given the name to another.

use super::state::{Target, definition};
use crate::lock::RunSession;
use crate::migration::Index;
use crate::outcome::error::{Error, WorkError};
use crate::session::sql::quote_literal;

/// An index of this table, unique or not as the plan has it; `true` where there is none.
pub(super) async fn may_be(
    session: &mut RunSession<'_>,
    (table, name, unique): (&str, &str, bool),
) -> Result<bool, Error> {
    // A table that was renamed has left a view under its name.
    let sql = format!(
        "select x.indrelid = t.oid and x.indisunique = {unique} \
         from pg_catalog.pg_index x join pg_catalog.pg_class t \
         on t.oid = pg_catalog.to_regclass({})::oid and t.relkind in ('r', 'p', 'm') \
         where x.indexrelid = pg_catalog.to_regclass({})::oid",
        quote_literal(table),
        quote_literal(name)
    );
    Ok(session.query(&sql).await?.value() != Some("f"))
}

/// Refuses what an earlier run did not make: to take it for ours would lose what ours is for, and
/// to drop it what that one is for.
pub(super) async fn check(session: &mut RunSession<'_>, index: &Target<'_>) -> Result<(), Error> {
    let is_ours = may_be(session, (index.table, index.name, index.unique)).await?
        && has_definition(session, index).await?;
    if is_ours { Ok(()) } else { Err(taken(index.name)) }
}

pub(super) fn taken(name: &str) -> Error {
    Error::work(WorkError::NameTaken { name: name.to_owned() })
}

/// The same for an index that is to be dropped, whose columns the plan may call otherwise by now.
/// Where another table has the name, ours is gone.
pub(super) async fn is_to_be_dropped(
    session: &mut RunSession<'_>,
    index: &Index,
) -> Result<bool, Error> {
    if may_be(session, (index.table, index.name, index.unique)).await? {
        return Ok(true);
    }
    let sql = format!(
        "select indrelid = pg_catalog.to_regclass({})::oid from pg_catalog.pg_index \
         where indexrelid = pg_catalog.to_regclass({})::oid",
        quote_literal(index.table),
        quote_literal(index.name)
    );
    if session.query(&sql).await?.is_true() {
        return Err(taken(index.name));
    }
    tracing::warn!(index = index.name, "another table's index has the name, and stays");
    Ok(false)
}

/// Compares it with what PostgreSQL makes of the plan's words on an empty table of the same columns;
/// `true` where that cannot be made, as by a role that may not have temporary tables.
async fn has_definition(session: &mut RunSession<'_>, index: &Target<'_>) -> Result<bool, Error> {
    let mut tx = session.begin().await?;
    let compared = compare(&mut tx, index).await;
    tx.roll_back().await;
    match compared {
        Err(error) if error.code().is_some() => {
            tracing::debug!(%error, index = index.name, "cannot tell how it is defined");
            Ok(true)
        }
        compared => compared,
    }
}

async fn compare(session: &mut RunSession<'_>, index: &Target<'_>) -> Result<bool, Error> {
    let Target { table, name, unique, words, .. } = *index;
    let unique = if unique { "unique " } else { "" };
    for statement in [
        format!("create temporary table changeover_same (like {table})"),
        format!("create {unique}index changeover_same_idx on pg_temp.changeover_same {words}"),
    ] {
        session.query(&statement).await?;
    }
    let sql = format!(
        "select coalesce({} = {}, true) from pg_catalog.pg_index x cross join pg_catalog.pg_index p \
         where x.indexrelid = pg_catalog.to_regclass({})::oid \
         and p.indexrelid = 'pg_temp.changeover_same_idx'::pg_catalog.regclass",
        definition("x"),
        definition("p"),
        quote_literal(name)
    );
    Ok(session.query(&sql).await?.value() != Some("f"))
}
