//! Policies and row-level security as SQL: locks that block everything, for an instant (catalog
//! I2).

use crate::model::Kind;
use crate::model::kinds::grant_text::roles;
use crate::model::parts::definition::Definition;
use crate::model::parts::entity::Entity;
use crate::plan::sql::ddl;
use crate::plan::{Dropped, ObjectKind};
use crate::plan::{Mode, Statement};
use crate::syntax::objects::policy::Policy;
use crate::syntax::words::name::TableName;

/// The policy as the model keeps it.
pub(crate) fn entity(policy: &Policy) -> Entity {
    Entity {
        kind: Kind::Policy,
        name: TableName { schema: None, name: policy.name.clone() },
        on: Some(policy.table.clone()),
        create: vec![create_sql(policy)],
        definition: Definition::Policy { is_permissive: policy.is_permissive() },
    }
}

fn create_sql(policy: &Policy) -> String {
    let (name, table) = (policy.name.quoted(), policy.table.quoted());
    let mut clauses = vec![format!("create policy {name} on {table}")];
    clauses.extend(policy.restrictive.then(|| " as restrictive".to_owned()));
    clauses.push(format!(" for {}", policy.command.word));
    if !policy.roles.is_empty() {
        clauses.push(format!(" to {}", roles(&policy.roles)));
    }
    for (word, expression) in [("using", &policy.using), ("with check", &policy.with_check)] {
        clauses.extend(expression.as_ref().map(|sql| format!("\n  {word} ({})", sql.text)));
    }
    clauses.concat()
}

pub(crate) fn create(entity: &Entity) -> Vec<Statement> {
    locking(entity, &entity.create)
}

pub(crate) fn drop(entity: &Entity) -> Vec<Statement> {
    let (Some(table), name) = (&entity.on, &entity.name.name) else { return Vec::new() };
    let sql = format!("drop policy {} on {}", name.quoted(), table.quoted());
    let dropped = Dropped::part(ObjectKind::Policy, table, &name.text);
    vec![Statement::locking(sql, table, Mode::AccessExclusive).drops(dropped)]
}

fn locking(entity: &Entity, statements: &[String]) -> Vec<Statement> {
    let Some(table) = &entity.on else { return Vec::new() };
    let name = &entity.name.name.text;
    let lock = |sql: &String| {
        Statement::locking(sql, table, Mode::AccessExclusive).changing_part(table, name)
    };
    statements.iter().map(lock).collect()
}

/// Row-level security of a table as the model keeps it.
pub(crate) fn security(table: &TableName, is_forced: bool) -> Entity {
    let create = enable(table, is_forced).into_iter().map(|statement| statement.sql).collect();
    Entity { create, ..Entity::assumed(Kind::RowSecurity, table, Some(table)) }
}

pub(crate) fn enable(table: &TableName, is_forced: bool) -> Vec<Statement> {
    let clauses = ["enable row level security", "force row level security"];
    alter(table, if is_forced { &clauses } else { &clauses[..1] })
}

pub(crate) fn disable(table: &TableName, was_forced: bool) -> Vec<Statement> {
    let clauses = ["no force row level security", "disable row level security"];
    alter(table, if was_forced { &clauses } else { &clauses[1..] })
}

fn alter(table: &TableName, clauses: &[&str]) -> Vec<Statement> {
    let alter = |clause: &&str| {
        ddl::alter(table, clause, Mode::AccessExclusive).changing_settings(table.quoted())
    };
    clauses.iter().map(alter).collect()
}
