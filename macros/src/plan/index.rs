//! Indexes as SQL: written here, because sea-query lacks most of what PostgreSQL's have.

use crate::plan::{Index, Mode, Statement};
use crate::syntax::index::{Index as Syntax, Key, KeyValue};
use crate::syntax::name::{Name, TableName};

/// An index that is built and dropped concurrently.
pub(crate) fn concurrent(table: &TableName, index: &Syntax) -> Index {
    Index {
        name: table.sibling(name(index)),
        table: table.quoted(),
        unique: index.unique,
        definition: definition(index),
        create: create_concurrently(table, index),
        drop: drop_concurrently(table, index),
    }
}

/// The index of a unique constraint or a primary key.
pub(crate) fn unique(table: &TableName, name: &Name, columns: &[Name]) -> Index {
    let key = |column: &Name| Key { value: KeyValue::Column(column.clone()), descending: false };
    let mut index = Syntax::of(columns.iter().map(key).collect(), name.span);
    index.unique = true;
    index.name = Some(name.clone());
    concurrent(table, &index)
}

/// An index on a table that is new and empty.
pub(crate) fn create(table: &TableName, index: &Syntax) -> Statement {
    Statement::free(create_sql(table, index, "index")).why("the table is new and empty")
}

fn create_concurrently(table: &TableName, index: &Syntax) -> Statement {
    let sql = create_sql(table, index, "index concurrently");
    Statement::locking(sql, table, Mode::ShareUpdateExclusive)
        .why("two scans; reads and writes go on")
}

fn drop_concurrently(table: &TableName, index: &Syntax) -> Statement {
    let sql = format!("drop index concurrently if exists {}", table.sibling(name(index)));
    Statement::locking(sql, table, Mode::ShareUpdateExclusive)
        .why("waits for transactions that use the index, and blocks none")
}

fn create_sql(table: &TableName, index: &Syntax, what: &str) -> String {
    let unique = if index.unique { "unique " } else { "" };
    let (name, on, definition) = (name(index), table.quoted(), definition(index));
    format!("create {unique}{what} \"{name}\" on {on} {definition}")
}

/// What follows `on <table>`.
fn definition(index: &Syntax) -> String {
    let keys: Vec<String> = index.keys.iter().map(key).collect();
    let mut clauses = Vec::new();
    clauses.extend(index.method.as_ref().map(|method| format!("using {method}")));
    clauses.push(format!("({})", keys.join(", ")));
    if !index.include.is_empty() {
        let columns: Vec<String> = index.include.iter().map(Name::quoted).collect();
        clauses.push(format!("include ({})", columns.join(", ")));
    }
    clauses.extend(index.predicate.as_ref().map(|sql| format!("where {}", sql.text)));
    clauses.join(" ")
}

fn key(key: &Key) -> String {
    let value = match &key.value {
        KeyValue::Column(name) => name.quoted(),
        KeyValue::Expression(sql) => format!("({})", sql.text),
    };
    value + if key.descending { " desc" } else { "" }
}

fn name(index: &Syntax) -> &str {
    index.name.as_ref().map_or("", |name| &name.text)
}
