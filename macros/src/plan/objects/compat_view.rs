//! A view that stands where a table was.

use crate::plan::Statement;
use crate::syntax::values::default::literal;
use crate::syntax::words::name::TableName;

/// Gives a view the table's owner and rights. Where it can, it asks for the rights of whoever uses
/// it (manual, CREATE VIEW, `security_invoker`), so that row-level security holds through it; such
/// a view asks for the rights on every column.
pub(crate) fn like_table(view: &TableName, table: &TableName) -> Statement {
    let (view, table) = (literal(&view.quoted()), literal(&table.quoted()));
    Statement::free(format!(
        r"do $catalogs$
declare
  old_name regclass := {view};
  renamed pg_class;
  given record;
begin
  select * into strict renamed from pg_class where oid = {table}::regclass;
  execute format('alter view %s owner to %s', old_name, renamed.relowner::regrole);
  if current_setting('server_version_num')::integer >= 150000
    and not exists (select from pg_attribute where attrelid = renamed.oid and attacl is not null)
  then
    execute format('alter view %s set (security_invoker = true)', old_name);
  elsif renamed.relrowsecurity then
    raise exception 'a view would pass the row-level security of % by', old_name
      using errcode = 'feature_not_supported',
      hint = 'it takes PostgreSQL 15, and no rights on single columns';
  end if;
  for given in
    select r.*, null as columns from aclexplode(renamed.relacl) r
    union all
    select r.*, format('(%I)', a.attname) from pg_attribute a, aclexplode(a.attacl) r
    where a.attrelid = renamed.oid
  loop
    execute format(
      'grant %s %s on %s to %s %s',
      given.privilege_type,
      given.columns,
      old_name,
      case given.grantee when 0 then 'public' else given.grantee::regrole::text end,
      case when given.is_grantable then 'with grant option' end
    );
  end loop;
end
$catalogs$"
    ))
    .of_catalogs()
}
