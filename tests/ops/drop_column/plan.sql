-- m0002_change
-- after m0001_base

-- ==== expand =================================================================
-- Waits for nothing. A transaction takes all its locks first; if it does not get them within
-- 300ms, it lets clients pass and tries again. If it stops: each step is done wholly or not
-- at all, and the next run goes on.

-- drop_column!(users.legacy, fill = "'none'")
-- note: a prepared `select *` or `returning *` fails once (0A000) when the column goes, and an
--   `insert` without a column list for good

-- 1/1 a value for builds that still read the column, in rows of builds that no longer write it
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
create function "public"."users_legacy_fill_9e5a0fbf"() returns trigger
  language plpgsql
  set search_path = pg_catalog, "public", pg_temp
as $changeover$
#variable_conflict use_column
begin
  new."legacy" := (select 'none' from (select new.*) as "users");
  return new;
end
$changeover$;
-- fills what a build leaves out that does not know better
-- lock: SHARE ROW EXCLUSIVE on "public"."users": blocks writes until the commit, brief; reads go on
create trigger "zzz_0002_01_users_legacy_fill_9e5a0fbf_write" before insert or update on "public"."users"
  for each row when (new."legacy" is null
    and ((pg_catalog.current_setting('changeover.backfill_xact', true)
    = pg_catalog.pg_current_xact_id_if_assigned()::text) is not true or pg_catalog.pg_trigger_depth() > 0))
  execute function "public"."users_legacy_fill_9e5a0fbf"();
-- for logical replication and restores too
-- lock: SHARE ROW EXCLUSIVE on "public"."users": blocks writes until the commit, brief; reads go on
alter table "public"."users" enable always trigger "zzz_0002_01_users_legacy_fill_9e5a0fbf_write";
commit;

-- ==== contract ===============================================================
-- Waits for a later migration that says `contract!(m0002_change)`,
-- and for a run of `contract()` once no older build is live.
-- Cannot be undone: what it drops is gone. If it stops: the next run goes on.

-- drop_column!(users.legacy, fill = "'none'")

-- 1/1 its values are gone after this; no build names it any more
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
drop trigger if exists "zzz_0002_01_users_legacy_fill_9e5a0fbf_write" on "public"."users";
drop function if exists "public"."users_legacy_fill_9e5a0fbf"();
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" drop column "legacy";
commit;

-- ==== undo ===================================================================
-- Until its contract or a later migration has begun, `undo` takes the steps back, the last one first:

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: drop trigger if exists "zzz_0002_01_users_legacy_fill_9e5a0fbf_write" on "public"."users";
-- undo: drop function if exists "public"."users_legacy_fill_9e5a0fbf"();
-- undo: commit;
