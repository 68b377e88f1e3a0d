//! Statements that sea-query cannot render: what PostgreSQL alone has.

use syn::LitStr;

use crate::plan::footprint::effect::Effect;
use crate::plan::{Dropped, ObjectKind};
use crate::plan::{Mode, NonTransactional, Statement, Work};
use crate::syntax::tables::column::Column;
use crate::syntax::values::default::literal;
use crate::syntax::words::name::{Name, TableName};
use crate::syntax::words::setting::Kind;

/// Locks the tables that a foreign key points at, before the table that has it: an application
/// writes the parent first, and the same order cannot deadlock with it (catalog U8).
pub(crate) fn lock_parents(child: &TableName, parents: &[TableName], mode: Mode) -> Vec<Statement> {
    let mut tables: Vec<&TableName> = parents.iter().filter(|parent| *parent != child).collect();
    tables.sort_by_key(|table| table.quoted());
    tables.dedup();
    let why = "the tables that the foreign keys point at, before the one that has them";
    tables.into_iter().map(|table| lock_table(table, mode).why(why)).collect()
}

pub(crate) fn lock_table(table: &TableName, mode: Mode) -> Statement {
    Statement::locking(
        format!("lock table {} in {} mode", table.quoted(), mode.words()),
        table,
        mode,
    )
}

pub(crate) fn alter(table: &TableName, clause: &str, mode: Mode) -> Statement {
    Statement::locking(format!("alter table {} {clause}", table.quoted()), table, mode)
}

/// Puts the clauses of those that alter the table into one `alter table`, which goes once through its
/// partitions; what else there is comes behind it.
pub(crate) fn in_one_alter(table: &TableName, statements: Vec<Statement>) -> Vec<Statement> {
    let beginning = format!("alter table {} ", table.quoted());
    let (alters, rest): (Vec<Statement>, Vec<Statement>) =
        statements.into_iter().partition(|one| one.sql.starts_with(&beginning));
    let one = alters.into_iter().reduce(|mut first, next| {
        let clause = next.sql.strip_prefix(&beginning).unwrap_or_default();
        first.sql = format!("{},\n  {clause}", first.sql);
        first.why = [first.why, next.why].join("\n");
        first.effects.extend(next.effects);
        first.reads_rows |= next.reads_rows;
        first
    });
    one.into_iter().chain(rest).collect()
}

fn alter_column(table: &TableName, column: &Name, clause: &str) -> Statement {
    let clause = format!("alter column {} {clause}", column.quoted());
    alter(table, &clause, Mode::AccessExclusive).changing_part(table, &column.text)
}

/// Catalog A11: touches no row.
pub(crate) fn set_default(table: &TableName, column: &Name, default: &str) -> Statement {
    alter_column(table, column, &format!("set default {default}")).drops(Dropped::part(
        ObjectKind::Default,
        table,
        &column.text,
    ))
}

pub(crate) fn drop_default(table: &TableName, column: &Name) -> Statement {
    alter_column(table, column, "drop default").drops(Dropped::part(
        ObjectKind::Default,
        table,
        &column.text,
    ))
}

/// Catalog B2: scans under its lock unless a validated check proves it.
pub(crate) fn set_not_null(table: &TableName, column: &Name) -> Statement {
    alter_column(table, column, "set not null").altering(table).reading_rows()
}

pub(crate) fn drop_not_null(table: &TableName, column: &Name) -> Statement {
    let dropped = Dropped::part(ObjectKind::NotNull, table, &column.text);
    alter_column(table, column, "drop not null").altering(table).drops(dropped)
}

/// Catalog B1: holds for new rows at once, and reads no old one.
pub(crate) fn add_check_not_valid(table: &TableName, name: &str, check: &str) -> Statement {
    let clause = format!("add constraint \"{name}\" check ({check}) not valid");
    alter(table, &clause, Mode::AccessExclusive).altering(table).changing_part(table, name)
}

/// Catalog B1 and B4: reads every row; reads and writes go on.
pub(crate) fn validate(table: &TableName, constraint: &str) -> Statement {
    let clause = format!("validate constraint \"{constraint}\"");
    let validate = alter(table, &clause, Mode::ShareUpdateExclusive).reading_rows();
    validate.changing_part(table, constraint)
}

/// The same, where it is there and not valid yet; a foreign key looks at the rows of its parent.
pub(crate) fn validate_if_there(
    table: &TableName,
    constraint: &str,
    parent: Option<&TableName>,
) -> Work {
    let mut statement = validate(table, constraint);
    if let Some(parent) = parent {
        statement = statement.and_locks(parent, Mode::RowShare);
    }
    let done = format!(
        "select not exists (select from pg_catalog.pg_constraint where conrelid = to_regclass({}) \
         and conname = {} and not convalidated)",
        literal(&table.quoted()),
        literal(constraint)
    );
    Work::NonTransactional(NonTransactional { statement, done: Some(done), mend: Vec::new() })
}

pub(crate) fn drop_constraint_if_exists(table: &TableName, name: &str) -> Statement {
    let clause = format!("drop constraint if exists \"{name}\"");
    let dropped = Dropped::part(ObjectKind::Constraint, table, name);
    alter(table, &clause, Mode::AccessExclusive).drops_if_there(dropped)
}

/// Catalog E1: touches no row.
pub(crate) fn rename_column(table: &TableName, from: &Name, to: &Name) -> Statement {
    let clause = format!("rename column {} to {}", from.quoted(), to.quoted());
    rename_part(table, &clause, from, to)
}

