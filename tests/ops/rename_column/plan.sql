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
  new_given boolean := false;
  old_given boolean := false;
  unfilled boolean := true;
  locks integer := coalesce(nullif(current_setting('changeover.locks', true), ''), '0');
  value bigint;
begin
  -- `*<>` compares images: it takes nulls, and types that have no `=`
  if new."users_username_display_name_image_5d9d0510" is not null then
    -- both names were equal before your own triggers fired: what is not so any more is theirs
    old_given := row(new."username")::text <> new."users_username_display_name_image_5d9d0510"[1];
    new_given := row(new."display_name")::text <> new."users_username_display_name_image_5d9d0510"[2];
    unfilled := false;
  elsif not ((pg_catalog.current_setting('changeover.backfill_xact', true)
    = pg_catalog.pg_current_xact_id_if_assigned()::text) is not true or pg_catalog.pg_trigger_depth() > 1) then
    unfilled := false;
  elsif tg_op = 'INSERT' then
    new_given := pg_catalog.num_nonnulls(new."display_name") > 0;
    old_given := pg_catalog.num_nonnulls(new."username") > 0;
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
  if tg_argv[0] = 'first' then
    new."users_username_display_name_image_5d9d0510" := array[row(new."username")::text, row(new."display_name")::text];
    return new;
  end if;
  new."users_username_display_name_image_5d9d0510" := null;
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
-- for the triggers' own use; null in every row that is stored
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" add column "users_username_display_name_image_5d9d0510" text[];
-- named to fire after your own triggers
-- lock: SHARE ROW EXCLUSIVE on "public"."users": blocks writes until the commit, brief; reads go on
create trigger "zzz_0002_01_users_username_display_name_sync_5d9d0510_insert" before insert on "public"."users"
  for each row when (new."users_username_display_name_image_5d9d0510" is not null or ((pg_catalog.current_setting('changeover.backfill_xact', true)
    = pg_catalog.pg_current_xact_id_if_assigned()::text) is not true or pg_catalog.pg_trigger_depth() > 0))
  execute function "public"."users_username_display_name_sync_5d9d0510"('last');
-- updates of other columns pass it by
-- lock: SHARE ROW EXCLUSIVE on "public"."users": blocks writes until the commit, brief; reads go on
create trigger "zzz_0002_01_users_username_display_name_sync_5d9d0510_update" before update on "public"."users"
  for each row when (new."users_username_display_name_image_5d9d0510" is not null
    or ((pg_catalog.current_setting('changeover.backfill_xact', true)
    = pg_catalog.pg_current_xact_id_if_assigned()::text) is not true or pg_catalog.pg_trigger_depth() > 0)
    and (row(new."username", new."display_name")::record *<> row(old."username", old."display_name")::record or (new."display_name" is null and new."username" is not null)))
  execute function "public"."users_username_display_name_sync_5d9d0510"('last');
-- for logical replication and restores too
-- lock: SHARE ROW EXCLUSIVE on "public"."users": blocks writes until the commit, brief; reads go on
alter table "public"."users" enable always trigger "zzz_0002_01_users_username_display_name_sync_5d9d0510_insert", enable always trigger "zzz_0002_01_users_username_display_name_sync_5d9d0510_update";
-- where the table has triggers of your own: what they read is right before they fire
-- lock: SHARE ROW EXCLUSIVE on "public"."users": blocks writes until the commit, brief; reads go on
select changeover.sync_first('"public"."users"');
commit;

-- ==== migrate ================================================================
-- Runs as soon as expand is done. Long, but what blocks reads or writes is brief.
-- If it stops: both shapes are in use and equal, and the next run goes on.

-- rename_column!(users.username => display_name)

-- 1/8 fills `display_name` in the rows that no client has written since
-- the runner repeats this transaction for each window of pages and each stripe of its rows,
-- with windows that take it some 10 ms; its place is kept with the rows, so if it stops
-- it goes on from there
begin;
set local lock_timeout = '100ms';
set local synchronous_commit = off;
select pg_catalog.set_config('changeover.backfill_xact', pg_catalog.pg_current_xact_id()::text, true);
-- lock: ROW EXCLUSIVE on "public"."users": blocks neither reads nor writes
-- a client that writes a row of the same batch waits for this commit
-- your own update triggers fire for each row; ours are told to stand aside
-- a value above some 2 kB (TOAST) is stored once more: a copy shares nothing
update "public"."users" set "display_name" = "username"
where ctid >= '(0,0)' and ctid < '(64,0)' and pg_catalog.hashtid(ctid) & 7 = 0
and ("display_name" is null and "username" is not null);
commit;
-- at the end no row may be left, or the migration stops here
select count(*) from "public"."users" where "display_name" is null and "username" is not null;

