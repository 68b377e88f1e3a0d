//! Views as SQL. PostgreSQL replaces a view in its place only where columns are appended (catalog
//! H1); otherwise it is dropped and made again in one transaction, with what stands on it.

use crate::model::entity::{Entity, Kind};
use crate::plan::dropped::{Dropped, ObjectKind};
use crate::plan::{Mode, Statement};
use crate::syntax::name::{Name, TableName};
use crate::syntax::view::{CheckOption, View};

/// The view as the model keeps it.
pub(crate) fn entity(view: &View) -> Entity {
    let parts = [view.query.text.clone()].into_iter().chain(view.column_names());
    Entity {
        kind: Kind::View,
        name: view.name.clone(),
        on: None,
        create: vec![create_sql(view)],
        parts: parts.collect(),
    }
}

fn create_sql(view: &View) -> String {
    let flags = [
        (view.security_barrier, "security_barrier = true"),
        (view.security_invoker, "security_invoker = true"),
    ];
    let set: Vec<&str> = flags.iter().filter(|(on, _)| *on).map(|(_, text)| *text).collect();
    let with = if set.is_empty() { String::new() } else { format!(" with ({})", set.join(", ")) };
    let check = match view.check_option {
        None => "",
        Some(CheckOption::Local) => "\nwith local check option",
        Some(CheckOption::Cascaded) => "\nwith cascaded check option",
    };
    let (head, query) = (head(&view.name, &view.columns), &view.query.text);
    format!("create view {head}{with} as\n{query}{check}")
}

/// A view's name, and its columns' where they are listed.
pub(crate) fn head(name: &TableName, columns: &[Name]) -> String {
    let columns: Vec<String> = columns.iter().map(Name::quoted).collect();
    let list =
        if columns.is_empty() { String::new() } else { format!(" ({})", columns.join(", ")) };
    name.quoted() + &list
}

/// Makes it; no client uses it yet.
pub(crate) fn create(entity: &Entity) -> Vec<Statement> {
    entity.create.iter().map(Statement::free).collect()
}

/// Puts it in the place of one whose columns it begins with.
pub(crate) fn replace(entity: &Entity) -> Vec<Statement> {
    let lock = |sql: String| Statement::locking(sql, &entity.name, Mode::AccessExclusive);
    entity.or_replace().into_iter().map(lock).collect()
}

pub(crate) fn drop(entity: &Entity) -> Statement {
    let sql = format!("drop {} {}", entity.kind, entity.name.quoted());
    Statement::locking(sql, &entity.name, Mode::AccessExclusive)
        .drops(Dropped::object(ObjectKind::Relation, entity.name.quoted()))
}

/// Drops a view and makes it again as `view`, with what stands on it (in the order of need), and
/// with the privileges that they have on this server.
pub(crate) fn recreate(view: &Entity, over: &[Entity]) -> Vec<Statement> {
    let all: Vec<&Entity> = [view].into_iter().chain(over).collect();
    let views: Vec<&Entity> = all.iter().copied().filter(|item| item.kind == Kind::View).collect();
    let mut statements = Vec::new();
    for (at, view) in views.iter().enumerate() {
        statements.push(keep_privileges(view, at + 1));
    }
    statements.extend(views.iter().rev().map(|view| drop(view)));
    statements.extend(all.iter().flat_map(|item| create(item)));
    for (at, view) in views.iter().enumerate() {
        statements.push(restore_privileges(view, at + 1));
    }
    statements
}

pub(crate) fn keep_privileges(view: &Entity, number: usize) -> Statement {
    let name = view.name.quoted().replace('\'', "''");
    Statement::free(format!(
        "select set_config('changeover.privileges_{number}', relacl::text, true)\n\
         from pg_catalog.pg_class where oid = '{name}'::regclass::oid"
    ))
    .why("what was granted on the view goes with it")
}

pub(crate) fn restore_privileges(view: &Entity, number: usize) -> Statement {
    let name = view.name.quoted();
    Statement::free(format!(
        "do $catalogs$
declare
  had record;
begin
  for had in
    select privilege_type, is_grantable, nullif(grantee, 0)::regrole as role
    from aclexplode(nullif(current_setting('changeover.privileges_{number}', true), '')::aclitem[])
  loop
    execute format('grant %s on %s to %s%s', had.privilege_type, $name${name}$name$,
      coalesce(had.role::text, 'public'), case when had.is_grantable then ' with grant option' end);
  end loop;
end
$catalogs$"
    ))
    .why("grants again what was granted, by whichever means")
}
