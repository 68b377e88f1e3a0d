//! What the catalogs say of an index.

use crate::lock::RunSession;
use crate::migration::Index;
use crate::outcome::error::Error;
use crate::session::sql::quote_literal;

/// What the catalogs say of an index.
#[derive(PartialEq, Eq)]
pub(super) enum Truth {
    Missing,
    Invalid,
    Valid,
}

/// An index on a table that holds rows itself.
pub(super) struct Target<'a> {
    pub(super) table: &'a str,
    pub(super) name: &'a str,
    pub(super) unique: bool,
    /// What follows the table in the text of its definition.
    pub(super) words: &'a str,
    pub(super) create: &'a str,
    pub(super) drop: &'a str,
}

impl<'a> Target<'a> {
    pub(super) fn of(index: &'a Index) -> Target<'a> {
        let Index { name, table, unique, definition: words, create, drop, .. } = *index;
        Target { table, name, unique, words, create: create.sql, drop: drop.sql }
    }
}

pub(super) async fn truth(session: &mut RunSession<'_>, name: &str) -> Result<Truth, Error> {
    let sql = format!(
        "select indisvalid and indisready and indislive from pg_catalog.pg_index \
         where indexrelid = pg_catalog.to_regclass({})::oid",
        quote_literal(name)
    );
    Ok(match session.query(&sql).await?.value() {
        None => Truth::Missing,
        Some("t") => Truth::Valid,
        Some(_) => Truth::Invalid,
    })
}

/// Returns what follows the table in the text of an index, as the catalogs have it.
pub(super) fn definition(index: &str) -> String {
    format!(
        "pg_catalog.regexp_replace(pg_catalog.pg_get_indexdef({index}.indexrelid), \
         '^.*? USING ', '')"
    )
}

/// The letter that the catalogs have for what a name stands for.
///
/// PostgreSQL manual, section "`pg_class`", column `relkind`.
pub(super) async fn kind(
    session: &mut RunSession<'_>,
    name: &str,
) -> Result<Option<String>, Error> {
    let sql = format!(
        "select relkind from pg_catalog.pg_class where oid = pg_catalog.to_regclass({})::oid",
        quote_literal(name)
    );
    Ok(session.query(&sql).await?.value().map(str::to_owned))
}
