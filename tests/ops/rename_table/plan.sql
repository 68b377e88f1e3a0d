-- m0002_change
-- after m0001_base

-- ==== expand =================================================================
-- Waits for nothing. A transaction takes all its locks first; if it does not get them within
-- 300ms, it lets clients pass and tries again. If it stops: each step is done wholly or not
-- at all, and the next run goes on.

-- rename_table!(users => "Account's")
-- note: until the contract the old name is a view: `copy`, `truncate`, `on conflict on
--   constraint`, `tablesample`, `where current of`, `ctid`, `xmin` and other system columns,
--   `group by` that relies on the primary key and (before 17) `merge` fail on it, a foreign key
--   cannot point at it, and it does not show columns that come later
-- note: a subscriber of logical replication looks the table up by its new name at once

-- 1/1 both names work: old builds read and write through the view
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
lock table "public"."users" in access exclusive mode;
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- lock: ACCESS EXCLUSIVE on "public"."Account's": blocks reads and writes until the commit, brief
alter table "public"."users" rename to "Account's";
-- from PostgreSQL 18 on a NOT NULL is named after its table
-- lock: ACCESS EXCLUSIVE on "public"."Account's": blocks reads and writes until the commit, brief
select changeover.name_not_nulls('"public"."Account''s"', 'users');
create view "public"."users" as
  select * from "public"."Account's";
-- whoever may use the table may use the view
do $catalogs$
declare
  old_name regclass := '"public"."users"';
  renamed pg_class;
  given record;
begin
  select * into strict renamed from pg_class where oid = '"public"."Account''s"'::regclass;
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
$catalogs$;
commit;

-- ==== contract ===============================================================
-- Waits for a later migration that says `contract!(m0002_change)`,
-- and for a run of `contract()` once no older build is live.
-- Cannot be undone: what it drops is gone. If it stops: the next run goes on.

-- rename_table!(users => "Account's")

-- 1/2 no build names `users` any more
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- locks the view alone
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
drop view "public"."users";
commit;

-- 2/2 as PostgreSQL would have named it under the table's new name; waits for transactions that
--   hold numbers of it, and keeps others waiting until its commit, which is at once
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."users_id_seq": blocks reads and writes until the commit, brief
alter sequence if exists "public"."users_id_seq" rename to "Account's_id_seq";
commit;

-- ==== undo ===================================================================
-- Until its contract or a later migration has begun, `undo` takes the steps back, the last one first:

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- the view and its table, in the order in which a client locks them
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."Account's": blocks reads and writes until the commit, brief
-- undo: lock table "public"."users" in access exclusive mode;
-- undo: drop view "public"."users";
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."Account's": blocks reads and writes until the commit, brief
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: alter table "public"."Account's" rename to "users";
-- undo: -- from PostgreSQL 18 on a NOT NULL is named after its table
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: select changeover.name_not_nulls('"public"."users"', 'Account''s');
-- undo: commit;
