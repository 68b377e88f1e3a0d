-- m0002_change
-- after m0001_base

-- ==== expand =================================================================
-- Waits for nothing. A transaction takes all its locks first; if it does not get them within
-- 300ms, it lets clients pass and tries again. If it stops: each step is done wholly or not
-- at all, and the next run goes on.

-- split_column!(users.name => { first_name: text not_null default "" comment("as on the passport") = "split_part(name, ' ', 1)", last_name: text = "substring(name from '^[^ ]* (.*)$')", }, down = "concat_ws(' ', first_name, last_name)")
-- note: a prepared `select *` or `returning *` fails once (0A000) when the column comes, and a
--   `copy` without a column list for good; name the columns instead
-- note: a prepared `select *` or `returning *` fails once (0A000) when the column goes, and an
--   `insert` without a column list for good
-- note: until the contract, what old builds write to `name` decides `first_name`, `last_name`,
--   and the other way round: a value that the expressions cannot carry over and back is lost
--   when the other side is written, and one that `name` cannot hold at all is null there, where
--   null is allowed
-- note: from migrate on, a write of an old build for which `split_part(name, ' ', 1)` gives
--   null fails (`first_name` is not null)
-- note: until the contract, a write of a new build for which `concat_ws(' ', first_name,
--   last_name)` gives null, or fails, fails too (`name` is not null)
-- note: index `users_name_idx` goes with `name`: add one on `first_name`, `last_name` before
--   the contract if queries need it

-- 1/1 both shapes from now on, kept equal for builds that write `name` and builds that write
--   `first_name`, `last_name`; in one transaction, because no client may meet one without the
--   other
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- carries the side that a client wrote over to the other; who wrote shows in the row alone
create function "public"."users_name_first_name_last_name_sync_f7be4b23"() returns trigger
  language plpgsql
  set search_path = pg_catalog, "public", pg_temp
as $changeover$
#variable_conflict use_column
declare
  new_given boolean := false;
  old_given boolean := false;
  unfilled boolean := true;
begin
  -- `*<>` compares images: it takes nulls, and types that have no `=`
  if new."users_name_first_name_last_name_image_f7be4b23" is not null then
    -- both names were equal before your own triggers fired: what is not so any more is theirs
    old_given := row(new."name")::text <> new."users_name_first_name_last_name_image_f7be4b23"[1];
    new_given := row(new."first_name", new."last_name")::text <> new."users_name_first_name_last_name_image_f7be4b23"[2];
    unfilled := false;
  elsif not ((pg_catalog.current_setting('changeover.backfill_xact', true)
    = pg_catalog.pg_current_xact_id_if_assigned()::text) is not true or pg_catalog.pg_trigger_depth() > 1) then
    unfilled := false;
  elsif tg_op = 'INSERT' then
    new_given := row(cast(new."first_name" as text), cast(new."last_name" as text))::record *<> row(cast('' as text), cast(substring(cast('' as text) from '^[^ ]* (.*)$') as text))::record;
    old_given := row(cast(new."name" as text))::record *<> row(cast('' as text))::record;
  else
    new_given := row(new."first_name", new."last_name")::record *<> row(old."first_name", old."last_name")::record;
    old_given := row(new."name")::record *<> row(old."name")::record;
    unfilled := old."users_name_first_name_last_name_unfilled_f7be4b23";
    if unfilled and new_given then
      if row(new."first_name")::record *= row(old."first_name")::record then
        new."first_name" := (select split_part(name, ' ', 1) from (select new.*) as "users");
      end if;
      if row(new."last_name")::record *= row(old."last_name")::record then
        new."last_name" := (select substring(name from '^[^ ]* (.*)$') from (select new.*) as "users");
      end if;
    end if;
  end if;
  if new_given and not old_given then
    new."name" := (select concat_ws(' ', first_name, last_name) from (select new.*) as "users");
  elsif not new_given and (old_given or unfilled) then
    new."first_name" := (select split_part(name, ' ', 1) from (select new.*) as "users");
    new."last_name" := (select substring(name from '^[^ ]* (.*)$') from (select new.*) as "users");
  end if;
  new."users_name_first_name_last_name_unfilled_f7be4b23" := false;
  if tg_argv[0] = 'first' then
    new."users_name_first_name_last_name_image_f7be4b23" := array[row(new."name")::text, row(new."first_name", new."last_name")::text];
    return new;
  end if;
  new."users_name_first_name_last_name_image_f7be4b23" := null;
  return new;
