-- m0002_change
-- after m0001_base

-- ==== expand =================================================================
-- Waits for nothing. A transaction takes all its locks first; if it does not get them within
-- 300ms, it lets clients pass and tries again. If it stops: each step is done wholly or not
-- at all, and the next run goes on.

-- rename_column!(users.username => display_name)
-- note: a prepared `select *` or `returning *` fails once (0A000) when the column comes, and a
--   `copy` without a column list for good; name the columns instead
-- note: a prepared `select *` or `returning *` fails once (0A000) when the column goes, and an
--   `insert` without a column list for good
-- note: until the contract two unique indexes hold the same values; writers of one new value
--   queue for some milliseconds, so that `on conflict` works on either index: for the first 16
--   rows of a transaction, past which it may, rarely, fail with 23505

-- 1/1 both columns from now on, kept equal for builds that write `username` and builds that
--   write `display_name`; in one transaction, because no client may meet one without the other
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- carries the side that a client wrote over to the other; who wrote shows in the row alone
create function "public"."users_username_display_name_sync_5d9d0510"() returns trigger
  language plpgsql
  set search_path = pg_catalog, "public", pg_temp
as $changeover$
#variable_conflict use_column
declare
  new_given boolean;
  old_given boolean;
  unfilled boolean := true;
  locks integer := coalesce(nullif(current_setting('changeover.locks', true), ''), '0');
  value bigint;
begin
  -- `*<>` compares images: it takes nulls, and types that have no `=`
  if tg_op = 'INSERT' then
    new_given := row(new."display_name")::record *<> row(cast(null as text))::record;
    old_given := row(new."username")::record *<> row(cast(null as text))::record;
  else
    new_given := row(new."display_name")::record *<> row(old."display_name")::record;
    old_given := row(new."username")::record *<> row(old."username")::record;
    unfilled := old."display_name" is null and old."username" is not null;
  end if;
  if new_given and not old_given then
    new."username" := new."display_name";
  elsif not new_given and (old_given or unfilled) then
    new."display_name" := new."username";
  end if;
  -- two unique indexes hold this value, and `on conflict` consults one of them
  if locks < 16 and pg_catalog.num_nulls(new."display_name") = 0
    and (tg_op = 'INSERT' or row(new."display_name")::record *<> row(old."display_name")::record) then
    locks := locks + 1;
    perform set_config('changeover.locks', locks::text, true);
    value := pg_catalog.hashtextextended('"public"."users"."display_name"' || row(new."display_name")::text, 0);
    for attempt in 1..10 loop
      exit when pg_catalog.pg_try_advisory_xact_lock(value);
      perform pg_catalog.pg_sleep(0.001);
    end loop;
  end if;
  return new;
end
$changeover$;
-- without a default: rows that are there must start as NULL, to be filled
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" add column "display_name" text;
-- named to fire after your own triggers
-- lock: SHARE ROW EXCLUSIVE on "public"."users": blocks writes until the commit, brief; reads go on
create trigger "zzz_0002_01_users_username_display_name_sync_5d9d0510_insert" before insert on "public"."users"
  for each row when (current_setting('changeover.backfill', true) is distinct from 'on')
  execute function "public"."users_username_display_name_sync_5d9d0510"();
-- updates of other columns pass it by
-- lock: SHARE ROW EXCLUSIVE on "public"."users": blocks writes until the commit, brief; reads go on
create trigger "zzz_0002_01_users_username_display_name_sync_5d9d0510_update" before update on "public"."users"
  for each row when (current_setting('changeover.backfill', true) is distinct from 'on'
    and (row(new."username", new."display_name")::record *<> row(old."username", old."display_name")::record or (new."display_name" is null and new."username" is not null)))
  execute function "public"."users_username_display_name_sync_5d9d0510"();
-- for logical replication and restores too
-- lock: SHARE ROW EXCLUSIVE on "public"."users": blocks writes until the commit, brief; reads go on
alter table "public"."users" enable always trigger "zzz_0002_01_users_username_display_name_sync_5d9d0510_insert", enable always trigger "zzz_0002_01_users_username_display_name_sync_5d9d0510_update";
commit;

-- ==== migrate ================================================================
-- Runs as soon as expand is done. Long, but what blocks reads or writes is brief.
-- If it stops: both shapes are in use and equal, and the next run goes on.

-- rename_column!(users.username => display_name)

-- 1/7 fills `display_name` in the rows that no client has written since
-- the runner repeats this transaction for each window of pages and each stripe of its rows,
-- with windows that take it some 10 ms; its place is kept with the rows, so if it stops
-- it goes on from there
begin;
set local lock_timeout = '100ms';
set local synchronous_commit = off;
select set_config('changeover.backfill', 'on', true);
-- lock: ROW EXCLUSIVE on "public"."users": blocks neither reads nor writes
-- a client that writes a row of the same batch waits for this commit
-- your own update triggers fire for each row; ours are told to stand aside
update "public"."users" set "display_name" = "username"
where ctid >= '(0,0)' and ctid < '(64,0)' and (ctid::text::point)[1]::int % 8 = 0
and ("display_name" is null and "username" is not null);
commit;
-- at the end no row may be left, or the migration stops here
select count(*) from "public"."users" where "display_name" is null and "username" is not null;

