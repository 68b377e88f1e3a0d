-- m0002_change
-- after m0001_base

-- ==== expand =================================================================
-- Waits for nothing. A transaction takes all its locks first; if it does not get them within
-- 300ms, it lets clients pass and tries again. If it stops: each step is done wholly or not
-- at all, and the next run goes on.

-- drop_enum_value!(order_status."can't say", replace_by = pending)
-- note: an undo does not bring the value back into the rows that held it
-- note: the value stays in the type, because PostgreSQL takes none away: a check on each column
--   keeps it out

-- 1/3 old builds may write the value until the contract
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
create function "public"."orders_status_can't say_value_f608ae0b"() returns trigger
  language plpgsql
  set search_path = pg_catalog, "public", pg_temp
as $changeover$
begin
  new."status" := 'pending';
  return new;
end
$changeover$;
-- `"can't say"` becomes `pending` as it is written
-- lock: SHARE ROW EXCLUSIVE on "public"."orders": blocks writes until the commit, brief; reads go on
create trigger "zzz_0002_01_orders_status_can't say_value_f608ae0b_write" before insert or update on "public"."orders"
  for each row when (new."status" operator(pg_catalog.=) 'can''t say'
    and ((pg_catalog.current_setting('changeover.backfill_xact', true)
    = pg_catalog.pg_current_xact_id_if_assigned()::text) is not true or pg_catalog.pg_trigger_depth() > 0))
  execute function "public"."orders_status_can't say_value_f608ae0b"();
-- for logical replication and restores too
-- lock: SHARE ROW EXCLUSIVE on "public"."orders": blocks writes until the commit, brief; reads go on
alter table "public"."orders" enable always trigger "zzz_0002_01_orders_status_can't say_value_f608ae0b_write";
commit;

-- 2/3 old builds may write the value until the contract
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
create function "public"."orders_earlier_can't say_value_0b803b63"() returns trigger
  language plpgsql
  set search_path = pg_catalog, "public", pg_temp
as $changeover$
begin
  new."earlier" := pg_catalog.array_replace(new."earlier", 'can''t say', 'pending');
  return new;
end
$changeover$;
-- `"can't say"` becomes `pending` as it is written
-- lock: SHARE ROW EXCLUSIVE on "public"."orders": blocks writes until the commit, brief; reads go on
create trigger "zzz_0002_01_orders_earlier_can't say_value_0b803b63_write" before insert or update on "public"."orders"
  for each row when ('can''t say' operator(pg_catalog.=) any (new."earlier")
    and ((pg_catalog.current_setting('changeover.backfill_xact', true)
    = pg_catalog.pg_current_xact_id_if_assigned()::text) is not true or pg_catalog.pg_trigger_depth() > 0))
  execute function "public"."orders_earlier_can't say_value_0b803b63"();
-- for logical replication and restores too
-- lock: SHARE ROW EXCLUSIVE on "public"."orders": blocks writes until the commit, brief; reads go on
alter table "public"."orders" enable always trigger "zzz_0002_01_orders_earlier_can't say_value_0b803b63_write";
commit;

-- 3/3 old builds may write the value until the contract
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
create function "public"."parcels_status_can't say_value_5e6765da"() returns trigger
  language plpgsql
  set search_path = pg_catalog, "public", pg_temp
as $changeover$
begin
  new."status" := 'pending';
  return new;
end
$changeover$;
-- `"can't say"` becomes `pending` as it is written
-- lock: SHARE ROW EXCLUSIVE on "public"."parcels": blocks writes until the commit, brief; reads go on
create trigger "zzz_0002_01_parcels_status_can't say_value_5e6765da_write" before insert or update on "public"."parcels"
  for each row when (new."status" operator(pg_catalog.=) 'can''t say'
    and ((pg_catalog.current_setting('changeover.backfill_xact', true)
    = pg_catalog.pg_current_xact_id_if_assigned()::text) is not true or pg_catalog.pg_trigger_depth() > 0))
  execute function "public"."parcels_status_can't say_value_5e6765da"();
-- for logical replication and restores too
-- lock: SHARE ROW EXCLUSIVE on "public"."parcels": blocks writes until the commit, brief; reads go on
alter table "public"."parcels" enable always trigger "zzz_0002_01_parcels_status_can't say_value_5e6765da_write";
commit;

-- ==== migrate ================================================================
-- Runs as soon as expand is done. Long, but what blocks reads or writes is brief.
-- If it stops: both shapes are in use and equal, and the next run goes on.

-- drop_enum_value!(order_status."can't say", replace_by = pending)

-- 1/9 `pending` in the place of `"can't say"` in the rows that are there
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
update "public"."orders" set "status" = 'pending'
where ctid >= '(0,0)' and ctid < '(64,0)' and pg_catalog.hashtid(ctid) & 7 = 0
and ("status" operator(pg_catalog.=) 'can''t say');
commit;
-- at the end no row may be left, or the migration stops here
select count(*) from "public"."orders" where "status" operator(pg_catalog.=) 'can''t say';

-- 2/9 new rows hold no `"can't say"` in `status`; old ones are not read yet
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
alter table "public"."orders" add constraint "orders_status_not_can't say" check ("status" operator(pg_catalog.<>) 'can''t say') not valid;
commit;