end
$changeover$;
-- without a default: rows that are there must start as NULL, to be filled
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" add column "first_name" text;
-- lock: SHARE UPDATE EXCLUSIVE on "public"."users": blocks neither reads nor writes, only vacuum and schema changes
comment on column "public"."users"."first_name" is 'as on the passport';
-- without a default: rows that are there must start as NULL, to be filled
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" add column "last_name" text;
-- true until the row is filled; a constant default touches no row
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" add column "users_name_first_name_last_name_unfilled_f7be4b23" boolean not null default true;
-- for the triggers' own use; null in every row that is stored
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" add column "users_name_first_name_last_name_image_f7be4b23" text[];
-- for new rows alone
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" alter column "first_name" set default '';
-- for new rows alone
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" alter column "last_name" set default substring(cast('' as text) from '^[^ ]* (.*)$');
-- named to fire after your own triggers
-- lock: SHARE ROW EXCLUSIVE on "public"."users": blocks writes until the commit, brief; reads go on
create trigger "zzz_0002_01_users_name_first_name_last_name_syn_524153d1_insert" before insert on "public"."users"
  for each row when (new."users_name_first_name_last_name_image_f7be4b23" is not null or ((pg_catalog.current_setting('changeover.backfill_xact', true)
    = pg_catalog.pg_current_xact_id_if_assigned()::text) is not true or pg_catalog.pg_trigger_depth() > 0))
  execute function "public"."users_name_first_name_last_name_sync_f7be4b23"('last');
-- updates of other columns pass it by
-- lock: SHARE ROW EXCLUSIVE on "public"."users": blocks writes until the commit, brief; reads go on
create trigger "zzz_0002_01_users_name_first_name_last_name_syn_f37b0315_update" before update on "public"."users"
  for each row when (new."users_name_first_name_last_name_image_f7be4b23" is not null
    or ((pg_catalog.current_setting('changeover.backfill_xact', true)
    = pg_catalog.pg_current_xact_id_if_assigned()::text) is not true or pg_catalog.pg_trigger_depth() > 0)
    and (row(new."name", new."first_name", new."last_name")::record *<> row(old."name", old."first_name", old."last_name")::record or (new."users_name_first_name_last_name_unfilled_f7be4b23")))
  execute function "public"."users_name_first_name_last_name_sync_f7be4b23"('last');
-- for logical replication and restores too
-- lock: SHARE ROW EXCLUSIVE on "public"."users": blocks writes until the commit, brief; reads go on
alter table "public"."users" enable always trigger "zzz_0002_01_users_name_first_name_last_name_syn_524153d1_insert", enable always trigger "zzz_0002_01_users_name_first_name_last_name_syn_f37b0315_update";
-- where the table has triggers of your own: what they read is right before they fire
-- lock: SHARE ROW EXCLUSIVE on "public"."users": blocks writes until the commit, brief; reads go on
select changeover.sync_first('"public"."users"');
commit;

-- ==== migrate ================================================================
-- Runs as soon as expand is done. Long, but what blocks reads or writes is brief.
-- If it stops: both shapes are in use and equal, and the next run goes on.

-- split_column!(users.name => { first_name: text not_null default "" comment("as on the passport") = "split_part(name, ' ', 1)", last_name: text = "substring(name from '^[^ ]* (.*)$')", }, down = "concat_ws(' ', first_name, last_name)")

-- 1/6 fills `first_name`, `last_name` in the rows that no client has written since
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
update "public"."users" set "first_name" = split_part(name, ' ', 1), "last_name" = substring(name from '^[^ ]* (.*)$'), "users_name_first_name_last_name_unfilled_f7be4b23" = false
where ctid >= '(0,0)' and ctid < '(64,0)' and pg_catalog.hashtid(ctid) & 7 = 0
and ("users_name_first_name_last_name_unfilled_f7be4b23");
commit;
-- at the end no row may be left, or the migration stops here
select count(*) from "public"."users" where "users_name_first_name_last_name_unfilled_f7be4b23";

