-- m0002_change
-- after m0001_base

-- ==== expand =================================================================
-- Waits for nothing. A transaction takes all its locks first; if it does not get them within
-- 300ms, it lets clients pass and tries again. If it stops: each step is done wholly or not
-- at all, and the next run goes on.

-- drop_constraint!(orders.orders_total_check)
-- note: a build that relies on `orders_total_check` will read what it forbids once a newer one
--   writes it

-- 1/6 for the way back alone: reads every row; blocks nobody
-- nothing to do on the way forward

-- 2/6 before any build writes what it forbids
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
alter table "public"."orders" drop constraint if exists "orders_total_check";
commit;

-- 3/6 for the way back alone: finds rows that would fail, before anything is locked
-- nothing to do on the way forward

-- drop_constraint!(orders.orders_seller_id_fkey)
-- note: a build that relies on `orders_seller_id_fkey` will read what it forbids once a newer
--   one writes it

-- 4/6 for the way back alone: reads every row; blocks nobody
-- nothing to do on the way forward

-- 5/6 before any build writes what it forbids
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- the tables that the foreign keys point at, before the one that has them
-- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
lock table "public"."customers" in access exclusive mode;
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
alter table "public"."orders" drop constraint if exists "orders_seller_id_fkey";
commit;

-- 6/6 for the way back alone: finds rows that would fail, before anything is locked
-- nothing to do on the way forward

-- ==== contract ===============================================================
-- Waits for a later migration that says `contract!(m0002_change)`,
-- and for a run of `contract()` once no older build is live.
-- Cannot be undone: what it drops is gone. If it stops: the next run goes on.

-- drop_constraint!(orders.orders_customer_id_fkey)

-- 1/2 no build relies on it any more; until now old ones do
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- the tables that the foreign keys point at, before the one that has them
-- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
lock table "public"."customers" in access exclusive mode;
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
alter table "public"."orders" drop constraint if exists "orders_customer_id_fkey";
commit;

-- drop_constraint!(orders.orders_number_key)

-- 2/2 no build relies on it any more; until now old ones do
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
alter table "public"."orders" drop constraint if exists "orders_number_key";
commit;

-- ==== undo ===================================================================
-- Until its contract or a later migration has begun, `undo` takes the steps back, the last one first:

-- undo: -- stops the migration, with nothing locked, if rows point with `seller_id` at no row of `customers`
-- undo: -- help: mend these rows, or keep them and the migration as it is
-- undo: select * from "public"."orders" where "public"."orders"."seller_id" is not null and not exists (select from "public"."customers" as parent where parent."id" = "public"."orders"."seller_id") limit 5;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- the tables that the foreign keys point at, before the one that has them
-- undo: -- lock: SHARE ROW EXCLUSIVE on "public"."customers": blocks writes until the commit, brief; reads go on
-- undo: lock table "public"."customers" in share row exclusive mode;
-- undo: -- old rows are not read yet
-- undo: -- lock: SHARE ROW EXCLUSIVE on "public"."orders": blocks writes until the commit, brief; reads go on
-- undo: -- lock: SHARE ROW EXCLUSIVE on "public"."customers": blocks writes until the commit, brief; reads go on
-- undo: alter table "public"."orders" add constraint "orders_seller_id_fkey" foreign key ("seller_id") references "public"."customers" ("id") not valid;
-- undo: commit;

-- undo: -- runs outside a transaction
-- undo: -- is done, and not repeated, once this is true:
-- undo: -- select not exists (select from pg_catalog.pg_constraint where conrelid = to_regclass('"public"."orders"') and conname = 'orders_seller_id_fkey' and not convalidated)
-- undo: set statement_timeout = 0;
-- undo: set lock_timeout = '300s';
-- undo: -- lock: SHARE UPDATE EXCLUSIVE on "public"."orders": blocks neither reads nor writes, only vacuum and schema changes
-- undo: -- lock: ROW SHARE on "public"."customers": blocks neither reads nor writes
-- undo: alter table "public"."orders" validate constraint "orders_seller_id_fkey";
-- undo: reset lock_timeout;
-- undo: reset statement_timeout;

-- undo: -- stops the migration, with nothing locked, if rows break `total >= 0`
-- undo: -- help: mend these rows, or keep them and the migration as it is
-- undo: select * from "public"."orders" where not (total >= 0) limit 5;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- old rows are not read yet
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: alter table "public"."orders" add constraint "orders_total_check" check (total >= 0) not valid;
-- undo: commit;

-- undo: -- runs outside a transaction
-- undo: -- is done, and not repeated, once this is true:
-- undo: -- select not exists (select from pg_catalog.pg_constraint where conrelid = to_regclass('"public"."orders"') and conname = 'orders_total_check' and not convalidated)
-- undo: set statement_timeout = 0;
-- undo: set lock_timeout = '300s';
-- undo: -- lock: SHARE UPDATE EXCLUSIVE on "public"."orders": blocks neither reads nor writes, only vacuum and schema changes
-- undo: alter table "public"."orders" validate constraint "orders_total_check";
-- undo: reset lock_timeout;
-- undo: reset statement_timeout;
