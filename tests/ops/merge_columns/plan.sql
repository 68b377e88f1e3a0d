-- m0002_change
-- after m0001_base

-- ==== expand =================================================================
-- Waits for nothing. A transaction takes all its locks first; if it does not get them within
-- 300ms, it lets clients pass and tries again. If it stops: each step is done wholly or not
-- at all, and the next run goes on.

-- merge_columns!(addresses { street = "nullif(split_part(line, ' ', 1), '')", number = "nullif(split_part(line, ' ', 2), '')::integer", } => line: text not_null, up = "coalesce(street, '') || ' ' || coalesce(number::text, '')")
-- note: a prepared `select *` or `returning *` fails once (0A000) when the column comes, and a
--   `copy` without a column list for good; name the columns instead
-- note: a prepared `select *` or `returning *` fails once (0A000) when the column goes, and an
--   `insert` without a column list for good
-- note: until the contract, what old builds write to `street`, `number` decides `line`, and the
--   other way round: a value that the expressions cannot carry over and back is lost when the
--   other side is written, and one that `street`, `number` cannot hold at all is null there,
--   where null is allowed
-- note: from migrate on, a write of an old build for which `coalesce(street, '') || ' ' ||
--   coalesce(number::text, '')` gives null fails (`line` is not null)

-- 1/1 both shapes from now on, kept equal for builds that write `street`, `number` and builds
--   that write `line`; in one transaction, because no client may meet one without the other
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- carries the side that a client wrote over to the other; who wrote shows in the row alone
create function "public"."addresses_street_number_line_sync_a10f4a26"() returns trigger
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
  if new."addresses_street_number_line_image_a10f4a26" is not null then
    -- both names were equal before your own triggers fired: what is not so any more is theirs
    old_given := row(new."street", new."number")::text <> new."addresses_street_number_line_image_a10f4a26"[1];
    new_given := row(new."line")::text <> new."addresses_street_number_line_image_a10f4a26"[2];
    unfilled := false;
  elsif not ((pg_catalog.current_setting('changeover.backfill_xact', true)
    = pg_catalog.pg_current_xact_id_if_assigned()::text) is not true or pg_catalog.pg_trigger_depth() > 1) then
    unfilled := false;
  elsif tg_op = 'INSERT' then
    new_given := pg_catalog.num_nonnulls(new."line") > 0;
    old_given := pg_catalog.num_nonnulls(new."number") > 0 or row(cast(new."street" as text))::record *<> row(cast('Main' as text))::record;
  else
    new_given := row(new."line")::record *<> row(old."line")::record;
    old_given := row(new."street", new."number")::record *<> row(old."street", old."number")::record;
    unfilled := old."addresses_street_number_line_unfilled_a10f4a26";
  end if;
  if new_given and not old_given then
    -- null where the old column has no room for it
    begin
      new."street" := (select nullif(split_part(line, ' ', 1), '') from (select new.*) as "addresses");
    exception when data_exception or integrity_constraint_violation then
      new."street" := null;
    end;
    -- null where the old column has no room for it
    begin
      new."number" := (select nullif(split_part(line, ' ', 2), '')::integer from (select new.*) as "addresses");
    exception when data_exception or integrity_constraint_violation then
      new."number" := null;
    end;
  elsif not new_given and (old_given or unfilled) then
    new."line" := (select coalesce(street, '') || ' ' || coalesce(number::text, '') from (select new.*) as "addresses");
  end if;
  new."addresses_street_number_line_unfilled_a10f4a26" := false;
  if tg_argv[0] = 'first' then
    new."addresses_street_number_line_image_a10f4a26" := array[row(new."street", new."number")::text, row(new."line")::text];
    return new;
  end if;
  new."addresses_street_number_line_image_a10f4a26" := null;
  return new;
end
$changeover$;
-- without a default: rows that are there must start as NULL, to be filled
-- lock: ACCESS EXCLUSIVE on "public"."addresses": blocks reads and writes until the commit, brief
alter table "public"."addresses" add column "line" text;
-- true until the row is filled; a constant default touches no row
-- lock: ACCESS EXCLUSIVE on "public"."addresses": blocks reads and writes until the commit, brief
alter table "public"."addresses" add column "addresses_street_number_line_unfilled_a10f4a26" boolean not null default true;
-- for the triggers' own use; null in every row that is stored
-- lock: ACCESS EXCLUSIVE on "public"."addresses": blocks reads and writes until the commit, brief
alter table "public"."addresses" add column "addresses_street_number_line_image_a10f4a26" text[];
-- named to fire after your own triggers
-- lock: SHARE ROW EXCLUSIVE on "public"."addresses": blocks writes until the commit, brief; reads go on
create trigger "zzz_0002_01_addresses_street_number_line_sync_a10f4a26_insert" before insert on "public"."addresses"
  for each row when (new."addresses_street_number_line_image_a10f4a26" is not null or ((pg_catalog.current_setting('changeover.backfill_xact', true)
    = pg_catalog.pg_current_xact_id_if_assigned()::text) is not true or pg_catalog.pg_trigger_depth() > 0))
  execute function "public"."addresses_street_number_line_sync_a10f4a26"('last');
