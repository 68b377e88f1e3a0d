//! Statements that sea-query renders. Nothing else uses it; what it lacks stands in `ddl.rs`.

use std::borrow::Cow;
use std::collections::BTreeSet;

use sea_query::{Alias, ColumnDef, Expr, PostgresQueryBuilder, Table as SeaTable, TableRef};

use crate::model::Kind;
use crate::model::dependents::item::Item;
use crate::plan::sql::constraint;
use crate::plan::sql::ddl;
use crate::plan::sql::format::{lower, spread};
use crate::plan::sql::index;
use crate::plan::{Dropped, ObjectKind};
use crate::plan::{Mode, Statement};
use crate::syntax::tables::column::Column;
use crate::syntax::tables::constraint::Constraint;
use crate::syntax::tables::table::Table;
use crate::syntax::values::identity::Identity;
use crate::syntax::words::name::{Name, TableName};

/// Makes a table with all that belongs to it, after locking the tables that it points at.
pub(crate) fn create_table(table: &Table) -> Vec<Statement> {
    let parents: Vec<TableName> =
        table.constraints.iter().filter_map(Constraint::parent).cloned().collect();
    table_under(table, ddl::lock_parents(&table.name, &parents, Mode::ShareRowExclusive))
}

/// Makes a table once these statements have locked what it points at.
fn table_under(table: &Table, locks: Vec<Statement>) -> Vec<Statement> {
    let mut create = SeaTable::create();
    create.table(table_ref(&table.name));
    for column in &table.columns {
        create.col(column_def(column));
    }
    let sql = lower(&create.to_string(PostgresQueryBuilder));
    let mut items = vec![sql.strip_suffix(" )").unwrap_or(&sql).to_owned()];
    // PostgreSQL takes every constraint of a table that it makes for valid.
    let (later, now): (Vec<&Constraint>, Vec<&Constraint>) =
        table.constraints.iter().partition(|item| item.terms.not_valid);
    // Nor does it make a second key of the same columns with the table.
    let (mut once, mut twice): (Vec<&Constraint>, Vec<&Constraint>) = (Vec::new(), Vec::new());
    for item in now {
        let is_there = once.iter().any(|other| other.is_same_key(item));
        if is_there { &mut twice } else { &mut once }.push(item);
    }
    items.extend(once.into_iter().map(constraint::named));
    let sql = spread(&format!("{} )", items.join(", "))) + &options(table);
    let sql = if table.unlogged { sql.replacen("table", "unlogged table", 1) } else { sql };
    let create = Statement::free(sql).why("a new table: no client uses it yet");
    let mut create = create.brings(&table.name);
    create.locks = locks.iter().flat_map(|lock| lock.locks.clone()).collect();
    let mut statements: Vec<Statement> =
        table.constraints.iter().filter_map(constraint::requirement).collect();
    statements.extend(locks);
    statements.push(create);
    statements.extend(twice.into_iter().map(|item| constraint::add(&table.name, item)));
    let later = later.into_iter().map(|item| constraint::add_not_valid(&table.name, item));
    statements.extend(later.map(|statement| Statement::free(statement.sql)));
    let comment =
        table.comment.as_ref().map(|text| ddl::comment_on_table(&table.name, Some(&text.value())));
    let columns = table.columns.iter().flat_map(|column| ddl::describe(&table.name, column));
    statements
        .extend(comment.into_iter().chain(columns).map(|statement| Statement::free(statement.sql)));
    statements.extend(table.indexes.iter().flat_map(|item| index::create(&table.name, item)));
    statements
}

/// Returns what follows a table's columns.
fn options(table: &Table) -> String {
    let partition = table.partition_by.as_ref().map(|by| format!(" {}", by.sql()));
    let storage = (!table.storage.is_empty()).then(|| format!(" with ({})", table.storage.sql()));
    partition.into_iter().chain(storage).collect()
}

/// The statements that build a schema from nothing, without the locks that nobody waits for.
pub(crate) fn build(items: &[Item]) -> Vec<String> {
    let schema_of = |item: &Item| match item {
        Item::Table(table) | Item::Key(table, _) => Some(table.name.schema().to_owned()),
        Item::Entity(entity) if entity.kind == Kind::Extension => {
            Some(entity.brought_into().to_owned())
        }
        Item::Entity(entity) => entity.name.schema.as_ref().map(|schema| schema.text.clone()),
    };
    let is_made = |name: &str| {
        items.iter().any(|item| matches!(item, Item::Entity(entity) if entity.kind == Kind::Schema && entity.name.name == *name))
    };
    let schemas: BTreeSet<String> = items.iter().filter_map(schema_of).collect();
    let schemas = schemas.into_iter().filter(|schema| schema != "public" && !is_made(schema));
    // A name without a schema means the same as in a plan; a body may name what comes later.
    let functions = items
        .iter()
        .any(|item| matches!(item, Item::Entity(entity) if entity.kind == Kind::Function));
    let path = items.iter().any(|item| matches!(item, Item::Entity(_)));
    path.then(|| "set search_path = public, pg_temp".to_owned())
        .into_iter()
        .chain(functions.then(|| "set check_function_bodies = off".to_owned()))
        .chain(schemas.map(|schema| format!("create schema if not exists \"{schema}\"")))
        .chain(items.iter().flat_map(|item| build_item(item, items)))
        .chain(items.iter().flat_map(owner))
        .collect()
}

