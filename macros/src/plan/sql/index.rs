//! Indexes as SQL: written here, because sea-query lacks most of what PostgreSQL's have.

use crate::plan::sql::version;
use crate::plan::{Dropped, ObjectKind};
use crate::plan::{Index, Mode, Statement};
use crate::syntax::indexes::index::Index as Syntax;
use crate::syntax::indexes::key::{Key, KeyValue};
use crate::syntax::words::name::{Name, TableName};

/// An index that is built and dropped concurrently.
pub(crate) fn concurrent(table: &TableName, index: &Syntax) -> Index {
    Index {
        name: table.sibling(name(index)),
        table: table.quoted(),
        unique: index.unique,
        definition: definition(index),
        create: create_concurrently(table, index),
        drop: drop_concurrently(table, index),
        analyze: analyze(table, index),
    }
}

/// An index on an expression has statistics of its own, which a list of columns would leave out.
fn analyze(table: &TableName, index: &Syntax) -> Option<Statement> {
    let is_expression = |key: &Key| matches!(key.value, KeyValue::Expression(_));
    index.keys.iter().any(is_expression).then(|| {
        let sql = format!("analyze {}", table.quoted());
        Statement::locking(sql, table, Mode::ShareUpdateExclusive)
            .why("until then the planner guesses what the expression gives; reads a sample of rows")
    })
}

/// An index on a table that is new and empty.
pub(crate) fn create(table: &TableName, index: &Syntax) -> Vec<Statement> {
    let create = Statement::free(create_sql(table, index, "index"));
    let create = create.changing_part(table, name(index));
    requirement(index).into_iter().chain([create.why("the table is new and empty")]).collect()
}

/// An index that is built while writes wait.
pub(crate) fn create_blocking(table: &TableName, index: &Syntax) -> Vec<Statement> {
    let create =
        Statement::locking(create_sql(table, index, "index"), table, Mode::Share).reading_rows();
    requirement(index).into_iter().chain([create.changing_part(table, name(index))]).collect()
}

/// Drops an index while reads and writes wait.
pub(crate) fn drop_blocking(table: &TableName, index: &Syntax) -> Statement {
    let name = table.sibling(name(index));
    let dropped = Dropped::object(ObjectKind::Relation, name.clone());
    Statement::locking(format!("drop index {name}"), table, Mode::AccessExclusive).drops(dropped)
}

/// Catalog C1.
pub(crate) const UNIQUE_NOTE: &str = "fails if two rows are equal, and from its second scan on \
    refuses writes that would be";

/// Returns what only some servers can build.
pub(crate) fn requirement(index: &Syntax) -> Option<Statement> {
    index.nulls_not_distinct.then(|| version::require(15, "`nulls not distinct`"))
}

fn create_concurrently(table: &TableName, index: &Syntax) -> Statement {
    let sql = create_sql(table, index, "index concurrently");
    Statement::locking(sql, table, Mode::ShareUpdateExclusive)
        .changing_part(table, name(index))
        .reading_rows()
        .why("two scans; reads and writes go on")
}

fn drop_concurrently(table: &TableName, index: &Syntax) -> Statement {
    let name = table.sibling(name(index));
    let sql = format!("drop index concurrently if exists {name}");
    Statement::locking(sql, table, Mode::ShareUpdateExclusive)
        .drops_if_there(Dropped::object(ObjectKind::Relation, name))
        .why("waits for transactions that use the index, and blocks none")
}

fn create_sql(table: &TableName, index: &Syntax, what: &str) -> String {
    let unique = if index.unique { "unique " } else { "" };
    let (name, on, definition) = (name(index), table.quoted(), definition(index));
    format!("create {unique}{what} \"{name}\" on {on} {definition}")
}

/// Returns what follows `on <table>`, in the order of the manual's CREATE INDEX.
fn definition(index: &Syntax) -> String {
    let keys: Vec<String> = index.keys.iter().map(Key::sql).collect();
    let mut clauses = Vec::new();
    clauses.extend(index.method.as_ref().map(|method| format!("using {method}")));
    clauses.push(format!("({})", keys.join(", ")));
    if !index.include.is_empty() {
        let columns: Vec<String> = index.include.iter().map(Name::quoted).collect();
        clauses.push(format!("include ({})", columns.join(", ")));
    }
    clauses.extend(index.nulls_not_distinct.then(|| "nulls not distinct".to_owned()));
    if !index.parameters.is_empty() {
        clauses.push(format!("with ({})", index.parameters.sql()));
    }
    let tablespace = index.tablespace.as_ref();
    clauses.extend(tablespace.map(|name| format!("tablespace {}", name.quoted())));
    clauses.extend(index.predicate.as_ref().map(|sql| format!("where {}", sql.text)));
    clauses.join(" ")
}

fn name(index: &Syntax) -> &str {
    index.name.as_ref().map_or("", |name| &name.text)
}