-- 2/7 new rows must have `display_name`; old ones are not read yet
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" add constraint "users_display_name_not_null_78723798" check ("display_name" is not null) not valid;
commit;

-- 3/7 reads every row of `users`, in a transaction of its own because a scan under the lock of
--   the step before would block
begin;
set local lock_timeout = '300ms';
-- lock: SHARE UPDATE EXCLUSIVE on "public"."users": blocks neither reads nor writes, only vacuum and schema changes
alter table "public"."users" validate constraint "users_display_name_not_null_78723798";
commit;

-- 4/7 the valid check proves it, so that no row is read under the lock
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" alter column "display_name" set not null;
-- two statements: one `alter table` with both would scan
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" drop constraint if exists "users_display_name_not_null_78723798";
commit;

-- 5/7 concurrently: reads and writes go on
-- runs outside a transaction, and waits for every transaction that is older than it
-- if it stops: the invalid index is dropped concurrently and built again
set statement_timeout = 0;
set lock_timeout = '300s';
-- two scans; reads and writes go on
-- lock: SHARE UPDATE EXCLUSIVE on "public"."users": blocks neither reads nor writes, only vacuum and schema changes
create unique index concurrently "users_username_key_copy_02d04365" on "public"."users" ("display_name");
reset lock_timeout;
reset statement_timeout;

-- 6/7 the index is there already and becomes the constraint's
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" add constraint "users_username_key_copy_02d04365" unique using index "users_username_key_copy_02d04365";
commit;

-- 7/7 the new column's `users_username_note_idx`
-- runs outside a transaction, and waits for every transaction that is older than it
-- if it stops: the invalid index is dropped concurrently and built again
set statement_timeout = 0;
set lock_timeout = '300s';
-- two scans; reads and writes go on
-- lock: SHARE UPDATE EXCLUSIVE on "public"."users": blocks neither reads nor writes, only vacuum and schema changes
create index concurrently "users_username_note_idx_copy_c5c4be7e" on "public"."users" ("display_name" desc, "note");
reset lock_timeout;
reset statement_timeout;

-- ==== contract ===============================================================
-- Waits for a later migration that says `contract!(m0002_change)`,
-- and for a run of `contract()` once no older build is live.
-- Cannot be undone: what it drops is gone. If it stops: the next run goes on.

-- rename_column!(users.username => display_name)

-- 1/1 no build names `username` any more; in one transaction, because a trigger without its
--   column would fail every write
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
drop trigger if exists "zzz_0002_01_users_username_display_name_sync_5d9d0510_insert" on "public"."users";
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
drop trigger if exists "zzz_0002_01_users_username_display_name_sync_5d9d0510_update" on "public"."users";
drop function if exists "public"."users_username_display_name_sync_5d9d0510"();
-- its values live on in the new column
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" drop column "username";
-- the original went with its column
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" rename constraint "users_username_key_copy_02d04365" to "users_username_key";
-- the original went with its column
alter index "public"."users_username_note_idx_copy_c5c4be7e" rename to "users_username_note_idx";
commit;

-- ==== undo ===================================================================
-- Until its contract or a later migration has begun, `undo` takes the steps back, the last one first:

-- undo: set statement_timeout = 0;
-- undo: set lock_timeout = '300s';
-- undo: -- waits for transactions that use the index, and blocks none
-- undo: -- lock: SHARE UPDATE EXCLUSIVE on "public"."users": blocks neither reads nor writes, only vacuum and schema changes
-- undo: drop index concurrently if exists "public"."users_username_note_idx_copy_c5c4be7e";
-- undo: reset lock_timeout;
-- undo: reset statement_timeout;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: alter table "public"."users" drop constraint if exists "users_username_key_copy_02d04365";
-- undo: commit;

-- undo: set statement_timeout = 0;
-- undo: set lock_timeout = '300s';
-- undo: -- waits for transactions that use the index, and blocks none
-- undo: -- lock: SHARE UPDATE EXCLUSIVE on "public"."users": blocks neither reads nor writes, only vacuum and schema changes
-- undo: drop index concurrently if exists "public"."users_username_key_copy_02d04365";
-- undo: reset lock_timeout;
-- undo: reset statement_timeout;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: alter table "public"."users" alter column "display_name" drop not null;
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: alter table "public"."users" drop constraint if exists "users_display_name_not_null_78723798";
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: drop trigger if exists "zzz_0002_01_users_username_display_name_sync_5d9d0510_insert" on "public"."users";
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: drop trigger if exists "zzz_0002_01_users_username_display_name_sync_5d9d0510_update" on "public"."users";
-- undo: drop function if exists "public"."users_username_display_name_sync_5d9d0510"();
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: alter table "public"."users" drop column "display_name";
-- undo: commit;
