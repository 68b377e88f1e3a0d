-- m0002_change
-- after m0001_base

-- ==== expand =================================================================
-- Waits for nothing. A transaction takes all its locks first; if it does not get them within
-- 300ms, it lets clients pass and tries again. If it stops: each step is done wholly or not
-- at all, and the next run goes on.

-- add_column!(orders.note: text)
-- note: a prepared `select *` or `returning *` fails once (0A000) when the column comes, and a
--   `copy` without a column list for good; name the columns instead

-- 1/1 touches no row: PostgreSQL keeps a constant or stable default in its catalog
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
alter table "public"."orders" add column "note" text;
--
-- backfill!(orders.label = "case when priority >= 8 then 'high' else 'low' end"), under the
--   same lock: what builds write that know no better, until the contract
-- note: until the contract a trigger does the same for what builds write: a row with `"label"
--   is null` gets the values
-- note: an undo leaves the rows as the backfill made them
create function "public"."orders_label_backfill_e40671cb"() returns trigger
  language plpgsql
  set search_path = pg_catalog, "public", pg_temp
as $changeover$
#variable_conflict use_column
begin
  if (select "label" is null from (select new.*) as "orders") then
    new."label" := (select case when priority >= 8 then 'high' else 'low' end from (select new.*) as "orders");
  end if;
  return new;
end
$changeover$;
-- fills what a build leaves out that does not know better
-- lock: SHARE ROW EXCLUSIVE on "public"."orders": blocks writes until the commit, brief; reads go on
create trigger "zzz_0002_02_orders_label_backfill_e40671cb_write" before insert or update on "public"."orders"
  for each row when (((pg_catalog.current_setting('changeover.backfill_xact', true)
    = pg_catalog.pg_current_xact_id_if_assigned()::text) is not true or pg_catalog.pg_trigger_depth() > 0))
  execute function "public"."orders_label_backfill_e40671cb"();
-- for logical replication and restores too
-- lock: SHARE ROW EXCLUSIVE on "public"."orders": blocks writes until the commit, brief; reads go on
alter table "public"."orders" enable always trigger "zzz_0002_02_orders_label_backfill_e40671cb_write";
--
-- backfill!(orders { note = "'for ' || name" }, where = "note is null and name <> ''"), under
--   the same lock: what builds write that know no better, until the contract
-- note: until the contract a trigger does the same for what builds write: a row with `note is
--   null and name <> ''` gets the values
create function "public"."orders_note_backfill_f8d13643"() returns trigger
  language plpgsql
  set search_path = pg_catalog, "public", pg_temp
as $changeover$
#variable_conflict use_column
begin
  if (select note is null and name <> '' from (select new.*) as "orders") then
    new."note" := (select 'for ' || name from (select new.*) as "orders");
  end if;
  return new;
end
$changeover$;
-- fills what a build leaves out that does not know better
-- lock: SHARE ROW EXCLUSIVE on "public"."orders": blocks writes until the commit, brief; reads go on
create trigger "zzz_0002_03_orders_note_backfill_f8d13643_write" before insert or update on "public"."orders"
  for each row when (((pg_catalog.current_setting('changeover.backfill_xact', true)
    = pg_catalog.pg_current_xact_id_if_assigned()::text) is not true or pg_catalog.pg_trigger_depth() > 0))
  execute function "public"."orders_note_backfill_f8d13643"();
-- for logical replication and restores too
-- lock: SHARE ROW EXCLUSIVE on "public"."orders": blocks writes until the commit, brief; reads go on
alter table "public"."orders" enable always trigger "zzz_0002_03_orders_note_backfill_f8d13643_write";
commit;

-- ==== migrate ================================================================
-- Runs as soon as expand is done. Long, but what blocks reads or writes is brief.
-- If it stops: both shapes are in use and equal, and the next run goes on.

-- backfill!(orders.label = "case when priority >= 8 then 'high' else 'low' end")