-- 2/6 lets triggers of your own that list `name` in `update of` fire for `first_name`,
--   `last_name` too
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- an `update of` of your own lists both names, and fires for builds that write either
-- locks only where a trigger of your own has such a list, which the runner asks first:
-- select changeover.lists_columns('"public"."users"', array['name'])
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
select changeover.list_columns('"public"."users"', listed => array['name'], added => array['first_name', 'last_name']);
commit;

-- 3/6 finds rows that would fail, before anything is locked
-- stops the migration, with nothing locked, if rows have no `first_name`
-- help: give `first_name` a value for them, as in `coalesce(…, '')`
select * from "public"."users" where "first_name" is null limit 5;

-- 4/6 new rows must have `first_name`; old ones are not read yet
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" add constraint "users_first_name_not_null_d38e4d58" check ("first_name" is not null) not valid;
commit;

-- 5/6 reads every row of `users`, in a transaction of its own because a scan under the lock of
--   the step before would block
begin;
set local lock_timeout = '300ms';
-- lock: SHARE UPDATE EXCLUSIVE on "public"."users": blocks neither reads nor writes, only vacuum and schema changes
alter table "public"."users" validate constraint "users_first_name_not_null_d38e4d58";
commit;

-- 6/6 the valid check proves it, so that no row is read under the lock
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" alter column "first_name" set not null;
-- two statements: one `alter table` with both would scan
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" drop constraint if exists "users_first_name_not_null_d38e4d58";
commit;

-- ==== contract ===============================================================
-- Waits for a later migration that says `contract!(m0002_change)`,
-- and for a run of `contract()` once no older build is live.
-- Cannot be undone: what it drops is gone. If it stops: the next run goes on.

-- split_column!(users.name => { first_name: text not_null default "" comment("as on the passport") = "split_part(name, ' ', 1)", last_name: text = "substring(name from '^[^ ]* (.*)$')", }, down = "concat_ws(' ', first_name, last_name)")

-- 1/1 no build names what goes any more; in one transaction, because a trigger without its
--   columns would fail every write
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
drop trigger if exists "!_0002_01_users_name_first_name_last_name_syn_524153d1" on "public"."users";
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
drop trigger if exists "zzz_0002_01_users_name_first_name_last_name_syn_524153d1_insert" on "public"."users";
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
drop trigger if exists "zzz_0002_01_users_name_first_name_last_name_syn_f37b0315_update" on "public"."users";
drop function if exists "public"."users_name_first_name_last_name_sync_f7be4b23"();
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" drop column "users_name_first_name_last_name_image_f7be4b23";
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" drop column "users_name_first_name_last_name_unfilled_f7be4b23";
-- an `update of` of your own lists what stays
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
select changeover.list_columns('"public"."users"', gone => array['name']);
-- its values live on in what took its place
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" drop column "name";
commit;

-- ==== undo ===================================================================
-- Until its contract or a later migration has begun, `undo` takes the steps back, the last one first:

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: alter table "public"."users" alter column "first_name" drop not null;
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: alter table "public"."users" drop constraint if exists "users_first_name_not_null_d38e4d58";
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- an `update of` of your own lists what stays
-- undo: -- locks only where a trigger of your own has such a list, which the runner asks first:
-- undo: -- select changeover.lists_columns('"public"."users"', array['first_name', 'last_name'])
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: select changeover.list_columns('"public"."users"', gone => array['first_name', 'last_name']);
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: drop trigger if exists "!_0002_01_users_name_first_name_last_name_syn_524153d1" on "public"."users";
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: drop trigger if exists "zzz_0002_01_users_name_first_name_last_name_syn_524153d1_insert" on "public"."users";
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: drop trigger if exists "zzz_0002_01_users_name_first_name_last_name_syn_f37b0315_update" on "public"."users";
-- undo: drop function if exists "public"."users_name_first_name_last_name_sync_f7be4b23"();
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: alter table "public"."users" drop column "users_name_first_name_last_name_image_f7be4b23";
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: alter table "public"."users" drop column "users_name_first_name_last_name_unfilled_f7be4b23";
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: alter table "public"."users" drop column "first_name";
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: alter table "public"."users" drop column "last_name";
-- undo: commit;
