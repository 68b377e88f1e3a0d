-- m0002_change
-- after m0001_base

-- ==== expand =================================================================
-- Waits for nothing. A transaction takes all its locks first; if it does not get them within
-- 300ms, it lets clients pass and tries again. If it stops: each step is done wholly or not
-- at all, and the next run goes on.

-- replace_view!(members, "select id, username, username as name from users where deleted_at is null")
-- note: a prepared `select *` or `returning *` fails once (0A000) when the column comes, and a
--   `copy` without a column list for good; name the columns instead

-- 1/2 columns at the end, which builds that name theirs do not see
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."members": blocks reads and writes until the commit, brief
create or replace view "public"."members" as
select id, username, username as name from users where deleted_at is null;
commit;

-- replace_view!(initials, "select id, left(name, 2) as initial from members")

-- 2/2 the same columns from another query; builds read it from the commit on
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."initials": blocks reads and writes until the commit, brief
create or replace view "public"."initials" as
select id, left(name, 2) as initial from members;
commit;

-- ==== undo ===================================================================
-- Until a later migration has begun, `undo` takes the steps back, the last one first:

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."initials": blocks reads and writes until the commit, brief
-- undo: create or replace view "public"."initials" as
-- undo: select id, left(username, 1) as initial from members;
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- the owner, what was granted on the view, and comments on it go with it
-- undo: select set_config('changeover.view_1', row_to_json(kept)::text, true)
-- undo: from (
-- undo:   select relowner::regrole::text as owner, relacl::text as acl, obj_description(oid, 'pg_class') as comment, (
-- undo:     select coalesce(json_agg(json_build_object(
-- undo:       'name', attname, 'acl', attacl::text, 'comment', col_description(attrelid, attnum))), '[]')
-- undo:     from pg_catalog.pg_attribute
-- undo:     where attrelid = c.oid and attnum > 0
-- undo:       and (attacl is not null or col_description(attrelid, attnum) is not null)
-- undo:   ) as columns
-- undo:   from pg_catalog.pg_class c where oid = '"public"."members"'::regclass::oid
-- undo: ) as kept;
-- undo: -- the owner, what was granted on the view, and comments on it go with it
-- undo: select set_config('changeover.view_2', row_to_json(kept)::text, true)
-- undo: from (
-- undo:   select relowner::regrole::text as owner, relacl::text as acl, obj_description(oid, 'pg_class') as comment, (
-- undo:     select coalesce(json_agg(json_build_object(
-- undo:       'name', attname, 'acl', attacl::text, 'comment', col_description(attrelid, attnum))), '[]')
-- undo:     from pg_catalog.pg_attribute
-- undo:     where attrelid = c.oid and attnum > 0
-- undo:       and (attacl is not null or col_description(attrelid, attnum) is not null)
-- undo:   ) as columns
-- undo:   from pg_catalog.pg_class c where oid = '"public"."initials"'::regclass::oid
-- undo: ) as kept;
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."initials": blocks reads and writes until the commit, brief
-- undo: drop view "public"."initials";
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."members": blocks reads and writes until the commit, brief
-- undo: drop view "public"."members";
-- undo: create view "public"."members" as
-- undo: select id, username from users;
-- undo: create view "public"."initials" as
-- undo: select id, left(username, 1) as initial from members;
-- undo: -- gives them back, by whichever means it had them; of the columns, to those that are left
-- undo: do $catalogs$
-- undo: declare
-- undo:   made regclass := '"public"."members"';
-- undo:   kept json := current_setting('changeover.view_1');
-- undo:   had record;
-- undo: begin
-- undo:   execute format('alter view %s owner to %s', made, kept ->> 'owner');
-- undo:   execute format('comment on view %s is %L', made, kept ->> 'comment');
-- undo:   for had in
-- undo:     select null as columns, r.* from aclexplode((kept ->> 'acl')::aclitem[]) r
-- undo:     union all
-- undo:     select format('(%I)', c.name), r.*
-- undo:     from json_to_recordset(kept -> 'columns') as c(name name, acl text), aclexplode(c.acl::aclitem[]) r
-- undo:     where exists (select from pg_attribute where attrelid = made::oid and attname = c.name)
-- undo:   loop
-- undo:     execute format('grant %s %s on %s to %s %s', had.privilege_type, had.columns, made,
-- undo:       case had.grantee when 0 then 'public' else had.grantee::regrole::text end,
-- undo:       case when had.is_grantable then 'with grant option' end);
-- undo:   end loop;
-- undo:   for had in
-- undo:     select c.* from json_to_recordset(kept -> 'columns') as c(name name, comment text)
-- undo:     where c.comment is not null
-- undo:       and exists (select from pg_attribute where attrelid = made::oid and attname = c.name)
-- undo:   loop
-- undo:     execute format('comment on column %s.%I is %L', made, had.name, had.comment);
-- undo:   end loop;
-- undo: end
-- undo: $catalogs$;
-- undo: -- gives them back, by whichever means it had them; of the columns, to those that are left
-- undo: do $catalogs$
-- undo: declare
-- undo:   made regclass := '"public"."initials"';
-- undo:   kept json := current_setting('changeover.view_2');
-- undo:   had record;
-- undo: begin
-- undo:   execute format('alter view %s owner to %s', made, kept ->> 'owner');
-- undo:   execute format('comment on view %s is %L', made, kept ->> 'comment');
-- undo:   for had in
-- undo:     select null as columns, r.* from aclexplode((kept ->> 'acl')::aclitem[]) r
-- undo:     union all
-- undo:     select format('(%I)', c.name), r.*
-- undo:     from json_to_recordset(kept -> 'columns') as c(name name, acl text), aclexplode(c.acl::aclitem[]) r
-- undo:     where exists (select from pg_attribute where attrelid = made::oid and attname = c.name)
-- undo:   loop
-- undo:     execute format('grant %s %s on %s to %s %s', had.privilege_type, had.columns, made,
-- undo:       case had.grantee when 0 then 'public' else had.grantee::regrole::text end,
-- undo:       case when had.is_grantable then 'with grant option' end);
-- undo:   end loop;
-- undo:   for had in
-- undo:     select c.* from json_to_recordset(kept -> 'columns') as c(name name, comment text)
-- undo:     where c.comment is not null
-- undo:       and exists (select from pg_attribute where attrelid = made::oid and attname = c.name)
-- undo:   loop
-- undo:     execute format('comment on column %s.%I is %L', made, had.name, had.comment);
-- undo:   end loop;
-- undo: end
-- undo: $catalogs$;
-- undo: commit;