-- 1/3 gives `label` to the rows that were there before
-- the runner repeats this transaction for each window of pages and each stripe of its rows,
-- with windows that take it some 10 ms; its place is kept with the rows, so if it stops
-- it goes on from there
begin;
set local lock_timeout = '100ms';
set local synchronous_commit = off;
select pg_catalog.set_config('changeover.backfill_xact', pg_catalog.pg_current_xact_id()::text, true);
-- lock: ROW EXCLUSIVE on "public"."orders": blocks neither reads nor writes
-- a client that writes a row of the same batch waits for this commit
-- your own update triggers fire for each row; ours are told to stand aside
update "public"."orders" set "label" = case when priority >= 8 then 'high' else 'low' end
where ctid >= '(0,0)' and ctid < '(64,0)' and pg_catalog.hashtid(ctid) & 7 = 0
and ("label" is null and (case when priority >= 8 then 'high' else 'low' end) is not null);
commit;
-- at the end no row may be left, or the migration stops here
select count(*) from "public"."orders" where "label" is null and (case when priority >= 8 then 'high' else 'low' end) is not null;

-- backfill!(orders { note = "'for ' || name" }, where = "note is null and name <> ''")

-- 2/3 gives `note` to the rows that were there before
-- the runner repeats this transaction for each window of pages and each stripe of its rows,
-- with windows that take it some 10 ms; its place is kept with the rows, so if it stops
-- it goes on from there
begin;
set local lock_timeout = '100ms';
set local synchronous_commit = off;
select pg_catalog.set_config('changeover.backfill_xact', pg_catalog.pg_current_xact_id()::text, true);
-- lock: ROW EXCLUSIVE on "public"."orders": blocks neither reads nor writes
-- a client that writes a row of the same batch waits for this commit
-- your own update triggers fire for each row; ours are told to stand aside
update "public"."orders" set "note" = 'for ' || name
where ctid >= '(0,0)' and ctid < '(64,0)' and pg_catalog.hashtid(ctid) & 7 = 0
and (note is null and name <> '');
commit;
-- at the end no row may be left, or the migration stops here
select count(*) from "public"."orders" where note is null and name <> '';

-- backfill!(orders.code, with = super:: code, read(name), where = "code = ''")
-- note: an undo leaves the rows as the backfill made them
-- note: a row that a build writes meanwhile and that is still to be filled is filled too; one
--   that is written after the last batch stops the migration

-- 3/3 fills code with a function of the service
-- the runner repeats this for each window of pages and each stripe of its rows; if it stops it
--   goes on from there. It gives these rows to `super::code`:
select "id", "name" from "public"."orders"
where ctid >= '(0,0)' and ctid < '(64,0)' and pg_catalog.hashtid(ctid) & 7 = 0
and (code = '') limit 1000;
-- and writes what it gives back, unless a client has changed what was read:
-- lock: ROW EXCLUSIVE on "public"."orders": blocks neither reads nor writes
-- update "public"."orders" set ("code") = (…)
-- where ("id", "name") is not distinct from (…) and (code = '');
-- at the end no row may be left, or the migration stops here
select count(*) from "public"."orders" where code = '';

-- ==== contract ===============================================================
-- Waits for a later migration that says `contract!(m0002_change)`,
-- and for a run of `contract()` once no older build is live.
-- Cannot be undone: what it drops is gone. If it stops: the next run goes on.

-- backfill!(orders.label = "case when priority >= 8 then 'high' else 'low' end")

-- 1/1 builds that know no better are gone
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
drop trigger if exists "zzz_0002_02_orders_label_backfill_e40671cb_write" on "public"."orders";
drop function if exists "public"."orders_label_backfill_e40671cb"();
--
-- backfill!(orders { note = "'for ' || name" }, where = "note is null and name <> ''"), under
--   the same lock: builds that know no better are gone
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
drop trigger if exists "zzz_0002_03_orders_note_backfill_f8d13643_write" on "public"."orders";
drop function if exists "public"."orders_note_backfill_f8d13643"();
commit;

-- ==== undo ===================================================================
-- Until its contract or a later migration has begun, `undo` takes the steps back, the last one first:

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: drop trigger if exists "zzz_0002_03_orders_note_backfill_f8d13643_write" on "public"."orders";
-- undo: drop function if exists "public"."orders_note_backfill_f8d13643"();
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: drop trigger if exists "zzz_0002_02_orders_label_backfill_e40671cb_write" on "public"."orders";
-- undo: drop function if exists "public"."orders_label_backfill_e40671cb"();
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: alter table "public"."orders" drop column "note";
-- undo: commit;
