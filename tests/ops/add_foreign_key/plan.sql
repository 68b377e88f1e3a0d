-- m0002_change
-- after m0001_base

-- ==== migrate ================================================================
-- Runs as soon as expand is done. Long, but what blocks reads or writes is brief.
-- If it stops: both shapes are in use and equal, and the next run goes on.

-- add_foreign_key!(orders.customer_id => customers.id, on_delete = cascade)
-- note: from the start of migrate on, by old builds too: a write of a `customer_id` that
--   `customers` has not fails (23503), and a delete of a row of `customers` that `orders`
--   points at deletes the rows that point at it

-- 1/9 finds rows that would fail, before anything is locked
-- stops the migration, with nothing locked, if rows point with `customer_id` at no row of `customers`
-- help: mend these rows, and the builds that write such
select * from "public"."orders" where "public"."orders"."customer_id" is not null and not exists (select from "public"."customers" as parent where parent."id" = "public"."orders"."customer_id") limit 5;

-- 2/9 `orders_customer_id_fkey` holds for new rows; old ones are not read yet
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- the tables that the foreign keys point at, before the one that has them
-- lock: SHARE ROW EXCLUSIVE on "public"."customers": blocks writes until the commit, brief; reads go on
lock table "public"."customers" in share row exclusive mode;
-- lock: SHARE ROW EXCLUSIVE on "public"."orders": blocks writes until the commit, brief; reads go on
-- lock: SHARE ROW EXCLUSIVE on "public"."customers": blocks writes until the commit, brief; reads go on
alter table "public"."orders" add constraint "orders_customer_id_fkey" foreign key ("customer_id") references "public"."customers" ("id") on delete cascade not valid;
commit;

-- 3/9 reads every row, in a transaction of its own because a scan under the lock of the step
--   before would block
begin;
set local lock_timeout = '300ms';
-- lock: SHARE UPDATE EXCLUSIVE on "public"."orders": blocks neither reads nor writes, only vacuum and schema changes
-- lock: ROW SHARE on "public"."customers": blocks neither reads nor writes
alter table "public"."orders" validate constraint "orders_customer_id_fkey";
commit;

-- add_foreign_key!(orders(region, seller_id) => customers(region, id), initially_deferred)
-- note: from the start of migrate on, by old builds too: a write of a `region, seller_id` that
--   `customers` has not fails (23503), and a delete of a row of `customers` that `orders`
--   points at fails too

-- 4/9 finds rows that would fail, before anything is locked
-- stops the migration, with nothing locked, if rows point with `region, seller_id` at no row of `customers`
-- help: mend these rows, and the builds that write such
select * from "public"."orders" where "public"."orders"."region" is not null and "public"."orders"."seller_id" is not null and not exists (select from "public"."customers" as parent where parent."region" = "public"."orders"."region" and parent."id" = "public"."orders"."seller_id") limit 5;

-- 5/9 `orders_region_seller_id_fkey` holds for new rows; old ones are not read yet
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- the tables that the foreign keys point at, before the one that has them
-- lock: SHARE ROW EXCLUSIVE on "public"."customers": blocks writes until the commit, brief; reads go on
lock table "public"."customers" in share row exclusive mode;
-- lock: SHARE ROW EXCLUSIVE on "public"."orders": blocks writes until the commit, brief; reads go on
-- lock: SHARE ROW EXCLUSIVE on "public"."customers": blocks writes until the commit, brief; reads go on
alter table "public"."orders" add constraint "orders_region_seller_id_fkey" foreign key ("region", "seller_id") references "public"."customers" ("region", "id") deferrable initially deferred not valid;
commit;

-- 6/9 reads every row, in a transaction of its own because a scan under the lock of the step
--   before would block
begin;
set local lock_timeout = '300ms';
-- lock: SHARE UPDATE EXCLUSIVE on "public"."orders": blocks neither reads nor writes, only vacuum and schema changes
-- lock: ROW SHARE on "public"."customers": blocks neither reads nor writes
alter table "public"."orders" validate constraint "orders_region_seller_id_fkey";
commit;

-- add_foreign_key!(orders.previous_id => orders.id, on_delete = set_null, on_update = cascade)
-- note: from the start of migrate on, by old builds too: a write of a `previous_id` that
--   `orders` has not fails (23503), and a delete of a row of `orders` that `orders` points at
--   sets them to null

-- 7/9 finds rows that would fail, before anything is locked
-- stops the migration, with nothing locked, if rows point with `previous_id` at no row of `orders`
-- help: mend these rows, and the builds that write such
select * from "public"."orders" where "public"."orders"."previous_id" is not null and not exists (select from "public"."orders" as parent where parent."id" = "public"."orders"."previous_id") limit 5;

-- 8/9 `orders_previous_id_fkey` holds for new rows; old ones are not read yet
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: SHARE ROW EXCLUSIVE on "public"."orders": blocks writes until the commit, brief; reads go on
alter table "public"."orders" add constraint "orders_previous_id_fkey" foreign key ("previous_id") references "public"."orders" ("id") on delete set null on update cascade not valid;
commit;

-- 9/9 reads every row, in a transaction of its own because a scan under the lock of the step
--   before would block
begin;
set local lock_timeout = '300ms';
-- lock: SHARE UPDATE EXCLUSIVE on "public"."orders": blocks neither reads nor writes, only vacuum and schema changes
alter table "public"."orders" validate constraint "orders_previous_id_fkey";
commit;

-- ==== undo ===================================================================
-- Until a later migration has begun, `undo` takes the steps back, the last one first:

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: alter table "public"."orders" drop constraint if exists "orders_previous_id_fkey";
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- the tables that the foreign keys point at, before the one that has them
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
-- undo: lock table "public"."customers" in access exclusive mode;
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
-- undo: alter table "public"."orders" drop constraint if exists "orders_region_seller_id_fkey";
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- the tables that the foreign keys point at, before the one that has them
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
-- undo: lock table "public"."customers" in access exclusive mode;
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
-- undo: alter table "public"."orders" drop constraint if exists "orders_customer_id_fkey";
-- undo: commit;