-- 2/8 lets triggers of your own that list `username` in `update of` fire for `display_name` too
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- an `update of` of your own lists both names, and fires for builds that write either
-- locks only where a trigger of your own has such a list, which the runner asks first:
-- select changeover.lists_columns('"public"."users"', array['username'])
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
select changeover.list_columns('"public"."users"', listed => array['username'], added => array['display_name']);
commit;

-- 3/8 new rows must have `display_name`; old ones are not read yet
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" add constraint "users_display_name_not_null_78723798" check ("display_name" is not null) not valid;
commit;

-- 4/8 reads every row of `users`, in a transaction of its own because a scan under the lock of
--   the step before would block
begin;
set local lock_timeout = '300ms';
-- lock: SHARE UPDATE EXCLUSIVE on "public"."users": blocks neither reads nor writes, only vacuum and schema changes
alter table "public"."users" validate constraint "users_display_name_not_null_78723798";
commit;

-- 5/8 the valid check proves it, so that no row is read under the lock
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" alter column "display_name" set not null;
-- two statements: one `alter table` with both would scan
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" drop constraint if exists "users_display_name_not_null_78723798";
commit;

-- 6/8 concurrently: reads and writes go on
-- runs outside a transaction, and waits for every transaction that is older than it
-- if it stops: the invalid index is dropped concurrently and built again
set statement_timeout = 0;
set lock_timeout = '300s';
-- two scans; reads and writes go on
-- lock: SHARE UPDATE EXCLUSIVE on "public"."users": blocks neither reads nor writes, only vacuum and schema changes
create unique index concurrently "users_username_key_copy_02d04365" on "public"."users" ("display_name");
reset lock_timeout;
reset statement_timeout;

-- 7/8 the index is there already and becomes the constraint's
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" add constraint "users_username_key_copy_02d04365" unique using index "users_username_key_copy_02d04365";
commit;

-- 8/8 the new column's `users_username_note_idx`
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
-- logical replication knows rows by the new index, if it did by the old one
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
do $catalogs$
declare
  command text;
begin
  for command in
    with recursive index (old, new) as (
      select to_regclass(names.old)::oid, to_regclass(names.new)::oid
      from (values ('"public"."users_username_key"', '"public"."users_username_key_copy_02d04365"')) names (old, new)
      union all
      select o.indexrelid, n.indexrelid from index
      join pg_inherits a on a.inhparent = index.old join pg_index o on o.indexrelid = a.inhrelid
      join pg_inherits b on b.inhparent = index.new join pg_index n on n.indexrelid = b.inhrelid
      where o.indrelid = n.indrelid
    )
    select format('alter table %s replica identity using index %I', i.indrelid::regclass, c.relname)
    from index join pg_index i on i.indexrelid = index.old join pg_class c on c.oid = index.new
    where i.indisreplident
  loop
    execute command;
  end loop;
end $catalogs$;
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
drop trigger if exists "!_0002_01_users_username_display_name_sync_5d9d0510" on "public"."users";
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
drop trigger if exists "zzz_0002_01_users_username_display_name_sync_5d9d0510_insert" on "public"."users";
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
drop trigger if exists "zzz_0002_01_users_username_display_name_sync_5d9d0510_update" on "public"."users";
drop function if exists "public"."users_username_display_name_sync_5d9d0510"();
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" drop column "users_username_display_name_image_5d9d0510";
-- an `update of` of your own lists what stays
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
select changeover.list_columns('"public"."users"', gone => array['username']);
-- from PostgreSQL 18 on a NOT NULL has a name, which stays with its place
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
select changeover.take_not_null_name('"public"."users"', 'display_name', 'username');
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
-- undo: -- an `update of` of your own lists what stays
-- undo: -- locks only where a trigger of your own has such a list, which the runner asks first:
-- undo: -- select changeover.lists_columns('"public"."users"', array['display_name'])
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: select changeover.list_columns('"public"."users"', gone => array['display_name']);
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: drop trigger if exists "!_0002_01_users_username_display_name_sync_5d9d0510" on "public"."users";
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: drop trigger if exists "zzz_0002_01_users_username_display_name_sync_5d9d0510_insert" on "public"."users";
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: drop trigger if exists "zzz_0002_01_users_username_display_name_sync_5d9d0510_update" on "public"."users";
-- undo: drop function if exists "public"."users_username_display_name_sync_5d9d0510"();
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: alter table "public"."users" drop column "users_username_display_name_image_5d9d0510";
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: alter table "public"."users" drop column "display_name";
-- undo: commit;
