//! What belongs to a table beside its columns and keys, and what reads it: kept as statements while it
//! has its name, and carried out once another table has that.

use crate::plan::{Mode, Statement};
use crate::syntax::values::default::literal;
use crate::syntax::words::name::TableName;

/// Keeps them, for as long as the transaction lasts. What reads the table has to be read anew before
/// that goes which reads it now, so it stands in a list of its own.
pub(super) fn keep(table: &TableName) -> Statement {
    let name = literal(&table.quoted());
    let sql = format!(
        "do $catalogs$
declare
  readers text;
  belongings text;
begin
  with t as (
  select *, {name}::text as name from pg_class where oid = {name}::regclass::oid
), given as (
  select x.*, '' as part from t, aclexplode(relacl) x
  union all
  select x.*, format(' (%I)', attname) from t join pg_attribute on attrelid = t.oid and not attisdropped,
    aclexplode(attacl) x
), reader as (
  select distinct d.classid, coalesce(w.ev_class, d.objid) as oid
  from t join pg_depend d on d.refclassid = 'pg_class'::regclass and d.refobjid = t.oid
  left join pg_rewrite w on d.classid = 'pg_rewrite'::regclass and w.oid = d.objid
), kept (reads, place, command) as (
{readers}
  union all
{belongings}
)
select coalesce(json_agg(command order by place, command) filter (where reads), '[]'),
    coalesce(json_agg(command order by place, command) filter (where not reads), '[]')
  into readers, belongings from kept;
  perform set_config('changeover.readers', readers, true),
    set_config('changeover.belongings', belongings, true);
end $catalogs$",
        readers = READERS.trim_end(),
        belongings = [RIGHTS, CODE, REPLICATION, WORDS].map(str::trim_end).join("\n  union all\n"),
    );
    Statement::locking(sql, table, Mode::AccessExclusive)
        .of_catalogs()
        .why("the owner, rights, policies, triggers, publications, comments; views and the rest that reads it: whatever was made outside a migration too")
}

/// The owner is among them: a sequence belongs to a table of its own owner.
const READERS: &str = "  select true, 1, format('alter table %s owner to %I', name, pg_get_userbyid(relowner))
  from t where relowner <> current_user::regrole
  union all
  select true, 2, format('alter sequence %s owned by %s.%I', d.objid::regclass, name, attname)
  from t join pg_depend d on d.refclassid = 'pg_class'::regclass and d.refobjid = t.oid and d.deptype = 'a'
  join pg_sequence s on d.classid = 'pg_class'::regclass and s.seqrelid = d.objid
  join pg_attribute on attrelid = t.oid and attnum = d.refobjsubid
  union all
  select true, 3, format('create or replace view %s%s as %s', v.oid::regclass,
    ' with (' || array_to_string(v.reloptions, ', ') || ')', pg_get_viewdef(v.oid))
  from reader join pg_class v on v.oid = reader.oid and v.relkind = 'v'
  where classid = 'pg_rewrite'::regclass
  union all
  select true, 4, pg_get_functiondef(oid) from reader where classid = 'pg_proc'::regclass
  union all
  select true, 5, format('alter policy %I on %s%s%s', polname, polrelid::regclass,
    ' using (' || pg_get_expr(polqual, polrelid) || ')',
    ' with check (' || pg_get_expr(polwithcheck, polrelid) || ')')
  from t, reader join pg_policy p on p.oid = reader.oid
  where classid = 'pg_policy'::regclass and polrelid <> t.oid
";

/// A new table has what the default privileges of its schema give.
const RIGHTS: &str = "  select false, 1, format('revoke all on table %s from %s', name, who)
  from t, (
    select case x.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(x.grantee)) end
    from t join pg_default_acl on defaclobjtype = 'r' and defaclnamespace in (0, relnamespace),
      aclexplode(defaclacl) x
    union
    select quote_ident(pg_get_userbyid(relowner)) from t where relacl is not null
  ) known (who)
  union all
  select false, 2, format('grant %s%s on table %s to %s%s', privilege_type, part, name,
    case grantee when 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end,
    case when is_grantable then ' with grant option' end)
  from t, given
  union all
  select false, 3, format('create policy %I on %s as %s for %s to %s%s%s', polname, name,
    case when polpermissive then 'permissive' else 'restrictive' end,
    case polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update'
      when 'd' then 'delete' else 'all' end,
    (select string_agg(case r when 0 then 'public' else quote_ident(pg_get_userbyid(r)) end, ', ')
      from unnest(polroles) r),
    ' using (' || pg_get_expr(polqual, polrelid) || ')',
    ' with check (' || pg_get_expr(polwithcheck, polrelid) || ')')
  from t join pg_policy on polrelid = t.oid
  union all
  select false, 4, format('alter table %s %s row level security', name, word)
  from t, lateral (values (relrowsecurity, 'enable'), (relforcerowsecurity, 'force')) w (is_on, word)
  where is_on
";

const CODE: &str = "  select false, 5, pg_get_triggerdef(g.oid)
  from t join pg_trigger g on tgrelid = t.oid where not tgisinternal
  union all
  select false, 6, format('alter table %s %s trigger %I', name, case tgenabled when 'D' then 'disable'
    when 'R' then 'enable replica' else 'enable always' end, tgname)
  from t join pg_trigger on tgrelid = t.oid where not tgisinternal and tgenabled <> 'O'
";

