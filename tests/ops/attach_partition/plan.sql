-- m0002_change
-- after m0001_base

-- ==== migrate ================================================================
-- Runs as soon as expand is done. Long, but what blocks reads or writes is brief.
-- If it stops: both shapes are in use and equal, and the next run goes on.

-- attach_partition!(legacy_events of events, from(0) to(1_000_000_000))
-- note: from the first step on the table takes no rows but those of its bound (23514)

-- 1/8 attaching would fail over such rows
-- stops the migration, with nothing locked, if rows are outside the bound
-- help: mend or delete them, or attach the table with another bound
select * from "public"."legacy_events" where not ("id" is not null and "id" >= 0 and "id" < 1000000000) limit 5;

-- 2/8 attaching would fail over such rows
-- stops the migration, with nothing locked, if rows belong to `legacy_events`
-- help: move them to the new partition's table before it is attached, or delete them
select * from "public"."events_rest" where "id" is not null and "id" >= 0 and "id" < 1000000000 limit 5;

-- 3/8 concurrently: attaching would build it under a lock that blocks
-- runs outside a transaction, and waits for every transaction that is older than it
-- if it stops: the invalid index is dropped concurrently and built again
set statement_timeout = 0;
set lock_timeout = '300s';
-- two scans; reads and writes go on
-- lock: SHARE UPDATE EXCLUSIVE on "public"."legacy_events": blocks neither reads nor writes, only vacuum and schema changes
create index concurrently "legacy_events_name_id_idx" on "public"."legacy_events" ("name", "id" desc) where id > 0;
reset lock_timeout;
reset statement_timeout;

-- 4/8 `legacy_events` takes no rows but those of its bound from now on
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."legacy_events": blocks reads and writes until the commit, brief
alter table "public"."legacy_events" add constraint "legacy_events_bound_16a1f7d1" check ("id" is not null and "id" >= 0 and "id" < 1000000000) not valid;
commit;

-- 5/8 reads every row, and blocks neither reads nor writes
begin;
set local lock_timeout = '300ms';
-- lock: SHARE UPDATE EXCLUSIVE on "public"."legacy_events": blocks neither reads nor writes, only vacuum and schema changes
alter table "public"."legacy_events" validate constraint "legacy_events_bound_16a1f7d1";
commit;

-- 6/8 `events_rest` takes no row of `legacy_events` from now on
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."events_rest": blocks reads and writes until the commit, brief
alter table "public"."events_rest" add constraint "events_rest_legacy_events_rest_74dfa609" check (not ("id" is not null and "id" >= 0 and "id" < 1000000000)) not valid;
commit;

-- 7/8 reads every row, and blocks neither reads nor writes
begin;
set local lock_timeout = '300ms';
-- lock: SHARE UPDATE EXCLUSIVE on "public"."events_rest": blocks neither reads nor writes, only vacuum and schema changes
alter table "public"."events_rest" validate constraint "events_rest_legacy_events_rest_74dfa609";
commit;

-- 8/8 its rows are seen through the table that it is a partition of; nothing is read
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- the tables that the foreign keys point at, before the one that has them
-- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
lock table "public"."customers" in access exclusive mode;
-- lock: SHARE UPDATE EXCLUSIVE on "public"."events": blocks neither reads nor writes, only vacuum and schema changes
-- lock: ACCESS EXCLUSIVE on "public"."legacy_events": blocks reads and writes until the commit, brief
-- lock: ACCESS EXCLUSIVE on "public"."events_rest": blocks reads and writes until the commit, brief
-- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
alter table "public"."events" attach partition "public"."legacy_events" for values from (0) to (1000000000);
-- the bound holds from now on
-- lock: ACCESS EXCLUSIVE on "public"."legacy_events": blocks reads and writes until the commit, brief
alter table "public"."legacy_events" drop constraint if exists "legacy_events_bound_16a1f7d1";
-- lock: ACCESS EXCLUSIVE on "public"."events_rest": blocks reads and writes until the commit, brief
alter table "public"."events_rest" drop constraint if exists "events_rest_legacy_events_rest_74dfa609";
commit;

-- ==== undo ===================================================================
-- Until a later migration has begun, `undo` takes the steps back, the last one first:

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- the tables that the foreign keys point at, before the one that has them
-- undo: -- lock: SHARE ROW EXCLUSIVE on "public"."customers": blocks writes until the commit, brief; reads go on
-- undo: lock table "public"."customers" in share row exclusive mode;
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."events": blocks reads and writes until the commit, brief
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."legacy_events": blocks reads and writes until the commit, brief
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."events_rest": blocks reads and writes until the commit, brief
-- undo: -- lock: SHARE ROW EXCLUSIVE on "public"."customers": blocks writes until the commit, brief; reads go on
-- undo: alter table "public"."events" detach partition "public"."legacy_events";
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."events_rest": blocks reads and writes until the commit, brief
-- undo: alter table "public"."events_rest" drop constraint if exists "events_rest_legacy_events_rest_74dfa609";
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."legacy_events": blocks reads and writes until the commit, brief
-- undo: alter table "public"."legacy_events" drop constraint if exists "legacy_events_bound_16a1f7d1";
-- undo: commit;

-- undo: set statement_timeout = 0;
-- undo: set lock_timeout = '300s';
-- undo: -- waits for transactions that use the index, and blocks none
-- undo: -- lock: SHARE UPDATE EXCLUSIVE on "public"."legacy_events": blocks neither reads nor writes, only vacuum and schema changes
-- undo: drop index concurrently if exists "public"."legacy_events_name_id_idx";
-- undo: reset lock_timeout;
-- undo: reset statement_timeout;
