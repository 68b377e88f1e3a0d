-- m0002_change
-- after m0001_base

-- ==== migrate ================================================================
-- Runs as soon as expand is done. Long, but what blocks reads or writes is brief.
-- If it stops: both shapes are in use and equal, and the next run goes on.

-- add_check!(orders, "total >= 0", name = orders_total_positive)
-- note: a write of a row that breaks `orders_total_positive` fails (23514) from the start of
--   migrate on, by old builds too

-- 1/6 finds rows that would fail, before anything is locked
-- stops the migration, with nothing locked, if rows break `total >= 0`
-- help: mend these rows, and the builds that write such
select * from "public"."orders" where not (total >= 0) limit 5;

-- 2/6 `orders_total_positive` holds for new rows; old ones are not read yet
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
alter table "public"."orders" add constraint "orders_total_positive" check (total >= 0) not valid;
commit;

-- 3/6 reads every row, in a transaction of its own because a scan under the lock of the step
--   before would block
begin;
set local lock_timeout = '300ms';
-- lock: SHARE UPDATE EXCLUSIVE on "public"."orders": blocks neither reads nor writes, only vacuum and schema changes
alter table "public"."orders" validate constraint "orders_total_positive";
commit;

-- add_check!(orders, "discount <= total or note like 'gift%'", no_inherit)
-- note: a write of a row that breaks `orders_check` fails (23514) from the start of migrate on,
--   by old builds too

-- 4/6 finds rows that would fail, before anything is locked
-- stops the migration, with nothing locked, if rows break `discount <= total or note like 'gift%'`
-- help: mend these rows, and the builds that write such
select * from "public"."orders" where not (discount <= total or note like 'gift%') limit 5;

-- 5/6 `orders_check` holds for new rows; old ones are not read yet
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
alter table "public"."orders" add constraint "orders_check" check (discount <= total or note like 'gift%') no inherit not valid;
commit;

-- 6/6 reads every row, in a transaction of its own because a scan under the lock of the step
--   before would block
begin;
set local lock_timeout = '300ms';
-- lock: SHARE UPDATE EXCLUSIVE on "public"."orders": blocks neither reads nor writes, only vacuum and schema changes
alter table "public"."orders" validate constraint "orders_check";
commit;

-- ==== undo ===================================================================
-- Until a later migration has begun, `undo` takes the steps back, the last one first:

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
