//! Materialized views as SQL. Filling one takes as long as its query (catalog H2).

use crate::model::entity::{Entity, Kind};
use crate::model::names;
use crate::plan::dropped::{Dropped, ObjectKind};
use crate::plan::{Alone, Mode, Statement, Work, index, view};
use crate::syntax::index::Index;
use crate::syntax::key::{Key, KeyValue};
use crate::syntax::name::{Name, TableName};
use crate::syntax::view::MaterializedView;

/// The materialized view as the model keeps it.
pub(crate) fn entity(of: &MaterializedView) -> Entity {
    let index = unique_index(of).into_iter().map(|statement| statement.sql);
    let parts = [of.query.text.clone()].into_iter().chain(of.column_names());
    Entity {
        kind: Kind::MaterializedView,
        name: of.name.clone(),
        on: None,
        create: [create_sql(of)].into_iter().chain(index).collect(),
        parts: parts.collect(),
    }
}

fn create_sql(of: &MaterializedView) -> String {
    let head = view::head(&of.name, &of.columns);
    format!("create materialized view {head} as\n{}", of.query.text)
}

fn unique_index(of: &MaterializedView) -> Vec<Statement> {
    let key = |name: &Name| Key::of(KeyValue::Column(name.clone()));
    let mut unique = Index::of(of.unique.iter().map(key).collect(), of.name.span());
    unique.unique = true;
    unique.name = Some(Name::new(names::index(&of.name, &unique)));
    index::create(&of.name, &unique)
}

pub(crate) fn create_empty(of: &MaterializedView) -> Vec<Statement> {
    let mut statements = vec![Statement::free(create_sql(of) + "\nwith no data")];
    statements.extend(unique_index(of));
    statements
}

/// Fills one that is empty, so that nobody can read it yet.
pub(crate) fn fill(name: &TableName) -> Work {
    let sql = format!("refresh materialized view {}", name.quoted());
    let literal = name.quoted().replace('\'', "''");
    Work::Alone(Alone {
        statement: Statement::locking(sql, name, Mode::AccessExclusive)
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
        .why("as long as the query takes; another refresh, a vacuum and an analyze of it wait");
    Work::Alone(Alone { statement, done: None, mend: Vec::new() })
}

pub(crate) fn drop(name: &TableName) -> Statement {
    let sql = format!("drop materialized view {}", name.quoted());
    Statement::locking(sql, name, Mode::AccessExclusive)
        .drops(Dropped::object(ObjectKind::Relation, name.quoted()))
}