-- updates of other columns pass it by
-- lock: SHARE ROW EXCLUSIVE on "public"."addresses": blocks writes until the commit, brief; reads go on
create trigger "zzz_0002_01_addresses_street_number_line_sync_a10f4a26_update" before update on "public"."addresses"
  for each row when (new."addresses_street_number_line_image_a10f4a26" is not null
    or ((pg_catalog.current_setting('changeover.backfill_xact', true)
    = pg_catalog.pg_current_xact_id_if_assigned()::text) is not true or pg_catalog.pg_trigger_depth() > 0)
    and (row(new."street", new."number", new."line")::record *<> row(old."street", old."number", old."line")::record or (new."addresses_street_number_line_unfilled_a10f4a26")))
  execute function "public"."addresses_street_number_line_sync_a10f4a26"('last');
-- for logical replication and restores too
-- lock: SHARE ROW EXCLUSIVE on "public"."addresses": blocks writes until the commit, brief; reads go on
alter table "public"."addresses" enable always trigger "zzz_0002_01_addresses_street_number_line_sync_a10f4a26_insert", enable always trigger "zzz_0002_01_addresses_street_number_line_sync_a10f4a26_update";
-- where the table has triggers of your own: what they read is right before they fire
-- lock: SHARE ROW EXCLUSIVE on "public"."addresses": blocks writes until the commit, brief; reads go on
select changeover.sync_first('"public"."addresses"');
commit;

-- ==== migrate ================================================================
-- Runs as soon as expand is done. Long, but what blocks reads or writes is brief.
-- If it stops: both shapes are in use and equal, and the next run goes on.

-- merge_columns!(addresses { street = "nullif(split_part(line, ' ', 1), '')", number = "nullif(split_part(line, ' ', 2), '')::integer", } => line: text not_null, up = "coalesce(street, '') || ' ' || coalesce(number::text, '')")

-- 1/6 fills `line` in the rows that no client has written since
-- the runner repeats this transaction for each window of pages and each stripe of its rows,
-- with windows that take it some 10 ms; its place is kept with the rows, so if it stops
-- it goes on from there
begin;
set local lock_timeout = '100ms';
set local synchronous_commit = off;
select pg_catalog.set_config('changeover.backfill_xact', pg_catalog.pg_current_xact_id()::text, true);
-- lock: ROW EXCLUSIVE on "public"."addresses": blocks neither reads nor writes
-- a client that writes a row of the same batch waits for this commit
-- your own update triggers fire for each row; ours are told to stand aside
update "public"."addresses" set "line" = coalesce(street, '') || ' ' || coalesce(number::text, ''), "addresses_street_number_line_unfilled_a10f4a26" = false
where ctid >= '(0,0)' and ctid < '(64,0)' and pg_catalog.hashtid(ctid) & 7 = 0
and ("addresses_street_number_line_unfilled_a10f4a26");
commit;
-- at the end no row may be left, or the migration stops here
select count(*) from "public"."addresses" where "addresses_street_number_line_unfilled_a10f4a26";

-- 2/6 lets triggers of your own that list `street`, `number` in `update of` fire for `line` too
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- an `update of` of your own lists both names, and fires for builds that write either
-- locks only where a trigger of your own has such a list, which the runner asks first:
-- select changeover.lists_columns('"public"."addresses"', array['street', 'number'])
-- lock: ACCESS EXCLUSIVE on "public"."addresses": blocks reads and writes until the commit, brief
select changeover.list_columns('"public"."addresses"', listed => array['street', 'number'], added => array['line']);
commit;

-- 3/6 finds rows that would fail, before anything is locked
-- stops the migration, with nothing locked, if rows have no `line`
-- help: give `line` a value for them, as in `coalesce(…, '')`
select * from "public"."addresses" where "line" is null limit 5;

-- 4/6 new rows must have `line`; old ones are not read yet
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."addresses": blocks reads and writes until the commit, brief
alter table "public"."addresses" add constraint "addresses_line_not_null_62a639ce" check ("line" is not null) not valid;
commit;

-- 5/6 reads every row of `addresses`, in a transaction of its own because a scan under the lock
--   of the step before would block
begin;
set local lock_timeout = '300ms';
-- lock: SHARE UPDATE EXCLUSIVE on "public"."addresses": blocks neither reads nor writes, only vacuum and schema changes
alter table "public"."addresses" validate constraint "addresses_line_not_null_62a639ce";
commit;

