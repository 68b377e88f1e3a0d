-- m0002_change
-- after m0001_base

-- ==== expand =================================================================
-- Waits for nothing. A transaction takes all its locks first; if it does not get them within
-- 300ms, it lets clients pass and tries again. If it stops: each step is done wholly or not
-- at all, and the next run goes on.

-- create_partition!(shares_eu of shares, in ("de", "it's", null))

-- 1/5 blocks neither reads nor writes of the table that it is a partition of
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- `create table … partition of` would lock reads and writes out
create table "public"."shares_eu" (
  like "public"."shares" including all
    excluding comments excluding identity excluding statistics
);
-- lock: SHARE UPDATE EXCLUSIVE on "public"."shares": blocks neither reads nor writes, only vacuum and schema changes
-- lock: ACCESS EXCLUSIVE on "public"."shares_eu": blocks reads and writes until the commit, brief
alter table "public"."shares" attach partition "public"."shares_eu" for values in ('de', 'it''s', null);
commit;

-- create_partition!(shares_rest of shares, default)

-- 2/5 blocks neither reads nor writes of the table that it is a partition of
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- `create table … partition of` would lock reads and writes out
create table "public"."shares_rest" (
  like "public"."shares" including all
    excluding comments excluding identity excluding statistics
);
-- lock: SHARE UPDATE EXCLUSIVE on "public"."shares": blocks neither reads nor writes, only vacuum and schema changes
-- lock: ACCESS EXCLUSIVE on "public"."shares_rest": blocks reads and writes until the commit, brief
alter table "public"."shares" attach partition "public"."shares_rest" default;
commit;

-- create_partition!(parts_0 of parts, modulus(2) remainder(0))

-- 3/5 blocks neither reads nor writes of the table that it is a partition of
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- `create table … partition of` would lock reads and writes out
create table "public"."parts_0" (
  like "public"."parts" including all
    excluding comments excluding identity excluding statistics
);
-- lock: SHARE UPDATE EXCLUSIVE on "public"."parts": blocks neither reads nor writes, only vacuum and schema changes
-- lock: ACCESS EXCLUSIVE on "public"."parts_0": blocks reads and writes until the commit, brief
alter table "public"."parts" attach partition "public"."parts_0" for values with (modulus 2, remainder 0);
commit;

-- create_table!(visits { at: date, partition_by(range(at)) })

-- 4/5 a new table, with all that belongs to it
begin;
set local lock_timeout = '300ms';
-- a new table: no client uses it yet
create table "public"."visits" (
  "at" date
) partition by range ("at");
commit;

-- create_partition!(visits_1 of visits, from("2020-01-01") to(maxvalue))

-- 5/5 blocks neither reads nor writes of the table that it is a partition of
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- `create table … partition of` would lock reads and writes out
create table "public"."visits_1" (
  like "public"."visits" including all
    excluding comments excluding identity excluding statistics
);
-- lock: SHARE UPDATE EXCLUSIVE on "public"."visits": blocks neither reads nor writes, only vacuum and schema changes
-- lock: ACCESS EXCLUSIVE on "public"."visits_1": blocks reads and writes until the commit, brief
alter table "public"."visits" attach partition "public"."visits_1" for values from ('2020-01-01') to (maxvalue);
commit;

-- ==== migrate ================================================================
-- Runs as soon as expand is done. Long, but what blocks reads or writes is brief.
-- If it stops: both shapes are in use and equal, and the next run goes on.

-- create_partition!(events_old of events, from(minvalue) to(0))
-- note: until it is there, rows that belong to the new partition are refused (23514): without
--   that, the partition of the rest would be read under a lock that blocks

-- 1/8 attaching would fail over such rows
-- stops the migration, with nothing locked, if rows belong to `events_old`
-- help: move them to the new partition's table before it is attached, or delete them
select * from "public"."events_rest" where "id" is not null and "id" < 0 limit 5;

-- 2/8 `events_rest` takes no row of `events_old` from now on
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."events_rest": blocks reads and writes until the commit, brief
alter table "public"."events_rest" add constraint "events_rest_events_old_rest_9a442d8f" check (not ("id" is not null and "id" < 0)) not valid;
commit;

-- 3/8 reads every row, and blocks neither reads nor writes
begin;
set local lock_timeout = '300ms';
-- lock: SHARE UPDATE EXCLUSIVE on "public"."events_rest": blocks neither reads nor writes, only vacuum and schema changes
alter table "public"."events_rest" validate constraint "events_rest_events_old_rest_9a442d8f";
commit;

-- 4/8 blocks neither reads nor writes of the table that it is a partition of
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- `create table … partition of` would lock reads and writes out
create table "public"."events_old" (
  like "public"."events" including all
    excluding comments excluding identity excluding statistics
);
-- the tables that the foreign keys point at, before the one that has them
-- lock: SHARE ROW EXCLUSIVE on "public"."customers": blocks writes until the commit, brief; reads go on
lock table "public"."customers" in share row exclusive mode;
-- lock: SHARE UPDATE EXCLUSIVE on "public"."events": blocks neither reads nor writes, only vacuum and schema changes
-- lock: ACCESS EXCLUSIVE on "public"."events_old": blocks reads and writes until the commit, brief
-- lock: ACCESS EXCLUSIVE on "public"."events_rest": blocks reads and writes until the commit, brief
-- lock: SHARE ROW EXCLUSIVE on "public"."customers": blocks writes until the commit, brief; reads go on
alter table "public"."events" attach partition "public"."events_old" for values from (minvalue) to (0);
-- lock: ACCESS EXCLUSIVE on "public"."events_rest": blocks reads and writes until the commit, brief
alter table "public"."events_rest" drop constraint if exists "events_rest_events_old_rest_9a442d8f";
commit;

