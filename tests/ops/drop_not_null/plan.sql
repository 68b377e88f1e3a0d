-- m0002_change
-- after m0001_base

-- ==== expand =================================================================
-- Waits for nothing. A transaction takes all its locks first; if it does not get them within
-- 300ms, it lets clients pass and tries again. If it stops: each step is done wholly or not
-- at all, and the next run goes on.

-- drop_not_null!(users.username)
-- note: a build that does not expect nulls will read them once a newer one writes them

-- 1/5 for the way back alone: the valid check proves it, so that no row is read under the lock
-- nothing to do on the way forward

-- 2/5 for the way back alone: reads every row; blocks nobody
-- nothing to do on the way forward

-- 3/5 for the way back alone: new rows must have `username`; old ones are not read yet
-- nothing to do on the way forward

-- 4/5 for the way back alone: finds rows that would fail, before anything is locked
-- nothing to do on the way forward

-- 5/5 before any build writes a null
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" alter column "username" drop not null;
-- left by a way back that was cut short
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" drop constraint if exists "users_username_not_null_9918b5d8";
commit;

-- ==== undo ===================================================================
-- Until a later migration has begun, `undo` takes the steps back, the last one first:

-- undo: -- stops the migration, with nothing locked, if rows have no `username`
-- undo: -- help: give them a value, or keep the column as it is
-- undo: select * from "public"."users" where "username" is null limit 5;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- left by a way back that was cut short
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: alter table "public"."users" drop constraint if exists "users_username_not_null_9918b5d8";
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: alter table "public"."users" add constraint "users_username_not_null_9918b5d8" check ("username" is not null) not valid;
-- undo: commit;

-- undo: -- runs outside a transaction
-- undo: -- is done, and not repeated, once this is true:
-- undo: -- select not exists (select from pg_catalog.pg_constraint where conrelid = to_regclass('"public"."users"') and conname = 'users_username_not_null_9918b5d8' and not convalidated)
-- undo: set statement_timeout = 0;
-- undo: set lock_timeout = '300s';
-- undo: -- lock: SHARE UPDATE EXCLUSIVE on "public"."users": blocks neither reads nor writes, only vacuum and schema changes
-- undo: alter table "public"."users" validate constraint "users_username_not_null_9918b5d8";
-- undo: reset lock_timeout;
-- undo: reset statement_timeout;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: alter table "public"."users" alter column "username" set not null;
-- undo: -- two statements: one `alter table` with both would scan
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: alter table "public"."users" drop constraint if exists "users_username_not_null_9918b5d8";
-- undo: commit;
