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
-- undo: -- what was granted on the view goes with it
-- undo: select set_config('changeover.privileges_1', relacl::text, true)
-- undo: from pg_catalog.pg_class where oid = '"public"."members"'::regclass::oid;
-- undo: -- what was granted on the view goes with it
-- undo: select set_config('changeover.privileges_2', relacl::text, true)
-- undo: from pg_catalog.pg_class where oid = '"public"."initials"'::regclass::oid;
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."initials": blocks reads and writes until the commit, brief
-- undo: drop view "public"."initials";
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."members": blocks reads and writes until the commit, brief
-- undo: drop view "public"."members";
-- undo: create view "public"."members" as
-- undo: select id, username from users;
-- undo: create view "public"."initials" as
-- undo: select id, left(username, 1) as initial from members;
-- undo: -- grants again what was granted, by whichever means
-- undo: do $catalogs$
-- undo: declare
-- undo:   had record;
-- undo: begin
-- undo:   for had in
-- undo:     select privilege_type, is_grantable, nullif(grantee, 0)::regrole as role
-- undo:     from aclexplode(nullif(current_setting('changeover.privileges_1', true), '')::aclitem[])
-- undo:   loop
-- undo:     execute format('grant %s on %s to %s%s', had.privilege_type, $name$"public"."members"$name$,
-- undo:       coalesce(had.role::text, 'public'), case when had.is_grantable then ' with grant option' end);
-- undo:   end loop;
-- undo: end
-- undo: $catalogs$;
-- undo: -- grants again what was granted, by whichever means
-- undo: do $catalogs$
-- undo: declare
-- undo:   had record;
-- undo: begin
-- undo:   for had in
-- undo:     select privilege_type, is_grantable, nullif(grantee, 0)::regrole as role
-- undo:     from aclexplode(nullif(current_setting('changeover.privileges_2', true), '')::aclitem[])
-- undo:   loop
-- undo:     execute format('grant %s on %s to %s%s', had.privilege_type, $name$"public"."initials"$name$,
-- undo:       coalesce(had.role::text, 'public'), case when had.is_grantable then ' with grant option' end);
-- undo:   end loop;
-- undo: end
-- undo: $catalogs$;
-- undo: commit;
