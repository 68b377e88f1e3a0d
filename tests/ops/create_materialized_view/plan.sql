-- m0002_change
-- after m0001_base

-- ==== expand =================================================================
-- Waits for nothing. A transaction takes all its locks first; if it does not get them within
-- 300ms, it lets clients pass and tries again. If it stops: each step is done wholly or not
-- at all, and the next run goes on.

-- create_materialized_view!(lengths(length, users), "select length(username), count(*) from users where id <= 2000 group by 1", unique(length, name = lengths_key), index((users desc), include(length)))

-- 1/1 made empty at once; no client uses it yet
begin;
set local lock_timeout = '300ms';
create materialized view "public"."lengths" ("length", "users") as
select length(username), count(*) from users where id <= 2000 group by 1
with no data;
-- the table is new and empty
create unique index "lengths_key" on "public"."lengths" ("length");
-- the table is new and empty
create index "lengths_users_length_idx" on "public"."lengths" ("users" desc) include ("length");
commit;

-- ==== migrate ================================================================
-- Runs as soon as expand is done. Long, but what blocks reads or writes is brief.
-- If it stops: both shapes are in use and equal, and the next run goes on.

-- create_materialized_view!(lengths(length, users), "select length(username), count(*) from users where id <= 2000 group by 1", unique(length, name = lengths_key), index((users desc), include(length)))

-- 1/1 runs the query, which may take long, and blocks neither reads nor writes of the tables
--   that it reads
-- runs outside a transaction
-- is done, and not repeated, once this is true:
-- select relispopulated from pg_catalog.pg_class where oid = '"public"."lengths"'::regclass::oid
set statement_timeout = 0;
set lock_timeout = '300ms';
-- nobody can read it before this is done
-- lock: ACCESS EXCLUSIVE on "public"."lengths": blocks reads and writes until it ends
refresh materialized view "public"."lengths";
reset lock_timeout;
reset statement_timeout;

-- ==== undo ===================================================================
-- Until a later migration has begun, `undo` takes the steps back, the last one first:

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."lengths": blocks reads and writes until the commit, brief
-- undo: drop materialized view "public"."lengths";
-- undo: commit;