pub(crate) fn rename_constraint(table: &TableName, from: &Name, to: &Name) -> Statement {
    let clause = format!("rename constraint {} to {}", from.quoted(), to.quoted());
    rename_part(table, &clause, from, to)
}

fn rename_part(table: &TableName, clause: &str, from: &Name, to: &Name) -> Statement {
    let rename = alter(table, clause, Mode::AccessExclusive);
    rename.changing_part(table, &from.text).changing_part(table, &to.text)
}

/// Catalog C3: locks the index alone.
pub(crate) fn rename_index(table: &TableName, from: &Name, to: &Name) -> Statement {
    let from = table.sibling(&from.text);
    let rename = Statement::free(format!("alter index {from} rename to {}", to.quoted()));
    rename.changing(from).changing(table.sibling(&to.text))
}

/// Locks the sequence alone, which blocks `nextval` until the commit.
pub(crate) fn rename_sequence(from: &TableName, to: &TableName) -> Statement {
    let (old, new) = (from.quoted(), to.name.quoted());
    let sql = format!("alter sequence if exists {old} rename to {new}");
    let there = Effect::IfThere(from.quoted());
    let rename = Statement::locking(sql, from, Mode::AccessExclusive).effect(there);
    rename.changing_settings(from.quoted())
}

/// Returns what a column's definition has no place for on every server: its comment and its
/// settings.
pub(crate) fn describe(table: &TableName, column: &Column) -> Vec<Statement> {
    let text = column.comment.as_ref().map(LitStr::value);
    let comment = text.map(|text| comment_on_column(table, &column.name, Some(&text)));
    // A type that took another's place may lack what that had.
    let settings = column.settings.iter().filter(|setting| setting.kind.fits(&column.ty));
    let settings =
        settings.map(|setting| set(table, &column.name, setting.kind, &setting.clause()));
    comment.into_iter().chain(settings).collect()
}

pub(crate) fn comment_on_column(table: &TableName, column: &Name, text: Option<&str>) -> Statement {
    let text = text.map_or_else(|| "null".to_owned(), literal);
    let sql = format!("comment on column {}.{} is {text}", table.quoted(), column.quoted());
    let comment = Statement::locking(sql, table, Mode::ShareUpdateExclusive);
    comment.changing_part(table, &column.text)
}

pub(crate) fn comment_on_table(table: &TableName, text: Option<&str>) -> Statement {
    let text = text.map_or_else(|| "null".to_owned(), literal);
    let sql = format!("comment on table {} is {text}", table.quoted());
    let comment = Statement::locking(sql, table, Mode::ShareUpdateExclusive);
    comment.changing_settings(table.quoted())
}

/// Catalog 2.K: touches no row.
pub(crate) fn set(table: &TableName, column: &Name, kind: Kind, clause: &str) -> Statement {
    let clause = format!("alter column {} {clause}", column.quoted());
    let mode = match kind {
        Kind::Statistics => Mode::ShareUpdateExclusive,
        Kind::Storage | Kind::Compression => Mode::AccessExclusive,
    };
    alter(table, &clause, mode).changing_part(table, &column.text)
}

pub(crate) fn create_trigger(
    table: &TableName,
    name: &str,
    event: &str,
    when: &str,
    function: &str,
) -> Statement {
    create_trigger_with(table, name, event, when, (function, ""))
}

/// The same with an argument for its function.
pub(crate) fn create_trigger_with(
    table: &TableName,
    name: &str,
    event: &str,
    when: &str,
    (function, argument): (&str, &str),
) -> Statement {
    let (on, function) = (table.quoted(), table.sibling(function));
    let sql = format!(
        "create trigger \"{name}\" before {event} on {on}\n  for each row when ({when})\n  \
         execute function {function}({argument})"
    );
    Statement::locking(sql, table, Mode::ShareRowExclusive).changing_part(table, name)
}

/// An ordinary trigger is passed over by logical replication and by restores.
pub(crate) fn enable_always(table: &TableName, triggers: &[&str]) -> Statement {
    let clauses: Vec<String> =
        triggers.iter().map(|name| format!("enable always trigger \"{name}\"")).collect();
    let enable = alter(table, &clauses.join(", "), Mode::ShareRowExclusive);
    triggers.iter().fold(enable, |enable, name| enable.changing_part(table, *name))
}

pub(crate) fn drop_trigger_if_exists(table: &TableName, name: &str) -> Statement {
    let sql = format!("drop trigger if exists \"{name}\" on {}", table.quoted());
    let dropped = Dropped::part(ObjectKind::Trigger, table, name);
    Statement::locking(sql, table, Mode::AccessExclusive).drops_if_there(dropped)
}

/// A trigger function in the schema of its table. Its search path is pinned, so that no session's
/// own can change what it does; it is the runner's, so that an expression means the same in a
/// backfill.
pub(crate) fn create_function(table: &TableName, name: &str, body: &str) -> Statement {
    let function = table.sibling(name);
    Statement::free(format!(
        "create function {function}() returns trigger\n  language plpgsql\n  \
         set search_path = pg_catalog, \"public\", pg_temp\nas $changeover$\n{body}\n$changeover$"
    ))
    .changing(function)
}

pub(crate) fn drop_function_if_exists(table: &TableName, name: &str) -> Statement {
    drop_own_function(&table.sibling(name))
}

/// Drops a trigger function of ours, whose name is quoted.
pub(crate) fn drop_own_function(quoted: &str) -> Statement {
    let function = format!("{quoted}()");
    Statement::free(format!("drop function if exists {function}"))
        .drops_if_there(Dropped::object(ObjectKind::Function, function))
}
