-- m0002_change
-- after m0001_base

-- ==== expand =================================================================
-- Waits for nothing. A transaction takes all its locks first; if it does not get them within
-- 300ms, it lets clients pass and tries again. If it stops: each step is done wholly or not
-- at all, and the next run goes on.

-- set_replica_identity!(drafts, nothing)
-- note: while the table is published for them, updates and deletes fail (55000)

-- 1/1 what is written from now on tells subscribers the row by it; no row is read
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."drafts": blocks reads and writes until the commit, brief
alter table "public"."drafts" replica identity nothing;
commit;

-- ==== migrate ================================================================
-- Runs as soon as expand is done. Long, but what blocks reads or writes is brief.
-- If it stops: both shapes are in use and equal, and the next run goes on.

-- set_replica_identity!(users, index = users_number_key)

-- 1/4 what is written from now on tells subscribers the row by it; no row is read
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" replica identity using index "users_number_key";
commit;

-- add_index!(visits(id), unique, name = visits_by_id)
-- note: fails if two rows are equal, and from its second scan on refuses writes that would be

-- 2/4 finds rows that would fail, before anything is built
-- stops the migration, with nothing locked, if rows share their key in `visits_by_id` with another row
-- help: make them differ, or delete all but one
select * from "public"."visits" where (tableoid, ctid) in (select tableoid, ctid from (select tableoid, ctid, count(*) over (partition by "id") as rows from "public"."visits" where pg_catalog.num_nulls("id") = 0) as counted where rows > 1) limit 5;

-- 3/4 concurrently: reads and writes go on; a build that fails is dropped and repeated
-- runs outside a transaction, and waits for every transaction that is older than it
-- if it stops: the invalid index is dropped concurrently and built again
set statement_timeout = 0;
set lock_timeout = '300s';
-- two scans; reads and writes go on
-- lock: SHARE UPDATE EXCLUSIVE on "public"."visits": blocks neither reads nor writes, only vacuum and schema changes
create unique index concurrently "visits_by_id" on "public"."visits" ("id");
reset lock_timeout;
reset statement_timeout;

-- set_replica_identity!(visits, index = visits_by_id)

-- 4/4 what is written from now on tells subscribers the row by it; no row is read
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."visits": blocks reads and writes until the commit, brief
alter table "public"."visits" replica identity using index "visits_by_id";
commit;

-- ==== undo ===================================================================
-- Until a later migration has begun, `undo` takes the steps back, the last one first:

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."visits": blocks reads and writes until the commit, brief
-- undo: alter table "public"."visits" replica identity full;
-- undo: commit;

-- undo: set statement_timeout = 0;
-- undo: set lock_timeout = '300s';
-- undo: -- waits for transactions that use the index, and blocks none
-- undo: -- lock: SHARE UPDATE EXCLUSIVE on "public"."visits": blocks neither reads nor writes, only vacuum and schema changes
-- undo: drop index concurrently if exists "public"."visits_by_id";
-- undo: reset lock_timeout;
-- undo: reset statement_timeout;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: alter table "public"."users" replica identity default;
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."drafts": blocks reads and writes until the commit, brief
-- undo: alter table "public"."drafts" replica identity default;
-- undo: commit;
