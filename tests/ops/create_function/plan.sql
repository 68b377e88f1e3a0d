-- m0002_change
-- after m0001_base

-- ==== expand =================================================================
-- Waits for nothing. A transaction takes all its locks first; if it does not get them within
-- 300ms, it lets clients pass and tries again. If it stops: each step is done wholly or not
-- at all, and the next run goes on.

-- create_function!(greeting(name: varchar(20), greeting: text default "Hello, ") returns text, language = sql, immutable, strict, parallel_safe, search_path = caller, body = "select greeting || name")

-- 1/3 a new function: nothing calls it yet
begin;
set local lock_timeout = '300ms';
create function "public"."greeting"("name" varchar(20), "greeting" text default 'Hello, ') returns text
  language "sql" immutable strict parallel safe
as $changeover$select greeting || name$changeover$;
commit;

-- create_function!(users_named(wanted: text) returns table(id: bigint, name: text), language = plpgsql, stable, security_definer, body = " begin return query select u.id, u.username from public.users u where u.username = wanted; end")

-- 2/3 a new function: nothing calls it yet
begin;
set local lock_timeout = '300ms';
create function "public"."users_named"("wanted" text) returns table ("id" bigint, "name" text)
  language "plpgsql" stable security definer
  set search_path = pg_catalog, pg_temp
as $changeover$
                begin
                    return query
                        select u.id, u.username from public.users u where u.username = wanted;
                end$changeover$;
-- it has its owner's rights, and PostgreSQL lets everybody call a new function
revoke execute on function "public"."users_named"(text) from public;
commit;

-- create_function!(name_of(wanted: bigint) returns text, language = sql, stable, search_path = "pg_catalog, public", body = "select username from users where id = wanted")

-- 3/3 a new function: nothing calls it yet
begin;
set local lock_timeout = '300ms';
create function "public"."name_of"("wanted" bigint) returns text
  language "sql" stable
  set search_path = pg_catalog, public, pg_temp
as $changeover$select username from users where id = wanted$changeover$;
commit;

-- ==== undo ===================================================================
-- Until a later migration has begun, `undo` takes the steps back, the last one first:

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: drop function "public"."name_of"(bigint);
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: drop function "public"."users_named"(text);
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: drop function "public"."greeting"(varchar, text);
-- undo: commit;