-- 3/9 reads every row, in a transaction of its own because a scan under the lock of the step
--   before would block
begin;
set local lock_timeout = '300ms';
-- lock: SHARE UPDATE EXCLUSIVE on "public"."orders": blocks neither reads nor writes, only vacuum and schema changes
alter table "public"."orders" validate constraint "orders_status_not_can't say";
commit;

-- 4/9 `pending` in the place of `"can't say"` in the rows that are there
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
update "public"."orders" set "earlier" = pg_catalog.array_replace("earlier", 'can''t say', 'pending')
where ctid >= '(0,0)' and ctid < '(64,0)' and pg_catalog.hashtid(ctid) & 7 = 0
and ('can''t say' operator(pg_catalog.=) any ("earlier"));
commit;
-- at the end no row may be left, or the migration stops here
select count(*) from "public"."orders" where 'can''t say' operator(pg_catalog.=) any ("earlier");

-- 5/9 new rows hold no `"can't say"` in `earlier`; old ones are not read yet
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
alter table "public"."orders" add constraint "orders_earlier_not_can't say" check ('can''t say' operator(pg_catalog.<>) all ("earlier")) not valid;
commit;

-- 6/9 reads every row, in a transaction of its own because a scan under the lock of the step
--   before would block
begin;
set local lock_timeout = '300ms';
-- lock: SHARE UPDATE EXCLUSIVE on "public"."orders": blocks neither reads nor writes, only vacuum and schema changes
alter table "public"."orders" validate constraint "orders_earlier_not_can't say";
commit;

-- 7/9 `pending` in the place of `"can't say"` in the rows that are there
-- the runner repeats this transaction for each window of pages and each stripe of its rows,
-- with windows that take it some 10 ms; its place is kept with the rows, so if it stops
-- it goes on from there
begin;
set local lock_timeout = '100ms';
set local synchronous_commit = off;
select pg_catalog.set_config('changeover.backfill_xact', pg_catalog.pg_current_xact_id()::text, true);
-- lock: ROW EXCLUSIVE on "public"."parcels": blocks neither reads nor writes
-- a client that writes a row of the same batch waits for this commit
-- your own update triggers fire for each row; ours are told to stand aside
update "public"."parcels" set "status" = 'pending'
where ctid >= '(0,0)' and ctid < '(64,0)' and pg_catalog.hashtid(ctid) & 7 = 0
and ("status" operator(pg_catalog.=) 'can''t say');
commit;
-- at the end no row may be left, or the migration stops here
select count(*) from "public"."parcels" where "status" operator(pg_catalog.=) 'can''t say';

-- 8/9 new rows hold no `"can't say"` in `status`; old ones are not read yet
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."parcels": blocks reads and writes until the commit, brief
alter table "public"."parcels" add constraint "parcels_status_not_can't say" check ("status" operator(pg_catalog.<>) 'can''t say') not valid;
commit;

-- 9/9 reads every row, in a transaction of its own because a scan under the lock of the step
--   before would block
begin;
set local lock_timeout = '300ms';
-- lock: SHARE UPDATE EXCLUSIVE on "public"."parcels": blocks neither reads nor writes, only vacuum and schema changes
alter table "public"."parcels" validate constraint "parcels_status_not_can't say";
commit;

-- ==== contract ===============================================================
-- Waits for a later migration that says `contract!(m0002_change)`,
-- and for a run of `contract()` once no older build is live.
-- Cannot be undone: what it drops is gone. If it stops: the next run goes on.

-- drop_enum_value!(order_status."can't say", replace_by = pending)

-- 1/3 the builds that wrote the value are gone
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
drop trigger if exists "zzz_0002_01_orders_status_can't say_value_f608ae0b_write" on "public"."orders";
drop function if exists "public"."orders_status_can't say_value_f608ae0b"();
commit;

-- 2/3 the builds that wrote the value are gone
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
drop trigger if exists "zzz_0002_01_orders_earlier_can't say_value_0b803b63_write" on "public"."orders";
drop function if exists "public"."orders_earlier_can't say_value_0b803b63"();
commit;

-- 3/3 the builds that wrote the value are gone
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."parcels": blocks reads and writes until the commit, brief
drop trigger if exists "zzz_0002_01_parcels_status_can't say_value_5e6765da_write" on "public"."parcels";
drop function if exists "public"."parcels_status_can't say_value_5e6765da"();
commit;

-- ==== undo ===================================================================
-- Until its contract or a later migration has begun, `undo` takes the steps back, the last one first:

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."parcels": blocks reads and writes until the commit, brief
-- undo: alter table "public"."parcels" drop constraint if exists "parcels_status_not_can't say";
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: alter table "public"."orders" drop constraint if exists "orders_earlier_not_can't say";
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: alter table "public"."orders" drop constraint if exists "orders_status_not_can't say";
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."parcels": blocks reads and writes until the commit, brief
-- undo: drop trigger if exists "zzz_0002_01_parcels_status_can't say_value_5e6765da_write" on "public"."parcels";
-- undo: drop function if exists "public"."parcels_status_can't say_value_5e6765da"();
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: drop trigger if exists "zzz_0002_01_orders_earlier_can't say_value_0b803b63_write" on "public"."orders";
-- undo: drop function if exists "public"."orders_earlier_can't say_value_0b803b63"();
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: drop trigger if exists "zzz_0002_01_orders_status_can't say_value_f608ae0b_write" on "public"."orders";
-- undo: drop function if exists "public"."orders_status_can't say_value_f608ae0b"();
-- undo: commit;
