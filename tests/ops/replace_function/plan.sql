-- m0002_change
-- after m0001_base

-- ==== expand =================================================================
-- Waits for nothing. A transaction takes all its locks first; if it does not get them within
-- 300ms, it lets clients pass and tries again. If it stops: each step is done wholly or not
-- at all, and the next run goes on.

-- replace_function!(name_of(wanted: bigint, prefix: text default "") returns text, language = plpgsql, stable, security_definer, body = "begin return (select concat(prefix, username) from public.users where id = wanted); end")
-- note: old builds run the new body too, from Expand on

-- 1/1 the same signature: what calls it runs the new body from the commit on
begin;
set local lock_timeout = '300ms';
create or replace function "public"."name_of"("wanted" bigint, "prefix" text default '') returns text
  language "plpgsql" stable security definer
  set search_path = pg_catalog, pg_temp
as $changeover$begin return (select concat(prefix, username) from public.users where id = wanted); end$changeover$;
commit;

-- ==== undo ===================================================================
-- Until a later migration has begun, `undo` takes the steps back, the last one first:

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: create or replace function "public"."name_of"("wanted" bigint, "prefix" text default '') returns text
-- undo:   language "sql" stable security definer
-- undo:   set search_path = pg_catalog, pg_temp
-- undo: as $changeover$select prefix || username from public.users where id = wanted$changeover$;
-- undo: commit;
