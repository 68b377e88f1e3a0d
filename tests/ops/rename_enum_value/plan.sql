-- m0002_change
-- after m0001_base

-- ==== expand =================================================================
-- Waits for nothing. A transaction takes all its locks first; if it does not get them within
-- 300ms, it lets clients pass and tries again. If it stops: each step is done wholly or not
-- at all, and the next run goes on.

-- rename_enum_value!(order_status.shipped => sent)
-- note: new builds take `shipped` and `sent` for one: until the contract has run rows hold
--   `shipped`, also where `sent` was written
-- note: `shipped` stays in the type, because PostgreSQL takes no value away: a check on each
--   column keeps it out; and an undo leaves `sent` in it

-- 1/3 a transaction of its own: PostgreSQL lets nothing use the value before the commit
begin;
set local lock_timeout = '300ms';
alter type "public"."order_status" add value if not exists 'sent' after 'shipped';
commit;

-- 2/3 old builds do not know the new name: rows hold the old one until the contract
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
create function "public"."orders_status_sent_value_88184459"() returns trigger
  language plpgsql
  set search_path = pg_catalog, "public", pg_temp
as $changeover$
begin
  new."status" := 'shipped';
  return new;
end
$changeover$;
-- `sent` becomes `shipped` as it is written
-- lock: SHARE ROW EXCLUSIVE on "public"."orders": blocks writes until the commit, brief; reads go on
create trigger "zzz_0002_01_orders_status_sent_value_88184459_write" before insert or update on "public"."orders"
  for each row when (new."status" operator(pg_catalog.=) 'sent'
    and ((pg_catalog.current_setting('changeover.backfill_xact', true)
    = pg_catalog.pg_current_xact_id_if_assigned()::text) is not true or pg_catalog.pg_trigger_depth() > 0))
  execute function "public"."orders_status_sent_value_88184459"();
-- for logical replication and restores too
-- lock: SHARE ROW EXCLUSIVE on "public"."orders": blocks writes until the commit, brief; reads go on
alter table "public"."orders" enable always trigger "zzz_0002_01_orders_status_sent_value_88184459_write";
commit;

-- 3/3 old builds do not know the new name: rows hold the old one until the contract
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
create function "public"."orders_earlier_sent_value_8be61051"() returns trigger
  language plpgsql
  set search_path = pg_catalog, "public", pg_temp
as $changeover$
begin
  new."earlier" := pg_catalog.array_replace(new."earlier", 'sent', 'shipped');
  return new;
end
$changeover$;
-- `sent` becomes `shipped` as it is written
-- lock: SHARE ROW EXCLUSIVE on "public"."orders": blocks writes until the commit, brief; reads go on
create trigger "zzz_0002_01_orders_earlier_sent_value_8be61051_write" before insert or update on "public"."orders"
  for each row when ('sent' operator(pg_catalog.=) any (new."earlier")
    and ((pg_catalog.current_setting('changeover.backfill_xact', true)
    = pg_catalog.pg_current_xact_id_if_assigned()::text) is not true or pg_catalog.pg_trigger_depth() > 0))
  execute function "public"."orders_earlier_sent_value_8be61051"();
-- for logical replication and restores too
-- lock: SHARE ROW EXCLUSIVE on "public"."orders": blocks writes until the commit, brief; reads go on
alter table "public"."orders" enable always trigger "zzz_0002_01_orders_earlier_sent_value_8be61051_write";
commit;

-- ==== contract ===============================================================
-- Waits for a later migration that says `contract!(m0002_change)`,
-- and for a run of `contract()` once no older build is live.
-- Cannot be undone: what it drops is gone. If it stops: the next run goes on.

-- rename_enum_value!(order_status.shipped => sent)

-- 1/10 every build knows both names: from now on rows get the new one
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
lock table "public"."orders" in access exclusive mode;
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
drop trigger if exists "zzz_0002_01_orders_status_sent_value_88184459_write" on "public"."orders";
drop function if exists "public"."orders_status_sent_value_88184459"();
create function "public"."orders_status_shipped_value_a37d14fe"() returns trigger
  language plpgsql
  set search_path = pg_catalog, "public", pg_temp
as $changeover$
begin
  new."status" := 'sent';
  return new;
end
$changeover$;
-- `shipped` becomes `sent` as it is written
-- lock: SHARE ROW EXCLUSIVE on "public"."orders": blocks writes until the commit, brief; reads go on
create trigger "zzz_0002_01_orders_status_shipped_value_a37d14fe_write" before insert or update on "public"."orders"
  for each row when (new."status" operator(pg_catalog.=) 'shipped'
    and ((pg_catalog.current_setting('changeover.backfill_xact', true)
    = pg_catalog.pg_current_xact_id_if_assigned()::text) is not true or pg_catalog.pg_trigger_depth() > 0))
  execute function "public"."orders_status_shipped_value_a37d14fe"();
-- for logical replication and restores too
-- lock: SHARE ROW EXCLUSIVE on "public"."orders": blocks writes until the commit, brief; reads go on
alter table "public"."orders" enable always trigger "zzz_0002_01_orders_status_shipped_value_a37d14fe_write";
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
alter table "public"."orders" alter column "status" set default 'sent';
commit;

