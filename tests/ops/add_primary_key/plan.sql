-- m0002_change
-- after m0001_base

-- ==== migrate ================================================================
-- Runs as soon as expand is done. Long, but what blocks reads or writes is brief.
-- If it stops: both shapes are in use and equal, and the next run goes on.

-- add_primary_key!(events(region, id), include(note))
-- note: from the start of migrate on, a write of a null, or of a `region, id` that another row
--   has, fails (23502, 23505), by old builds too

-- 1/7 finds rows that would fail, before anything is locked
-- stops the migration, with nothing locked, if rows have no `id`
-- help: mend these rows, and the builds that write such
select * from "public"."events" where "id" is null limit 5;

-- 2/7 finds rows that would fail, before anything is locked
-- stops the migration, with nothing locked, if rows share their `region, id` with another row
-- help: mend these rows, and the builds that write such
select * from "public"."events" where (tableoid, ctid) in (select tableoid, ctid from (select tableoid, ctid, count(*) over (partition by "region", "id") as rows from "public"."events" where pg_catalog.num_nulls("region", "id") = 0) as counted where rows > 1) limit 5;

-- 3/7 new rows must have `id`; old ones are not read yet
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."events": blocks reads and writes until the commit, brief
alter table "public"."events" add constraint "events_id_not_null_e6d69bbe" check ("id" is not null) not valid;
commit;

-- 4/7 reads every row of `events`, in a transaction of its own because a scan under the lock of
--   the step before would block
begin;
set local lock_timeout = '300ms';
-- lock: SHARE UPDATE EXCLUSIVE on "public"."events": blocks neither reads nor writes, only vacuum and schema changes
alter table "public"."events" validate constraint "events_id_not_null_e6d69bbe";
commit;

-- 5/7 the valid check proves it, so that no row is read under the lock
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."events": blocks reads and writes until the commit, brief
alter table "public"."events" alter column "id" set not null;
-- two statements: one `alter table` with both would scan
-- lock: ACCESS EXCLUSIVE on "public"."events": blocks reads and writes until the commit, brief
alter table "public"."events" drop constraint if exists "events_id_not_null_e6d69bbe";
commit;

-- 6/7 concurrently: reads and writes go on
-- runs outside a transaction, and waits for every transaction that is older than it
-- if it stops: the invalid index is dropped concurrently and built again
set statement_timeout = 0;
set lock_timeout = '300s';
-- two scans; reads and writes go on
-- lock: SHARE UPDATE EXCLUSIVE on "public"."events": blocks neither reads nor writes, only vacuum and schema changes
create unique index concurrently "events_pkey" on "public"."events" ("region", "id") include ("note");
reset lock_timeout;
reset statement_timeout;

-- 7/7 the index is there already and becomes the constraint's
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."events": blocks reads and writes until the commit, brief
alter table "public"."events" add constraint "events_pkey" primary key using index "events_pkey";
commit;

-- ==== undo ===================================================================
-- Until a later migration has begun, `undo` takes the steps back, the last one first:

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."events": blocks reads and writes until the commit, brief
-- undo: alter table "public"."events" drop constraint if exists "events_pkey";
-- undo: commit;

-- undo: set statement_timeout = 0;
-- undo: set lock_timeout = '300s';
-- undo: -- waits for transactions that use the index, and blocks none
-- undo: -- lock: SHARE UPDATE EXCLUSIVE on "public"."events": blocks neither reads nor writes, only vacuum and schema changes
-- undo: drop index concurrently if exists "public"."events_pkey";
-- undo: reset lock_timeout;
-- undo: reset statement_timeout;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."events": blocks reads and writes until the commit, brief
-- undo: alter table "public"."events" alter column "id" drop not null;
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."events": blocks reads and writes until the commit, brief
-- undo: alter table "public"."events" drop constraint if exists "events_id_not_null_e6d69bbe";
-- undo: commit;
