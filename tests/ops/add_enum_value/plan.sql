-- m0002_change
-- after m0001_base

-- ==== expand =================================================================
-- Waits for nothing. A transaction takes all its locks first; if it does not get them within
-- 300ms, it lets clients pass and tries again. If it stops: each step is done wholly or not
-- at all, and the next run goes on.

-- add_enum_value!(order_status.delivered, after = shipped)
-- note: an undo leaves the value where it is: PostgreSQL cannot take one away
-- note: builds that know the values by heart fail on a row that holds the new one: let each of
--   them read it before one writes it

-- 1/4 a transaction of its own: PostgreSQL lets nothing use the value before the commit
begin;
set local lock_timeout = '300ms';
alter type "public"."order_status" add value if not exists 'delivered' after 'shipped';
commit;

-- add_enum_value!(order_status.draft, before = pending)
-- note: an undo leaves the value where it is: PostgreSQL cannot take one away
-- note: builds that know the values by heart fail on a row that holds the new one: let each of
--   them read it before one writes it

-- 2/4 a transaction of its own: PostgreSQL lets nothing use the value before the commit
begin;
set local lock_timeout = '300ms';
alter type "public"."order_status" add value if not exists 'draft' before 'pending';
commit;

-- add_enum_value!(order_status."it's lost")
-- note: an undo leaves the value where it is: PostgreSQL cannot take one away
-- note: builds that know the values by heart fail on a row that holds the new one: let each of
--   them read it before one writes it

-- 3/4 a transaction of its own: PostgreSQL lets nothing use the value before the commit
begin;
set local lock_timeout = '300ms';
alter type "public"."order_status" add value if not exists 'it''s lost';
commit;

-- set_default!(orders.status, "draft")

-- 4/4 for new rows; those that are there keep their values
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
alter table "public"."orders" alter column "status" set default 'draft';
--
-- add_column!(orders.was: order_status not_null default "delivered" check("was <> 'draft'")),
--   under the same lock: touches no row: PostgreSQL keeps a constant or stable default in its
--   catalog
-- note: a prepared `select *` or `returning *` fails once (0A000) when the column comes, and a
--   `copy` without a column list for good; name the columns instead
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
alter table "public"."orders" add column "was" "public"."order_status" not null default 'delivered';
commit;

-- ==== migrate ================================================================
-- Runs as soon as expand is done. Long, but what blocks reads or writes is brief.
-- If it stops: both shapes are in use and equal, and the next run goes on.

-- add_column!(orders.was: order_status not_null default "delivered" check("was <> 'draft'"))

-- 1/2 `orders_was_check` holds for new rows; old ones are not read yet
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
alter table "public"."orders" add constraint "orders_was_check" check (was <> 'draft') not valid;
commit;

-- 2/2 reads every row, in a transaction of its own because a scan under the lock of the step
--   before would block
begin;
set local lock_timeout = '300ms';
-- lock: SHARE UPDATE EXCLUSIVE on "public"."orders": blocks neither reads nor writes, only vacuum and schema changes
alter table "public"."orders" validate constraint "orders_was_check";
commit;

-- ==== undo ===================================================================
-- Until a later migration has begun, `undo` takes the steps back, the last one first:

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: alter table "public"."orders" drop constraint if exists "orders_was_check";
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: alter table "public"."orders" drop column "was";
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: alter table "public"."orders" alter column "status" set default 'pending';
-- undo: commit;
