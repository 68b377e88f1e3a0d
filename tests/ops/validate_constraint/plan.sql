-- m0002_change
-- after m0001_base

-- ==== migrate ================================================================
-- Runs as soon as expand is done. Long, but what blocks reads or writes is brief.
-- If it stops: both shapes are in use and equal, and the next run goes on.

-- validate_constraint!(orders.orders_total_positive)

-- 1/4 finds rows that would fail, before anything is locked
-- stops the migration, with nothing locked, if rows break `total >= 0`
-- help: mend or delete these rows: no newer ones break it
select * from "public"."orders" where not (total >= 0) limit 5;

-- 2/4 reads every row; blocks neither reads nor writes
begin;
set local lock_timeout = '300ms';
-- lock: SHARE UPDATE EXCLUSIVE on "public"."orders": blocks neither reads nor writes, only vacuum and schema changes
alter table "public"."orders" validate constraint "orders_total_positive";
commit;

-- validate_constraint!(orders.orders_customer_id_fkey)

-- 3/4 finds rows that would fail, before anything is locked
-- stops the migration, with nothing locked, if rows point with `customer_id` at no row of `customers`
-- help: mend or delete these rows: no newer ones break it
select * from "public"."orders" where "public"."orders"."customer_id" is not null and not exists (select from "public"."customers" as parent where parent."id" = "public"."orders"."customer_id") limit 5;

-- 4/4 reads every row; blocks neither reads nor writes
begin;
set local lock_timeout = '300ms';
-- lock: SHARE UPDATE EXCLUSIVE on "public"."orders": blocks neither reads nor writes, only vacuum and schema changes
-- lock: ROW SHARE on "public"."customers": blocks neither reads nor writes
alter table "public"."orders" validate constraint "orders_customer_id_fkey";
commit;

-- ==== undo ===================================================================
-- Until a later migration has begun, `undo` takes the steps back, the last one first:

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- the tables that the foreign keys point at, before the one that has them
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
-- undo: lock table "public"."customers" in access exclusive mode;
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
-- undo: alter table "public"."orders" drop constraint if exists "orders_customer_id_fkey";
-- undo: -- lock: SHARE ROW EXCLUSIVE on "public"."orders": blocks writes until the commit, brief; reads go on
-- undo: -- lock: SHARE ROW EXCLUSIVE on "public"."customers": blocks writes until the commit, brief; reads go on
-- undo: alter table "public"."orders" add constraint "orders_customer_id_fkey" foreign key ("customer_id") references "public"."customers" ("id") not valid;
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: alter table "public"."orders" drop constraint if exists "orders_total_positive";
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: alter table "public"."orders" add constraint "orders_total_positive" check (total >= 0) not valid;
-- undo: commit;