-- create_partition!(events_next of events, from(1_000_000_000) to(2_000_000_000))
-- note: until it is there, rows that belong to the new partition are refused (23514): without
--   that, the partition of the rest would be read under a lock that blocks

-- 5/8 attaching would fail over such rows
-- stops the migration, with nothing locked, if rows belong to `events_next`
-- help: move them to the new partition's table before it is attached, or delete them
select * from "public"."events_rest" where "id" is not null and "id" >= 1000000000 and "id" < 2000000000 limit 5;

-- 6/8 `events_rest` takes no row of `events_next` from now on
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."events_rest": blocks reads and writes until the commit, brief
alter table "public"."events_rest" add constraint "events_rest_events_next_rest_5fa1cc8f" check (not ("id" is not null and "id" >= 1000000000 and "id" < 2000000000)) not valid;
commit;

-- 7/8 reads every row, and blocks neither reads nor writes
begin;
set local lock_timeout = '300ms';
-- lock: SHARE UPDATE EXCLUSIVE on "public"."events_rest": blocks neither reads nor writes, only vacuum and schema changes
alter table "public"."events_rest" validate constraint "events_rest_events_next_rest_5fa1cc8f";
commit;

-- 8/8 blocks neither reads nor writes of the table that it is a partition of
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- `create table … partition of` would lock reads and writes out
create table "public"."events_next" (
  like "public"."events" including all
    excluding comments excluding identity excluding statistics
);
-- the tables that the foreign keys point at, before the one that has them
-- lock: SHARE ROW EXCLUSIVE on "public"."customers": blocks writes until the commit, brief; reads go on
lock table "public"."customers" in share row exclusive mode;
-- lock: SHARE UPDATE EXCLUSIVE on "public"."events": blocks neither reads nor writes, only vacuum and schema changes
-- lock: ACCESS EXCLUSIVE on "public"."events_next": blocks reads and writes until the commit, brief
-- lock: ACCESS EXCLUSIVE on "public"."events_rest": blocks reads and writes until the commit, brief
-- lock: SHARE ROW EXCLUSIVE on "public"."customers": blocks writes until the commit, brief; reads go on
alter table "public"."events" attach partition "public"."events_next" for values from (1000000000) to (2000000000);
-- lock: ACCESS EXCLUSIVE on "public"."events_rest": blocks reads and writes until the commit, brief
alter table "public"."events_rest" drop constraint if exists "events_rest_events_next_rest_5fa1cc8f";
commit;

-- ==== undo ===================================================================
-- Until a later migration has begun, `undo` takes the steps back, the last one first:

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- a lock on the table is one on each of its partitions, those that stay too
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."events": blocks reads and writes until the commit, brief
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."events_next": blocks reads and writes until the commit, brief
-- undo: lock table "public"."events" in access exclusive mode;
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."events_next": blocks reads and writes until the commit, brief
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."events": blocks reads and writes until the commit, brief
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."events_rest": blocks reads and writes until the commit, brief
-- undo: drop table "public"."events_next";
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."events_rest": blocks reads and writes until the commit, brief
-- undo: alter table "public"."events_rest" drop constraint if exists "events_rest_events_next_rest_5fa1cc8f";
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- a lock on the table is one on each of its partitions, those that stay too
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."events": blocks reads and writes until the commit, brief
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."events_old": blocks reads and writes until the commit, brief
-- undo: lock table "public"."events" in access exclusive mode;
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."events_old": blocks reads and writes until the commit, brief
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."events": blocks reads and writes until the commit, brief
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."events_rest": blocks reads and writes until the commit, brief
-- undo: drop table "public"."events_old";
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."events_rest": blocks reads and writes until the commit, brief
-- undo: alter table "public"."events_rest" drop constraint if exists "events_rest_events_old_rest_9a442d8f";
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- a lock on the table is one on each of its partitions, those that stay too
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."visits": blocks reads and writes until the commit, brief
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."visits_1": blocks reads and writes until the commit, brief
-- undo: lock table "public"."visits" in access exclusive mode;
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."visits_1": blocks reads and writes until the commit, brief
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."visits": blocks reads and writes until the commit, brief
-- undo: drop table "public"."visits_1";
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."visits": blocks reads and writes until the commit, brief
-- undo: drop table "public"."visits";
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- a lock on the table is one on each of its partitions, those that stay too
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."parts": blocks reads and writes until the commit, brief
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."parts_0": blocks reads and writes until the commit, brief
-- undo: lock table "public"."parts" in access exclusive mode;
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."parts_0": blocks reads and writes until the commit, brief
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."parts": blocks reads and writes until the commit, brief
-- undo: drop table "public"."parts_0";
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- a lock on the table is one on each of its partitions, those that stay too
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."shares": blocks reads and writes until the commit, brief
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."shares_rest": blocks reads and writes until the commit, brief
-- undo: lock table "public"."shares" in access exclusive mode;
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."shares_rest": blocks reads and writes until the commit, brief
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."shares": blocks reads and writes until the commit, brief
-- undo: drop table "public"."shares_rest";
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- a lock on the table is one on each of its partitions, those that stay too
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."shares": blocks reads and writes until the commit, brief
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."shares_eu": blocks reads and writes until the commit, brief
-- undo: lock table "public"."shares" in access exclusive mode;
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."shares_eu": blocks reads and writes until the commit, brief
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."shares": blocks reads and writes until the commit, brief
-- undo: drop table "public"."shares_eu";
-- undo: commit;
