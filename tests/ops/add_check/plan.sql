-- m0002_change
-- after m0001_base

-- ==== expand =================================================================
-- Waits for nothing. A transaction takes all its locks first; if it does not get them within
-- 300ms, it lets clients pass and tries again. If it stops: each step is done wholly or not
-- at all, and the next run goes on.

-- add_check!(orders, "reserved between 0 and stock", name = orders_reserved_in_stock, fill(stock = "greatest(stock, 0)", reserved = "least(abs(reserved), greatest(stock, 0))"),)
-- note: until the contract, a write of a row that breaks `orders_reserved_in_stock` is mended,
--   and reads back as other than was written; then it fails (23514)

-- 1/1 what builds write that know no better, until the contract
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
create function "public"."orders_orders_reserved_in_stock_fill_a7d633ce"() returns trigger
  language plpgsql
  set search_path = pg_catalog, "public", pg_temp
as $changeover$
#variable_conflict use_column
begin
  if (select not (reserved between 0 and stock) from (select new.*) as "orders") then
    select greatest(stock, 0), least(abs(reserved), greatest(stock, 0)) into new."stock", new."reserved" from (select new.*) as "orders";
  end if;
  return new;
end
$changeover$;
-- fills what a build leaves out that does not know better
-- lock: SHARE ROW EXCLUSIVE on "public"."orders": blocks writes until the commit, brief; reads go on
create trigger "zzz_0002_04_orders_orders_reserved_in_stock_fill_a7d633ce_write" before insert or update on "public"."orders"
  for each row when (((pg_catalog.current_setting('changeover.backfill_xact', true)
    = pg_catalog.pg_current_xact_id_if_assigned()::text) is not true or pg_catalog.pg_trigger_depth() > 0))
  execute function "public"."orders_orders_reserved_in_stock_fill_a7d633ce"();
-- for logical replication and restores too
-- lock: SHARE ROW EXCLUSIVE on "public"."orders": blocks writes until the commit, brief; reads go on
alter table "public"."orders" enable always trigger "zzz_0002_04_orders_orders_reserved_in_stock_fill_a7d633ce_write";
commit;

-- ==== migrate ================================================================
-- Runs as soon as expand is done. Long, but what blocks reads or writes is brief.
-- If it stops: both shapes are in use and equal, and the next run goes on.

-- add_check!(orders, "total >= 0", name = orders_total_positive)
-- note: a write of a row that breaks `orders_total_positive` fails (23514) from the start of
--   migrate on, by old builds too: with `fill` it would be mended instead

-- 1/10 finds rows that would fail, before anything is locked
-- stops the migration, with nothing locked, if rows break `total >= 0`
-- help: mend these rows, and the builds that write such; `fill(…)` does both
select * from "public"."orders" where not (total >= 0) limit 5;

-- 2/10 `orders_total_positive` holds for new rows; old ones are not read yet
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
alter table "public"."orders" add constraint "orders_total_positive" check (total >= 0) not valid;
commit;

-- 3/10 reads every row, in a transaction of its own because a scan under the lock of the step
--   before would block
begin;
set local lock_timeout = '300ms';
-- lock: SHARE UPDATE EXCLUSIVE on "public"."orders": blocks neither reads nor writes, only vacuum and schema changes
alter table "public"."orders" validate constraint "orders_total_positive";
commit;

-- add_check!(orders, "discount <= total or note like 'gift%'", no_inherit)
-- note: a write of a row that breaks `orders_check` fails (23514) from the start of migrate on,
--   by old builds too: with `fill` it would be mended instead

-- 4/10 finds rows that would fail, before anything is locked
-- stops the migration, with nothing locked, if rows break `discount <= total or note like 'gift%'`
-- help: mend these rows, and the builds that write such; `fill(…)` does both
select * from "public"."orders" where not (discount <= total or note like 'gift%') limit 5;

-- 5/10 `orders_check` holds for new rows; old ones are not read yet
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
alter table "public"."orders" add constraint "orders_check" check (discount <= total or note like 'gift%') no inherit not valid;
commit;

-- 6/10 reads every row, in a transaction of its own because a scan under the lock of the step
--   before would block
begin;
set local lock_timeout = '300ms';
-- lock: SHARE UPDATE EXCLUSIVE on "public"."orders": blocks neither reads nor writes, only vacuum and schema changes
alter table "public"."orders" validate constraint "orders_check";
commit;

-- add_check!(archive, "total >= 0", not_valid)
-- note: a write of a row that breaks `archive_check` fails (23514) from the start of migrate
--   on, by old builds too, and that of an old row which breaks it and is not mended

-- 7/10 `archive_check` holds for new rows; old ones are not read
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."archive": blocks reads and writes until the commit, brief
alter table "public"."archive" add constraint "archive_check" check (total >= 0) not valid;
commit;

-- add_check!(orders, "reserved between 0 and stock", name = orders_reserved_in_stock, fill(stock = "greatest(stock, 0)", reserved = "least(abs(reserved), greatest(stock, 0))"),)

-- 8/10 gives `stock`, `reserved` to the rows that were there before
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
update "public"."orders" set "stock" = greatest(stock, 0), "reserved" = least(abs(reserved), greatest(stock, 0))
where ctid >= '(0,0)' and ctid < '(64,0)' and pg_catalog.hashtid(ctid) & 7 = 0
and (not (reserved between 0 and stock));
commit;
-- at the end no row may be left, or the migration stops here
select count(*) from "public"."orders" where not (reserved between 0 and stock);

-- 9/10 `orders_reserved_in_stock` holds for new rows; old ones are not read yet
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
alter table "public"."orders" add constraint "orders_reserved_in_stock" check (reserved between 0 and stock) not valid;
commit;

-- 10/10 reads every row, in a transaction of its own because a scan under the lock of the step
--   before would block
begin;
set local lock_timeout = '300ms';
-- lock: SHARE UPDATE EXCLUSIVE on "public"."orders": blocks neither reads nor writes, only vacuum and schema changes
alter table "public"."orders" validate constraint "orders_reserved_in_stock";
commit;

-- ==== contract ===============================================================
-- Waits for a later migration that says `contract!(m0002_change)`,
-- and for a run of `contract()` once no older build is live.
-- Cannot be undone: what it drops is gone. If it stops: the next run goes on.

-- add_check!(orders, "reserved between 0 and stock", name = orders_reserved_in_stock, fill(stock = "greatest(stock, 0)", reserved = "least(abs(reserved), greatest(stock, 0))"),)

-- 1/1 builds that know no better are gone
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
drop trigger if exists "zzz_0002_04_orders_orders_reserved_in_stock_fill_a7d633ce_write" on "public"."orders";
drop function if exists "public"."orders_orders_reserved_in_stock_fill_a7d633ce"();
commit;

-- ==== undo ===================================================================
-- Until its contract or a later migration has begun, `undo` takes the steps back, the last one first:

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: alter table "public"."orders" drop constraint if exists "orders_reserved_in_stock";
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."archive": blocks reads and writes until the commit, brief
-- undo: alter table "public"."archive" drop constraint if exists "archive_check";
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: alter table "public"."orders" drop constraint if exists "orders_check";
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: alter table "public"."orders" drop constraint if exists "orders_total_positive";
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: drop trigger if exists "zzz_0002_04_orders_orders_reserved_in_stock_fill_a7d633ce_write" on "public"."orders";
-- undo: drop function if exists "public"."orders_orders_reserved_in_stock_fill_a7d633ce"();
-- undo: commit;
