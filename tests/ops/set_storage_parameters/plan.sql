-- m0002_change
-- after m0001_base

-- ==== expand =================================================================
-- Waits for nothing. A transaction takes all its locks first; if it does not get them within
-- 300ms, it lets clients pass and tries again. If it stops: each step is done wholly or not
-- at all, and the next run goes on.

-- set_storage_parameters!(users, fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, parallel_workers = default)

-- 1/4 rows that are written from now on keep to it
begin;
set local lock_timeout = '300ms';
-- lock: SHARE UPDATE EXCLUSIVE on "public"."users": blocks neither reads nor writes, only vacuum and schema changes
alter table "public"."users" reset (parallel_workers);
-- lock: SHARE UPDATE EXCLUSIVE on "public"."users": blocks neither reads nor writes, only vacuum and schema changes
alter table "public"."users" set (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01);
commit;

-- set_storage_parameters!(users, autovacuum_vacuum_insert_threshold = - 1, vacuum_index_cleanup = "auto", toast.autovacuum_enabled = false)

-- 2/4 rows that are written from now on keep to it
begin;
set local lock_timeout = '300ms';
-- lock: SHARE UPDATE EXCLUSIVE on "public"."users": blocks neither reads nor writes, only vacuum and schema changes
alter table "public"."users" set (autovacuum_vacuum_insert_threshold = -1, vacuum_index_cleanup = 'auto', toast.autovacuum_enabled = false);
commit;

-- create_table!(visits { id: bigint, with(fillfactor = 50) })

-- 3/4 a new table, with all that belongs to it
begin;
set local lock_timeout = '300ms';
-- a new table: no client uses it yet
create table "public"."visits" (
  "id" bigint
) with (fillfactor = 50);
commit;

-- set_storage_parameters!(visits, fillfactor = default, autovacuum_enabled = false)

-- 4/4 rows that are written from now on keep to it
begin;
set local lock_timeout = '300ms';
-- lock: SHARE UPDATE EXCLUSIVE on "public"."visits": blocks neither reads nor writes, only vacuum and schema changes
alter table "public"."visits" reset (fillfactor);
-- lock: SHARE UPDATE EXCLUSIVE on "public"."visits": blocks neither reads nor writes, only vacuum and schema changes
alter table "public"."visits" set (autovacuum_enabled = false);
commit;

-- ==== undo ===================================================================
-- Until a later migration has begun, `undo` takes the steps back, the last one first:

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: -- lock: SHARE UPDATE EXCLUSIVE on "public"."visits": blocks neither reads nor writes, only vacuum and schema changes
-- undo: alter table "public"."visits" reset (autovacuum_enabled);
-- undo: -- lock: SHARE UPDATE EXCLUSIVE on "public"."visits": blocks neither reads nor writes, only vacuum and schema changes
-- undo: alter table "public"."visits" set (fillfactor = 50);
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."visits": blocks reads and writes until the commit, brief
-- undo: drop table "public"."visits";
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: -- lock: SHARE UPDATE EXCLUSIVE on "public"."users": blocks neither reads nor writes, only vacuum and schema changes
-- undo: alter table "public"."users" reset (autovacuum_vacuum_insert_threshold, vacuum_index_cleanup, toast.autovacuum_enabled);
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: -- lock: SHARE UPDATE EXCLUSIVE on "public"."users": blocks neither reads nor writes, only vacuum and schema changes
-- undo: alter table "public"."users" reset (autovacuum_enabled, fillfactor, autovacuum_vacuum_scale_factor);
-- undo: -- lock: SHARE UPDATE EXCLUSIVE on "public"."users": blocks neither reads nor writes, only vacuum and schema changes
-- undo: alter table "public"."users" set (fillfactor = 90, parallel_workers = 2, autovacuum_enabled = true);
-- undo: commit;