-- 2/10 `sent` in the place of `shipped` in the rows that are there
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
update "public"."orders" set "status" = 'sent'
where ctid >= '(0,0)' and ctid < '(64,0)' and pg_catalog.hashtid(ctid) & 7 = 0
and ("status" operator(pg_catalog.=) 'shipped');
commit;
-- at the end no row may be left, or the migration stops here
select count(*) from "public"."orders" where "status" operator(pg_catalog.=) 'shipped';

-- 3/10 new rows hold no `shipped` in `status`; old ones are not read yet
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
alter table "public"."orders" add constraint "orders_status_not_shipped" check ("status" operator(pg_catalog.<>) 'shipped') not valid;
commit;

-- 4/10 reads every row, in a transaction of its own because a scan under the lock of the step
--   before would block
begin;
set local lock_timeout = '300ms';
-- lock: SHARE UPDATE EXCLUSIVE on "public"."orders": blocks neither reads nor writes, only vacuum and schema changes
alter table "public"."orders" validate constraint "orders_status_not_shipped";
commit;

-- 5/10 no row holds the old name, and none can
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
drop trigger if exists "zzz_0002_01_orders_status_shipped_value_a37d14fe_write" on "public"."orders";
drop function if exists "public"."orders_status_shipped_value_a37d14fe"();
commit;

-- 6/10 every build knows both names: from now on rows get the new one
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
lock table "public"."orders" in access exclusive mode;
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
drop trigger if exists "zzz_0002_01_orders_earlier_sent_value_8be61051_write" on "public"."orders";
drop function if exists "public"."orders_earlier_sent_value_8be61051"();
create function "public"."orders_earlier_shipped_value_f0fd51f6"() returns trigger
  language plpgsql
  set search_path = pg_catalog, "public", pg_temp
as $changeover$
begin
  new."earlier" := pg_catalog.array_replace(new."earlier", 'shipped', 'sent');
  return new;
end
$changeover$;
-- `shipped` becomes `sent` as it is written
-- lock: SHARE ROW EXCLUSIVE on "public"."orders": blocks writes until the commit, brief; reads go on
create trigger "zzz_0002_01_orders_earlier_shipped_value_f0fd51f6_write" before insert or update on "public"."orders"
  for each row when ('shipped' operator(pg_catalog.=) any (new."earlier")
    and ((pg_catalog.current_setting('changeover.backfill_xact', true)
    = pg_catalog.pg_current_xact_id_if_assigned()::text) is not true or pg_catalog.pg_trigger_depth() > 0))
  execute function "public"."orders_earlier_shipped_value_f0fd51f6"();
-- for logical replication and restores too
-- lock: SHARE ROW EXCLUSIVE on "public"."orders": blocks writes until the commit, brief; reads go on
alter table "public"."orders" enable always trigger "zzz_0002_01_orders_earlier_shipped_value_f0fd51f6_write";
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
alter table "public"."orders" alter column "earlier" set default '{"sent","pending"}';
commit;

-- 7/10 `sent` in the place of `shipped` in the rows that are there
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
update "public"."orders" set "earlier" = pg_catalog.array_replace("earlier", 'shipped', 'sent')
where ctid >= '(0,0)' and ctid < '(64,0)' and pg_catalog.hashtid(ctid) & 7 = 0
and ('shipped' operator(pg_catalog.=) any ("earlier"));
commit;
-- at the end no row may be left, or the migration stops here
select count(*) from "public"."orders" where 'shipped' operator(pg_catalog.=) any ("earlier");

-- 8/10 new rows hold no `shipped` in `earlier`; old ones are not read yet
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
alter table "public"."orders" add constraint "orders_earlier_not_shipped" check ('shipped' operator(pg_catalog.<>) all ("earlier")) not valid;
commit;

-- 9/10 reads every row, in a transaction of its own because a scan under the lock of the step
--   before would block
begin;
set local lock_timeout = '300ms';
-- lock: SHARE UPDATE EXCLUSIVE on "public"."orders": blocks neither reads nor writes, only vacuum and schema changes
alter table "public"."orders" validate constraint "orders_earlier_not_shipped";
commit;

-- 10/10 no row holds the old name, and none can
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
drop trigger if exists "zzz_0002_01_orders_earlier_shipped_value_f0fd51f6_write" on "public"."orders";
drop function if exists "public"."orders_earlier_shipped_value_f0fd51f6"();
commit;

-- ==== undo ===================================================================
-- Until its contract or a later migration has begun, `undo` takes the steps back, the last one first:

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: drop trigger if exists "zzz_0002_01_orders_earlier_sent_value_8be61051_write" on "public"."orders";
-- undo: drop function if exists "public"."orders_earlier_sent_value_8be61051"();
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: drop trigger if exists "zzz_0002_01_orders_status_sent_value_88184459_write" on "public"."orders";
-- undo: drop function if exists "public"."orders_status_sent_value_88184459"();
-- undo: commit;
