-- m0002_change
-- after m0001_base

-- ==== expand =================================================================
-- Waits for nothing. A transaction takes all its locks first; if it does not get them within
-- 300ms, it lets clients pass and tries again. If it stops: each step is done wholly or not
-- at all, and the next run goes on.

-- grant!(select, insert, update, delete on users to pg_monitor)

-- 1/4 more rights for roles that are there; it locks no table
begin;
set local lock_timeout = '300ms';
grant select, insert, update, delete on table "public"."users" to "pg_monitor";
commit;

-- grant!(select(id, name) on plans to pg_monitor, public)

-- 2/4 more rights for roles that are there; it locks no table
begin;
set local lock_timeout = '300ms';
grant select ("id"), select ("name") on table "public"."plans" to "pg_monitor", public;
commit;

-- grant!(execute on function plan_of(bigint) to pg_monitor)

-- 3/4 more rights for roles that are there; it locks no table
begin;
set local lock_timeout = '300ms';
grant execute on function "public"."plan_of"(bigint) to "pg_monitor";
commit;

-- grant!(usage on schema public to pg_monitor)

-- 4/4 more rights for roles that are there; it locks no table
begin;
set local lock_timeout = '300ms';
grant usage on schema "public" to "pg_monitor";
commit;

-- ==== undo ===================================================================
-- Until a later migration has begun, `undo` takes the steps back, the last one first:

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: revoke usage on schema "public" from "pg_monitor";
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: revoke execute on function "public"."plan_of"(bigint) from "pg_monitor";
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: revoke select ("id"), select ("name") on table "public"."plans" from "pg_monitor";
-- undo: revoke select ("id"), select ("name") on table "public"."plans" from public;
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: revoke select, insert, update, delete on table "public"."users" from "pg_monitor";
-- undo: commit;
