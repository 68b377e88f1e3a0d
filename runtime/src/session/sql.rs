//! The text of the runner's own statements.

use std::fmt::Write as _;
use std::time::Duration;

use crate::session::executor::SqlError;
use crate::session::sqlstate::UNDEFINED_OBJECT;

/// Begins the text of a batch, whose transaction triggers of ours are to let pass. It names that
/// very transaction: no other is taken for a backfill, whatever is left on the session.
pub(crate) const MARK: &str = "select pg_catalog.set_config('changeover.backfill_xact', \
    pg_catalog.pg_current_xact_id()::text, true)";

/// Gives a statement that holds an expression of the user's the path that such a one is promised, for as
/// long as its transaction: a column of the `select` that stands before it in one text.
pub(crate) const ON_PLANS_PATH: &str =
    "pg_catalog.set_config('search_path', 'public, pg_temp', true)";

/// Ends what the runner itself does with rows of the user's, so that it is told from clients'
/// statements where these are counted.
pub(crate) const OWN: &str = "/* changeover */";

/// The name that a statement fails over which finds that it may not write. No setting has such a name,
/// and none can be given it.
///
/// PostgreSQL manual, section "Customized Options".
const REFUSED: &str = "changeover refused";

/// The value of a query, which fails with [`is_refused`] where a condition does not hold: what stands
/// behind it in one text is not done then.
pub(crate) fn or_refused(condition: &str, value: &str) -> String {
    format!("case when {condition} then {value} else pg_catalog.current_setting('{REFUSED}') end")
}

/// Tells whether a statement failed over [`or_refused`].
pub(crate) fn is_refused(error: &SqlError) -> bool {
    error.code() == Some(UNDEFINED_OBJECT) && error.to_string().contains(REFUSED)
}

/// Several statements as one text, which the server carries out in turn and, outside a transaction, in
/// one: none of them is done where one fails. A statement may end in a comment.
///
/// PostgreSQL manual, section "Multiple Statements in a Simple Query".
pub(crate) fn in_one_text<'a>(statements: impl IntoIterator<Item = &'a str>) -> String {
    let statements: Vec<&str> = statements.into_iter().filter(|one| !one.is_empty()).collect();
    statements.join("\n;\n")
}

/// A text as a literal, whatever the session takes a backslash for, as `quote_literal` of PostgreSQL's
/// writes it. A NUL, which no text there can hold, is left out: a service's own names are refused
/// with one.
pub(crate) fn quote_literal(text: &str) -> String {
    let quoted = text.replace('\0', "").replace('\'', "''");
    if quoted.contains('\\') {
        return format!("e'{}'", quoted.replace('\\', r"\\"));
    }
    format!("'{quoted}'")
}

/// A name as an identifier, whatever is in it but a NUL, which no name of PostgreSQL's can hold.
pub(crate) fn quote_identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('\0', "").replace('"', "\"\""))
}

/// A text or NULL.
pub(crate) fn quote_nullable(text: Option<&str>) -> String {
    text.map_or_else(|| "null".to_owned(), quote_literal)
}

/// A relation, given by an expression, and all its partitions: a query with a column `relid`.
/// `pg_partition_tree` would wait for each of them and lock it until the end of the transaction.
pub(crate) fn tree(relation: &str) -> String {
    format!(
        "with recursive tree (relid) as (select {relation}::oid union select i.inhrelid \
         from tree join pg_catalog.pg_inherits i on i.inhparent = tree.relid) select relid from tree"
    )
}

/// A query of one boolean, whether a table of our own state is there and the role may read it.
pub(crate) fn may_read(table: &str) -> String {
    format!(
        "select exists (select from pg_catalog.pg_class c \
         join pg_catalog.pg_namespace n on n.oid = c.relnamespace \
         where n.nspname = 'changeover' and c.relname = {} \
         and pg_catalog.has_schema_privilege(n.oid, 'usage') \
         and pg_catalog.has_table_privilege(c.oid, 'select'))",
        quote_literal(table)
    )
}

/// A timeout as a setting's value. Zero would mean none, so the shortest is a millisecond.
pub(crate) fn milliseconds(time: Duration) -> String {
    time.as_millis().max(1).to_string()
}

/// Where a setting holds.
#[derive(Clone, Copy)]
pub(crate) enum Scope {
    Session,
    Transaction,
}

/// One statement that changes several settings.
pub(crate) fn set(scope: Scope, settings: &[(&str, &str)]) -> String {
    let local = matches!(scope, Scope::Transaction);
    let mut sql = String::from("select ");
    for (index, (name, value)) in settings.iter().enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        let (name, value) = (quote_literal(name), quote_literal(value));
        let _ = write!(sql, "{comma}pg_catalog.set_config({name}, {value}, {local})");
    }
    sql
}

/// For what we ask ourselves: whatever path the role was given, and whatever others have put into
/// `public`, a name without a schema is PostgreSQL's own.
pub(crate) const OWN_PATH: (&str, &str) = ("search_path", "pg_catalog, pg_temp");

/// For the plan's statements: in a query or an expression of the user's a name without a schema is
/// one of `public`.
///
/// Outside a transaction of ours a statement has it for itself, by `Locked::query_expression`, or by
/// `Locked::query_bare` where it must be alone in its text.
pub(crate) const PLANS_PATH: (&str, &str) = ("search_path", "public, pg_temp");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_keeps_quotes_and_backslashes() {
        assert_eq!(quote_literal(r"it's a \ 'test'"), r"e'it''s a \\ ''test'''");
        assert_eq!(quote_literal("a\0b"), "'ab'");
    }

    #[test]
    fn settings_are_changed_in_one_statement() {
        let sql = set(Scope::Transaction, &[("lock_timeout", "300"), ("a.b", "it's")]);
        assert_eq!(
            sql,
            "select pg_catalog.set_config('lock_timeout', '300', true), pg_catalog.set_config('a.b', 'it''s', true)"
        );
    }
}
