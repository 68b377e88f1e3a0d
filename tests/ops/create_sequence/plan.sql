-- m0002_change
-- after m0001_base

-- ==== expand =================================================================
-- Waits for nothing. A transaction takes all its locks first; if it does not get them within
-- 300ms, it lets clients pass and tries again. If it stops: each step is done wholly or not
-- at all, and the next run goes on.

-- create_sequence!(order_numbers, start = 1000, increment = 10, owned_by = orders.number)

-- 1/3 a new sequence: no client uses it yet
begin;
set local lock_timeout = '300ms';
create sequence "public"."order_numbers" increment by 10 start with 1000;
alter sequence "public"."order_numbers" owned by "public"."orders"."number";
commit;

-- set_default!(orders.number, sql("nextval('order_numbers')"))

-- 2/3 for new rows; those that are there keep their values
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
alter table "public"."orders" alter column "number" set default nextval('order_numbers');
commit;

-- create_sequence!(countdown, as = smallint, increment = - 1, min_value = - 100, max_value = 100, cache = 5, cycle = true)

-- 3/3 a new sequence: no client uses it yet
begin;
set local lock_timeout = '300ms';
create sequence "public"."countdown" as smallint increment by -1 minvalue -100 maxvalue 100 cache 5 cycle;
commit;

-- ==== undo ===================================================================
-- Until a later migration has begun, `undo` takes the steps back, the last one first:

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."countdown": blocks reads and writes until the commit, brief
-- undo: drop sequence "public"."countdown";
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: alter table "public"."orders" alter column "number" drop default;
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."order_numbers": blocks reads and writes until the commit, brief
-- undo: drop sequence "public"."order_numbers";
-- undo: commit;