/// Before PostgreSQL 15 a publication has neither lists of columns nor conditions.
const REPLICATION: &str =
    "  select false, 7, format('alter publication %I add table %s%s%s', p.pubname, name,
    case when to_jsonb(r) ->> 'prattrs' is not null then
      (select format(' (%s)', string_agg(quote_ident(c), ', '))
      from jsonb_array_elements_text(to_jsonb(l) -> 'attnames') c) end,
    ' where (' || (to_jsonb(l) ->> 'rowfilter') || ')')
  from t join pg_publication_rel r on prrelid = t.oid join pg_publication p on p.oid = prpubid
  left join pg_publication_tables l on l.pubname = p.pubname
    and l.schemaname = relnamespace::regnamespace::name and l.tablename = relname
  union all
  select false, 7, format('alter table %s replica identity %s', name,
    case relreplident when 'f' then 'full' else 'nothing' end)
  from t where relreplident in ('f', 'n')
";

const WORDS: &str = "  select false, 8, format('alter table %s alter column %I set statistics %s', name, attname, attstattarget)
  from t join pg_attribute on attrelid = t.oid and not attisdropped where attstattarget >= 0 and attnum > 0
  union all
  select false, 8, format('alter table %s alter column %I set (%s)', name, attname,
    array_to_string(attoptions, ', '))
  from t join pg_attribute on attrelid = t.oid and not attisdropped where attoptions is not null
  union all
  select false, 9, format('comment on %s is %L', what, description)
  from t, lateral (
    select classoid, objoid, case when objsubid = 0 then format('table %s', name)
      else format('column %s.%I', name, attname) end, description
    from pg_description left join pg_attribute on attrelid = objoid and attnum = objsubid
    where classoid = 'pg_class'::regclass and objoid = t.oid
    union all
    select 'pg_class'::regclass, indexrelid, format('index %s', indexrelid::regclass),
      obj_description(indexrelid, 'pg_class') from pg_index where indrelid = t.oid
    union all
    select 'pg_constraint'::regclass, c.oid, format('constraint %I on %s', conname, name),
      obj_description(c.oid, 'pg_constraint') from pg_constraint c where conrelid = t.oid
    union all
    select 'pg_trigger'::regclass, g.oid, format('trigger %I on %s', tgname, name),
      obj_description(g.oid, 'pg_trigger') from pg_trigger g where tgrelid = t.oid
    union all
    select 'pg_policy'::regclass, p.oid, format('policy %I on %s', polname, name),
      obj_description(p.oid, 'pg_policy') from pg_policy p where polrelid = t.oid
  ) said (of, oid, what, description)
  where description is not null
";

/// Takes from a table what the one that has its name has from then on: a partition has none of it.
pub(super) fn clear(partition: &TableName) -> Statement {
    let name = literal(&partition.quoted());
    let sql = format!(
        "do $catalogs$
declare
  old regclass := {name};
  command text;
begin
  for command in
    select format('drop trigger %I on %s', tgname, old)
    from pg_trigger where tgrelid = old and not tgisinternal
    union all select format('drop policy %I on %s', polname, old) from pg_policy where polrelid = old
    union all select format('alter table %s disable row level security, no force row level security', old)
    from pg_class where oid = old and (relrowsecurity or relforcerowsecurity)
    union all select format('alter publication %I drop table %s', pubname, old)
    from pg_publication_rel join pg_publication p on p.oid = prpubid where prrelid = old
    union all select distinct format('revoke all on table %s from %s', old,
      case x.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(x.grantee)) end)
    from pg_class c, lateral (
      select grantee from aclexplode(c.relacl)
      union select y.grantee from pg_attribute, aclexplode(attacl) y where attrelid = c.oid
    ) x where c.oid = old and x.grantee <> c.relowner
    union all select format('comment on table %s is null', old)
    where obj_description(old, 'pg_class') is not null
    union all select format('comment on column %s.%I is null', old, attname)
    from pg_attribute where attrelid = old and attnum > 0 and col_description(old, attnum) is not null
    union all select format('comment on constraint %I on %s is null', conname, old)
    from pg_constraint c where conrelid = old and obj_description(c.oid, 'pg_constraint') is not null
    union all select format('comment on index %s is null', indexrelid::regclass)
    from pg_index where indrelid = old and obj_description(indexrelid, 'pg_class') is not null
  loop
    execute command;
  end loop;
end $catalogs$"
    );
    Statement::locking(sql, partition, Mode::AccessExclusive)
        .of_catalogs()
        .changing(partition.quoted())
        .why("clients reach its rows by the other table alone, and triggers for each row come back as it is attached")
}

/// Lets what reads a table read the one that has its name now.
pub(super) fn let_readers_follow(table: &TableName) -> Statement {
    carry_out(table, "readers").why("views, and functions and policies that name it: each goes by the table and not by its name")
}

/// Gives a table what was kept.
pub(super) fn give(table: &TableName) -> Statement {
    carry_out(table, "belongings").why("what was kept, for the table that has the name now")
}

fn carry_out(table: &TableName, what: &str) -> Statement {
    let sql = format!(
        "do $catalogs$
declare
  command text;
begin
  for command in select json_array_elements_text(current_setting('changeover.{what}')::json) loop
    execute command;
  end loop;
end $catalogs$"
    );
    Statement::locking(sql, table, Mode::AccessExclusive).of_catalogs().changing(table.quoted())
}
