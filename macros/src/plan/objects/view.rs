//! Views as SQL. PostgreSQL replaces a view in its place only where columns are appended (catalog
//! H1); otherwise it is dropped and made again in one transaction, with what stands on it.

use crate::model::Kind;
use crate::model::parts::definition::Definition;
use crate::model::parts::entity::Entity;
use crate::plan::{Dropped, ObjectKind};
use crate::plan::{Mode, Statement};
use crate::syntax::objects::view::{CheckOption, View};
use crate::syntax::values::default::literal;
use crate::syntax::words::name::{Name, TableName};

/// The view as the model keeps it.
pub(crate) fn entity(view: &View) -> Entity {
    let (query, columns) = (view.query.text.clone(), view.column_names());
    Entity {
        kind: Kind::View,
        name: view.name.clone(),
        on: None,
        create: vec![create_sql(view)],
        definition: Definition::View { query, columns },
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
    let make = |sql: &String| Statement::free(sql).brings(&entity.name);
    entity.create.iter().map(make).collect()
}

/// Puts it in the place of one whose columns it begins with.
pub(crate) fn replace(entity: &Entity) -> Vec<Statement> {
    let replace = |sql: String| {
        let replace = Statement::locking(sql, &entity.name, Mode::AccessExclusive);
        replace.changing(entity.name.quoted())
    };
    entity.or_replace().into_iter().map(replace).collect()
}

pub(crate) fn drop(entity: &Entity) -> Statement {
    let sql = format!("drop {} {}", entity.kind, entity.name.quoted());
    Statement::locking(sql, &entity.name, Mode::AccessExclusive)
        .drops(Dropped::object(ObjectKind::Relation, entity.name.quoted()))
}

/// Drops a view and makes it again as `view`, with what stands on it (in the order of need), and
/// with what they have on this server beside their queries.
pub(crate) fn recreate(view: &Entity, over: &[Entity]) -> Vec<Statement> {
    let all: Vec<&Entity> = [view].into_iter().chain(over).collect();
    let views: Vec<&Entity> = all.iter().copied().filter(|item| item.kind == Kind::View).collect();
    let mut statements = Vec::new();
    for (at, view) in views.iter().enumerate() {
        statements.push(keep_belongings(view, at + 1));
    }
    statements.extend(views.iter().rev().map(|view| drop(view)));
    statements.extend(all.iter().flat_map(|item| create(item)));
    for (at, view) in views.iter().enumerate() {
        statements.push(restore_belongings(view, at + 1));
    }
    statements
}

pub(crate) fn keep_belongings(view: &Entity, number: usize) -> Statement {
    let name = literal(&view.name.quoted());
    Statement::free(format!(
        "select set_config('changeover.view_{number}', row_to_json(kept)::text, true)
from (
  select relowner::regrole::text as owner, relacl::text as acl, obj_description(oid, 'pg_class') as comment, (
    select coalesce(json_agg(json_build_object(
      'name', attname, 'acl', attacl::text, 'comment', col_description(attrelid, attnum))), '[]')
    from pg_catalog.pg_attribute
    where attrelid = c.oid and attnum > 0
      and (attacl is not null or col_description(attrelid, attnum) is not null)
  ) as columns
  from pg_catalog.pg_class c where oid = {name}::regclass::oid
) as kept"
    ))
    .why("the owner, what was granted on the view, and comments on it go with it")
}

pub(crate) fn restore_belongings(view: &Entity, number: usize) -> Statement {
    let name = literal(&view.name.quoted());
    Statement::free(format!(
        "do $catalogs$
declare
  made regclass := {name};
  kept json := current_setting('changeover.view_{number}');
  had record;
begin
  execute format('alter view %s owner to %s', made, kept ->> 'owner');
  execute format('comment on view %s is %L', made, kept ->> 'comment');
  for had in
    select null as columns, r.* from aclexplode((kept ->> 'acl')::aclitem[]) r
    union all
    select format('(%I)', c.name), r.*
    from json_to_recordset(kept -> 'columns') as c(name name, acl text), aclexplode(c.acl::aclitem[]) r
    where exists (select from pg_attribute where attrelid = made::oid and attname = c.name)
  loop
    execute format('grant %s %s on %s to %s %s', had.privilege_type, had.columns, made,
      case had.grantee when 0 then 'public' else had.grantee::regrole::text end,
      case when had.is_grantable then 'with grant option' end);
  end loop;
  for had in
    select c.* from json_to_recordset(kept -> 'columns') as c(name name, comment text)
    where c.comment is not null
      and exists (select from pg_attribute where attrelid = made::oid and attname = c.name)
  loop
    execute format('comment on column %s.%I is %L', made, had.name, had.comment);
  end loop;
end
$catalogs$"
    ))
    .of_catalogs().why("gives them back, by whichever means it had them; of the columns, to those that are left")
}
