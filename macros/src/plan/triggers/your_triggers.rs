//! The user's own triggers on a table whose old and new columns are kept equal: what they read is
//! right before the first of them fires, what they write is carried over after the last, and an
//! `update of` that lists a column fires for the one that takes its place too.
//!
//! The catalogs tell which triggers there are, because not every one is a migration's.

use crate::plan::{Condition, Mode, Statement};
use crate::syntax::values::default::literal;
use crate::syntax::words::name::{Name, TableName};

/// The argument of a sync trigger that fires before the user's own.
pub(crate) const FIRST: &str = "first";

/// The argument of one that fires after them.
pub(crate) const LAST: &str = "last";

/// The name of a trigger that fires before the user's own, by that of the one that fires after
/// them on an insert: `!` sorts before every letter, digit and quote.
pub(crate) fn first(last: &str) -> String {
    let name = last.strip_prefix("zzz").unwrap_or(last);
    format!("!{}", name.strip_suffix("_insert").unwrap_or(name))
}

/// Lets each sync of the table fire before the user's own triggers too, where there are any.
pub(crate) fn sync_first(table: &TableName) -> Statement {
    sync(table, Mode::ShareRowExclusive)
        .why("where the table has triggers of your own: what they read is right before they fire")
}

/// Takes that back where the table has no such triggers any more.
pub(crate) fn sync_first_no_more(table: &TableName) -> Statement {
    sync(table, Mode::AccessExclusive).why("unless another trigger of your own is left")
}

fn sync(table: &TableName, mode: Mode) -> Statement {
    let sql = format!("select changeover.sync_first({})", literal(&table.quoted()));
    Statement::locking(sql, table, mode)
}

/// Where an added column stands in the list of a trigger, so that the list is the same again when
/// a change is taken back.
#[derive(Clone, Copy)]
pub(crate) enum Place {
    Before,
    After,
}

/// The statement, where a trigger lists one of these columns: elsewhere the table is not locked.
pub(crate) fn where_listed(
    statement: Statement,
    table: &TableName,
    columns: &[&Name],
) -> Statement {
    let (on, listed) = (literal(&table.quoted()), array(columns));
    let query = format!("select changeover.lists_columns({on}, {listed})");
    let when = "a trigger of your own has such a list".to_owned();
    statement.only_if(Condition { query, when })
}

/// Lets triggers of the user's that fire on updates of some columns fire on those of others too,
/// as far as these are there.
pub(crate) fn widen(
    table: &TableName,
    listed: &[&Name],
    place: Place,
    added: &[&Name],
) -> Statement {
    let before = if matches!(place, Place::Before) { ", before => true" } else { "" };
    let arguments = format!("listed => {}, added => {}{before}", array(listed), array(added));
    list_columns(table, &arguments)
        .why("an `update of` of your own lists both names, and fires for builds that write either")
}

/// Takes columns out of the lists again.
pub(crate) fn narrow(table: &TableName, gone: &[&Name]) -> Statement {
    list_columns(table, &format!("gone => {}", array(gone)))
        .why("an `update of` of your own lists what stays")
}

fn list_columns(table: &TableName, arguments: &str) -> Statement {
    let on = literal(&table.quoted());
    let sql = format!("select changeover.list_columns({on}, {arguments})");
    Statement::locking(sql, table, Mode::AccessExclusive)
}

fn array(names: &[&Name]) -> String {
    let names: Vec<String> = names.iter().map(|name| literal(&name.text)).collect();
    format!("array[{}]", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::names::{self, Position};

    #[test]
    fn it_fires_before_any_name_that_a_user_would_give() {
        let last = names::trigger(Position { migration: 2, change: 1 }, "t_a_b_sync_12", "insert");
        let name = first(&last);
        assert_eq!(name, "!_0002_01_t_a_b_sync_12");
        for yours in ["\"", "#", "0", "A", "_", "a", "é"] {
            assert!(name.as_str() < yours);
        }
    }
}