-- 6/6 the valid check proves it, so that no row is read under the lock
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."addresses": blocks reads and writes until the commit, brief
alter table "public"."addresses" alter column "line" set not null;
-- two statements: one `alter table` with both would scan
-- lock: ACCESS EXCLUSIVE on "public"."addresses": blocks reads and writes until the commit, brief
alter table "public"."addresses" drop constraint if exists "addresses_line_not_null_62a639ce";
commit;

-- ==== contract ===============================================================
-- Waits for a later migration that says `contract!(m0002_change)`,
-- and for a run of `contract()` once no older build is live.
-- Cannot be undone: what it drops is gone. If it stops: the next run goes on.

-- merge_columns!(addresses { street = "nullif(split_part(line, ' ', 1), '')", number = "nullif(split_part(line, ' ', 2), '')::integer", } => line: text not_null, up = "coalesce(street, '') || ' ' || coalesce(number::text, '')")

-- 1/1 no build names what goes any more; in one transaction, because a trigger without its
--   columns would fail every write
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."addresses": blocks reads and writes until the commit, brief
drop trigger if exists "!_0002_01_addresses_street_number_line_sync_a10f4a26" on "public"."addresses";
-- lock: ACCESS EXCLUSIVE on "public"."addresses": blocks reads and writes until the commit, brief
drop trigger if exists "zzz_0002_01_addresses_street_number_line_sync_a10f4a26_insert" on "public"."addresses";
-- lock: ACCESS EXCLUSIVE on "public"."addresses": blocks reads and writes until the commit, brief
drop trigger if exists "zzz_0002_01_addresses_street_number_line_sync_a10f4a26_update" on "public"."addresses";
drop function if exists "public"."addresses_street_number_line_sync_a10f4a26"();
-- lock: ACCESS EXCLUSIVE on "public"."addresses": blocks reads and writes until the commit, brief
alter table "public"."addresses" drop column "addresses_street_number_line_image_a10f4a26";
-- lock: ACCESS EXCLUSIVE on "public"."addresses": blocks reads and writes until the commit, brief
alter table "public"."addresses" drop column "addresses_street_number_line_unfilled_a10f4a26";
-- an `update of` of your own lists what stays
-- lock: ACCESS EXCLUSIVE on "public"."addresses": blocks reads and writes until the commit, brief
select changeover.list_columns('"public"."addresses"', gone => array['street', 'number']);
-- its values live on in what took its place
-- lock: ACCESS EXCLUSIVE on "public"."addresses": blocks reads and writes until the commit, brief
alter table "public"."addresses" drop column "street";
-- its values live on in what took its place
-- lock: ACCESS EXCLUSIVE on "public"."addresses": blocks reads and writes until the commit, brief
alter table "public"."addresses" drop column "number";
commit;

-- ==== undo ===================================================================
-- Until its contract or a later migration has begun, `undo` takes the steps back, the last one first:

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."addresses": blocks reads and writes until the commit, brief
-- undo: alter table "public"."addresses" alter column "line" drop not null;
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."addresses": blocks reads and writes until the commit, brief
-- undo: alter table "public"."addresses" drop constraint if exists "addresses_line_not_null_62a639ce";
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- an `update of` of your own lists what stays
-- undo: -- locks only where a trigger of your own has such a list, which the runner asks first:
-- undo: -- select changeover.lists_columns('"public"."addresses"', array['line'])
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."addresses": blocks reads and writes until the commit, brief
-- undo: select changeover.list_columns('"public"."addresses"', gone => array['line']);
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."addresses": blocks reads and writes until the commit, brief
-- undo: drop trigger if exists "!_0002_01_addresses_street_number_line_sync_a10f4a26" on "public"."addresses";
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."addresses": blocks reads and writes until the commit, brief
-- undo: drop trigger if exists "zzz_0002_01_addresses_street_number_line_sync_a10f4a26_insert" on "public"."addresses";
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."addresses": blocks reads and writes until the commit, brief
-- undo: drop trigger if exists "zzz_0002_01_addresses_street_number_line_sync_a10f4a26_update" on "public"."addresses";
-- undo: drop function if exists "public"."addresses_street_number_line_sync_a10f4a26"();
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."addresses": blocks reads and writes until the commit, brief
-- undo: alter table "public"."addresses" drop column "addresses_street_number_line_image_a10f4a26";
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."addresses": blocks reads and writes until the commit, brief
-- undo: alter table "public"."addresses" drop column "addresses_street_number_line_unfilled_a10f4a26";
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."addresses": blocks reads and writes until the commit, brief
-- undo: alter table "public"."addresses" drop column "line";
-- undo: commit;