/// Returns what says to which column a sequence belongs: that column's default may need the
/// sequence.
fn owner(item: &Item) -> Vec<String> {
    match item {
        Item::Entity(entity) if entity.kind == Kind::Sequence => {
            entity.create.iter().skip(1).cloned().collect()
        }
        _ => Vec::new(),
    }
}

fn build_item(item: &Item, items: &[Item]) -> Vec<String> {
    match item {
        Item::Entity(entity) if entity.kind == Kind::Sequence => {
            entity.create.iter().take(1).cloned().collect()
        }
        Item::Entity(entity) => entity.create.clone(),
        Item::Table(table) => table_under(&without_later_keys(table, items), Vec::new())
            .into_iter()
            .map(|statement| statement.sql)
            .collect(),
        Item::Key(table, key) => vec![constraint::add(&table.name, key).sql],
    }
}

/// A table without the foreign keys that are items of their own.
fn without_later_keys<'a>(table: &'a Table, items: &[Item]) -> Cow<'a, Table> {
    let keys = items.iter().filter_map(|item| match item {
        Item::Key(of, key) if of.name == table.name => key.name.as_ref(),
        _ => None,
    });
    let keys: Vec<&Name> = keys.collect();
    if keys.is_empty() {
        return Cow::Borrowed(table);
    }
    let mut table = table.clone();
    table.constraints.retain(|item| !item.name.as_ref().is_some_and(|name| keys.contains(&name)));
    Cow::Owned(table)
}

/// Drops a table. Its foreign keys lock the tables that they point at (catalog B4).
pub(crate) fn drop_table(table: &Table) -> Vec<Statement> {
    let parents: Vec<TableName> =
        table.constraints.iter().filter_map(|constraint| constraint.parent().cloned()).collect();
    let mut statements = ddl::lock_parents(&table.name, &parents, Mode::AccessExclusive);
    let sql = SeaTable::drop().table(table_ref(&table.name)).to_string(PostgresQueryBuilder);
    let mut drop = Statement::locking(lower(&sql), &table.name, Mode::AccessExclusive)
        .drops(Dropped::object(ObjectKind::Table, table.name.quoted()));
    drop.locks.extend(statements.iter().flat_map(|lock| lock.locks.clone()));
    statements.push(drop);
    statements
}

pub(crate) fn add_column(table: &TableName, column: &Column) -> Statement {
    let mut alter = SeaTable::alter();
    alter.table(table_ref(table)).add_column(column_def(column));
    let sql = lower(&alter.to_string(PostgresQueryBuilder));
    let has_default = column.default.is_some();
    let add = Statement::locking(sql, table, Mode::AccessExclusive).adding_column(
        table,
        &column.name.text,
        has_default,
    );
    // Such a value is computed for each row.
    let is_computed = column.generated.is_some()
        || column
            .default
            .as_ref()
            .is_some_and(crate::syntax::values::default::Default::is_volatile);
    if is_computed { add.reading_rows() } else { add }
}

pub(crate) fn drop_column(table: &TableName, column: &Name) -> Statement {
    let mut alter = SeaTable::alter();
    alter.table(table_ref(table)).drop_column(Alias::new(&column.text));
    let sql = lower(&alter.to_string(PostgresQueryBuilder));
    let dropped = Dropped::part(ObjectKind::Column, table, &column.text);
    Statement::locking(sql, table, Mode::AccessExclusive).altering(table).drops(dropped)
}

fn column_def(column: &Column) -> ColumnDef {
    let mut def = ColumnDef::new(Alias::new(&column.name.text));
    def.custom(Alias::new(&column.ty.sql));
    if column.not_null && column.not_null_name.is_none() {
        def.not_null();
    }
    if let Some(default) = &column.default {
        // As a keyword, because sea-query puts an expression in parentheses, which linters take
        // for one that is volatile.
        def.default(Expr::custom_keyword(Alias::new(default.sql())));
    }
    // sea-query lacks these, and its one `extra` stands after the other clauses, where the grammar
    // takes them as well. An identity would give the NOT NULL a name if that came behind it.
    let extra = [
        column.collate.as_ref().map(|collate| format!("collate \"{}\"", collate.value())),
        column.not_null_name.as_ref().map(|name| format!("constraint {} not null", name.quoted())),
        column.identity.as_ref().map(Identity::sql),
    ];
    let extra: Vec<String> = extra.into_iter().flatten().collect();
    if !extra.is_empty() {
        def.extra(extra.join(" "));
    }
    if let Some(generated) = &column.generated {
        def.generated(Expr::cust(generated.text.clone()), !column.is_virtual);
    }
    def
}

fn table_ref(table: &TableName) -> TableRef {
    (Alias::new(table.schema()), Alias::new(&table.name.text)).into()
}
