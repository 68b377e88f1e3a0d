//! Materialized views as SQL. Filling one takes as long as its query (catalog H2).

use crate::model::Kind;
use crate::model::Schema;
use crate::model::parts::definition::Definition;
use crate::model::parts::entity::Entity;
use crate::plan::objects::view;
use crate::plan::sql::index;
use crate::plan::{Dropped, ObjectKind};
use crate::plan::{Mode, NonTransactional, Statement, Work};
use crate::syntax::indexes::index::Index;
use crate::syntax::objects::view::MaterializedView;
use crate::syntax::words::name::TableName;

/// The materialized view as the model keeps it.
pub(crate) fn entity(of: &MaterializedView) -> Entity {
    let (query, columns) = (of.query.text.clone(), of.column_names());
    Entity {
        kind: Kind::MaterializedView,
        name: of.name.clone(),
        on: None,
        create: vec![create_sql(of)],
        definition: Definition::View { query, columns },
    }
}

/// Puts an index on a table, or on a materialized view.
pub(crate) fn put_index(schema: &mut Schema, on: &TableName, of: Index) {
    if !schema.is_materialized(on) {
        return schema.alter(on, |table| table.indexes.push(of));
    }
    let Some(name) = of.name.clone() else { return };
    let create = index::create(on, &of).into_iter().map(|statement| statement.sql);
    schema.put_entity(Entity {
        kind: Kind::Index,
        name: TableName { schema: on.schema.clone(), name },
        on: Some(on.clone()),
        create: create.collect(),
        definition: Definition::Index { written: of.to_string() },
    });
}

fn create_sql(of: &MaterializedView) -> String {
    let head = view::head(&of.name, &of.columns);
    format!("create materialized view {head} as\n{}", of.query.text)
}

pub(crate) fn create_empty(of: &MaterializedView) -> Vec<Statement> {
    let create = Statement::free(create_sql(of) + "\nwith no data");
    let mut statements = vec![create.brings(&of.name)];
    statements.extend(of.indexes.iter().flat_map(|index| index::create(&of.name, index)));
    statements
}

/// Fills one that is empty, so that nobody can read it yet.
pub(crate) fn fill(name: &TableName) -> Work {
    let sql = format!("refresh materialized view {}", name.quoted());
    let literal = name.quoted().replace('\'', "''");
    Work::NonTransactional(NonTransactional {
        statement: Statement::locking(sql, name, Mode::AccessExclusive)
            .reading_rows()
            .why("nobody can read it before this is done"),
        done: Some(format!(
            "select relispopulated from pg_catalog.pg_class where oid = '{literal}'::regclass::oid"
        )),
        mend: Vec::new(),
    })
}

/// Repeating it does no harm.
pub(crate) fn refresh(name: &TableName) -> Work {
    let sql = format!("refresh materialized view concurrently {}", name.quoted());
    let statement = Statement::locking(sql, name, Mode::Exclusive)
        .reading_rows()
        .why("as long as the query takes; another refresh, a vacuum and an analyze of it wait");
    Work::NonTransactional(NonTransactional { statement, done: None, mend: Vec::new() })
}

pub(crate) fn drop(name: &TableName) -> Statement {
    let sql = format!("drop materialized view {}", name.quoted());
    Statement::locking(sql, name, Mode::AccessExclusive)
        .drops(Dropped::object(ObjectKind::Relation, name.quoted()))
}
