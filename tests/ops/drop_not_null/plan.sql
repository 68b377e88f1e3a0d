-- m0002_change
-- after m0001_base

-- ==== expand =================================================================
-- Waits for nothing. A transaction takes all its locks first; if it does not get them within
-- 300ms, it lets clients pass and tries again. If it stops: each step is done wholly or not
-- at all, and the next run goes on.

-- drop_not_null!(users.username)
-- note: a build that does not expect nulls will read them once a newer one writes them

-- 1/10 for the way back alone: the valid check proves it, so that no row is read under the lock
-- nothing to do on the way forward

-- 2/10 for the way back alone: reads every row; blocks nobody
-- nothing to do on the way forward

-- 3/10 for the way back alone: new rows must have `username`; old ones are not read yet
-- nothing to do on the way forward

-- 4/10 for the way back alone: finds rows that would fail, before anything is locked
-- nothing to do on the way forward

-- 5/10 before any build writes a null
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" alter column "username" drop not null;
-- left by a way back that was cut short
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" drop constraint if exists "users_username_not_null_9918b5d8";
--
-- drop_not_null!(users.email, fill = "'none of ' || username"), under the same lock: a null
--   never gets into the table until the contract
-- note: until the contract a null that is written to `users.email` becomes what `fill` gives,
--   and stays so
create function "public"."users_email_fill_c3e99518"() returns trigger
  language plpgsql
  set search_path = pg_catalog, "public", pg_temp
as $changeover$
#variable_conflict use_column
begin
  new."email" := (select 'none of ' || username from (select new.*) as "users");
  return new;
end
$changeover$;
-- fills what a build leaves out that does not know better
-- lock: SHARE ROW EXCLUSIVE on "public"."users": blocks writes until the commit, brief; reads go on
create trigger "zzz_0002_02_users_email_fill_c3e99518_write" before insert or update on "public"."users"
  for each row when (new."email" is null
    and ((pg_catalog.current_setting('changeover.backfill_xact', true)
    = pg_catalog.pg_current_xact_id_if_assigned()::text) is not true or pg_catalog.pg_trigger_depth() > 0))
  execute function "public"."users_email_fill_c3e99518"();
-- for logical replication and restores too
-- lock: SHARE ROW EXCLUSIVE on "public"."users": blocks writes until the commit, brief; reads go on
alter table "public"."users" enable always trigger "zzz_0002_02_users_email_fill_c3e99518_write";
commit;

-- drop_not_null!(users.email, fill = "'none of ' || username")

-- 6/10 for the way back alone: the valid check proves it, so that no row is read under the lock
-- nothing to do on the way forward

-- 7/10 for the way back alone: reads every row; blocks nobody
-- nothing to do on the way forward

-- 8/10 for the way back alone: new rows must have `email`; old ones are not read yet
-- nothing to do on the way forward

-- 9/10 for the way back alone: finds rows that would fail, before anything is locked
-- nothing to do on the way forward

-- 10/10 before any build writes a null
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" alter column "email" drop not null;
-- left by a way back that was cut short
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" drop constraint if exists "users_email_not_null_c3e99518";
commit;

-- ==== contract ===============================================================
-- Waits for a later migration that says `contract!(m0002_change)`,
-- and for a run of `contract()` once no older build is live.
-- Cannot be undone: what it drops is gone. If it stops: the next run goes on.

-- drop_not_null!(users.email, fill = "'none of ' || username")

-- 1/1 builds that expect no nulls are gone
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
drop trigger if exists "zzz_0002_02_users_email_fill_c3e99518_write" on "public"."users";
drop function if exists "public"."users_email_fill_c3e99518"();
commit;

-- ==== undo ===================================================================
-- Until its contract or a later migration has begun, `undo` takes the steps back, the last one first:

-- undo: -- stops the migration, with nothing locked, if rows have no `email`
-- undo: -- help: give them a value, or keep the column as it is
-- undo: select * from "public"."users" where "email" is null limit 5;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- left by a way back that was cut short
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: alter table "public"."users" drop constraint if exists "users_email_not_null_c3e99518";
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: alter table "public"."users" add constraint "users_email_not_null_c3e99518" check ("email" is not null) not valid;
-- undo: commit;

-- undo: -- runs outside a transaction
-- undo: -- is done, and not repeated, once this is true:
-- undo: -- select not exists (select from pg_catalog.pg_constraint where conrelid = to_regclass('"public"."users"') and conname = 'users_email_not_null_c3e99518' and not convalidated)
-- undo: set statement_timeout = 0;
-- undo: set lock_timeout = '300s';
-- undo: -- lock: SHARE UPDATE EXCLUSIVE on "public"."users": blocks neither reads nor writes, only vacuum and schema changes
-- undo: alter table "public"."users" validate constraint "users_email_not_null_c3e99518";
-- undo: reset lock_timeout;
-- undo: reset statement_timeout;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: alter table "public"."users" alter column "email" set not null;
-- undo: -- two statements: one `alter table` with both would scan
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: alter table "public"."users" drop constraint if exists "users_email_not_null_c3e99518";
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: drop trigger if exists "zzz_0002_02_users_email_fill_c3e99518_write" on "public"."users";
-- undo: drop function if exists "public"."users_email_fill_c3e99518"();
-- undo: commit;

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
