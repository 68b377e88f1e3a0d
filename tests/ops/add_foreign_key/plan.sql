-- m0002_change
-- after m0001_base

-- ==== expand =================================================================
-- Waits for nothing. A transaction takes all its locks first; if it does not get them within
-- 300ms, it lets clients pass and tries again. If it stops: each step is done wholly or not
-- at all, and the next run goes on.

-- add_foreign_key!(orders.referrer_id => customers.id, fill = "null")
-- note: from the start of migrate on, by old builds too: a write of a `referrer_id` that
--   `customers` has not is mended until the contract, and fails (23503) then, and a delete of a
--   row of `customers` that `orders` points at fails too

-- 1/1 what builds write that know no better, until the contract
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- fails where policies hide rows from the owner, who would take them for missing
select from "public"."customers" limit 0;
-- has its owner's rights: whoever may write a row need not be able to read what it points at
create function "public"."orders_orders_referrer_id_fkey_look_7c8a1334"() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $changeover$
begin
  if tg_relid <> '"public"."orders"'::regclass and not exists (
    with recursive above (relation) as (
      select tg_relid
      union all
      select inhparent from pg_inherits join above on inhrelid = relation
    )
    select from above where relation = '"public"."orders"'::regclass
  ) then
    raise exception 'function % is for table % alone', '"public"."orders_orders_referrer_id_fkey_look_7c8a1334"()', '"public"."orders"'
      using errcode = 'insufficient_privilege';
  end if;
  perform set_config('changeover.found_none',
    case when new."referrer_id" is not null and not exists (select from "public"."customers" as parent where parent."id" = new."referrer_id" for key share) then 'on' else 'off' end, true);
  return new;
end
$changeover$;
-- a trigger fires without this right; to put the function on another table takes it
revoke execute on function "public"."orders_orders_referrer_id_fkey_look_7c8a1334"() from public;
-- nor do others have it by default privileges; whoever makes partitions needs it, which is the
--   owner
do $changeover$
declare
  of_function constant text := '"public"."orders_orders_referrer_id_fkey_look_7c8a1334"()';
  role text;
begin
  for role in
    select acl.grantee::regrole
    from pg_catalog.pg_proc, pg_catalog.aclexplode(proacl) as acl
    where pg_proc.oid = of_function::regprocedure::oid and acl.grantee <> proowner
  loop
    execute pg_catalog.format('revoke execute on function %s from %s cascade', of_function, role);
  end loop;
  select relowner::regrole into role from pg_catalog.pg_class where oid = '"public"."orders"'::regclass::oid;
  execute pg_catalog.format('grant execute on function %s to %s', of_function, role);
end
$changeover$;
-- looks for what the row points at
-- lock: SHARE ROW EXCLUSIVE on "public"."orders": blocks writes until the commit, brief; reads go on
create trigger "zzz_0002_040_orders_orders_referrer_id_fkey_look_7c8a1334_write" before insert or update on "public"."orders"
  for each row when (((pg_catalog.current_setting('changeover.backfill_xact', true)
    = pg_catalog.pg_current_xact_id_if_assigned()::text) is not true or pg_catalog.pg_trigger_depth() > 0))
  execute function "public"."orders_orders_referrer_id_fkey_look_7c8a1334"();
-- for logical replication and restores too
-- lock: SHARE ROW EXCLUSIVE on "public"."orders": blocks writes until the commit, brief; reads go on
alter table "public"."orders" enable always trigger "zzz_0002_040_orders_orders_referrer_id_fkey_look_7c8a1334_write";
create function "public"."orders_orders_referrer_id_fkey_fill_7c8a1334"() returns trigger
  language plpgsql
  set search_path = pg_catalog, "public", pg_temp
as $changeover$
#variable_conflict use_column
begin
  new."referrer_id" := (select null from (select new.*) as "orders");
  return new;
end
$changeover$;
-- fills what a build leaves out that does not know better
-- lock: SHARE ROW EXCLUSIVE on "public"."orders": blocks writes until the commit, brief; reads go on
create trigger "zzz_0002_04_orders_orders_referrer_id_fkey_fill_7c8a1334_write" before insert or update on "public"."orders"
  for each row when (pg_catalog.current_setting('changeover.found_none', true) = 'on'
    and ((pg_catalog.current_setting('changeover.backfill_xact', true)
    = pg_catalog.pg_current_xact_id_if_assigned()::text) is not true or pg_catalog.pg_trigger_depth() > 0))
  execute function "public"."orders_orders_referrer_id_fkey_fill_7c8a1334"();
-- for logical replication and restores too
-- lock: SHARE ROW EXCLUSIVE on "public"."orders": blocks writes until the commit, brief; reads go on
alter table "public"."orders" enable always trigger "zzz_0002_04_orders_orders_referrer_id_fkey_fill_7c8a1334_write";
commit;

-- ==== migrate ================================================================
-- Runs as soon as expand is done. Long, but what blocks reads or writes is brief.
-- If it stops: both shapes are in use and equal, and the next run goes on.

-- add_foreign_key!(orders.customer_id => customers.id, on_delete = cascade)
-- note: from the start of migrate on, by old builds too: a write of a `customer_id` that
--   `customers` has not fails (23503), and a delete of a row of `customers` that `orders`
--   points at deletes the rows that point at it

-- 1/12 finds rows that would fail, before anything is locked
-- stops the migration, with nothing locked, if rows point with `customer_id` at no row of `customers`
-- help: mend these rows, and the builds that write such; `fill` does both
select * from "public"."orders" where "public"."orders"."customer_id" is not null and not exists (select from "public"."customers" as parent where parent."id" = "public"."orders"."customer_id") limit 5;

-- 2/12 `orders_customer_id_fkey` holds for new rows; old ones are not read yet
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

-- 3/12 reads every row, in a transaction of its own because a scan under the lock of the step
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

-- 4/12 finds rows that would fail, before anything is locked
-- stops the migration, with nothing locked, if rows point with `region, seller_id` at no row of `customers`
-- help: mend these rows, and the builds that write such; `fill` does both
select * from "public"."orders" where "public"."orders"."region" is not null and "public"."orders"."seller_id" is not null and not exists (select from "public"."customers" as parent where parent."region" = "public"."orders"."region" and parent."id" = "public"."orders"."seller_id") limit 5;

-- 5/12 `orders_region_seller_id_fkey` holds for new rows; old ones are not read yet
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

-- 6/12 reads every row, in a transaction of its own because a scan under the lock of the step
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

-- 7/12 finds rows that would fail, before anything is locked
-- stops the migration, with nothing locked, if rows point with `previous_id` at no row of `orders`
-- help: mend these rows, and the builds that write such; `fill` does both
select * from "public"."orders" where "public"."orders"."previous_id" is not null and not exists (select from "public"."orders" as parent where parent."id" = "public"."orders"."previous_id") limit 5;

-- 8/12 `orders_previous_id_fkey` holds for new rows; old ones are not read yet
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: SHARE ROW EXCLUSIVE on "public"."orders": blocks writes until the commit, brief; reads go on
alter table "public"."orders" add constraint "orders_previous_id_fkey" foreign key ("previous_id") references "public"."orders" ("id") on delete set null on update cascade not valid;
commit;

-- 9/12 reads every row, in a transaction of its own because a scan under the lock of the step
--   before would block
begin;
set local lock_timeout = '300ms';
-- lock: SHARE UPDATE EXCLUSIVE on "public"."orders": blocks neither reads nor writes, only vacuum and schema changes
alter table "public"."orders" validate constraint "orders_previous_id_fkey";
commit;

-- add_foreign_key!(orders.referrer_id => customers.id, fill = "null")

-- 10/12 `orders_referrer_id_fkey` holds for new rows; old ones are not read yet
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- the tables that the foreign keys point at, before the one that has them
-- lock: SHARE ROW EXCLUSIVE on "public"."customers": blocks writes until the commit, brief; reads go on
lock table "public"."customers" in share row exclusive mode;
-- lock: SHARE ROW EXCLUSIVE on "public"."orders": blocks writes until the commit, brief; reads go on
-- lock: SHARE ROW EXCLUSIVE on "public"."customers": blocks writes until the commit, brief; reads go on
alter table "public"."orders" add constraint "orders_referrer_id_fkey" foreign key ("referrer_id") references "public"."customers" ("id") not valid;
commit;

-- 11/12 gives `referrer_id` to the rows that were there before
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
update "public"."orders" set "referrer_id" = null
where ctid >= '(0,0)' and ctid < '(64,0)' and pg_catalog.hashtid(ctid) & 7 = 0
and ("public"."orders"."referrer_id" is not null and not exists (select from "public"."customers" as parent where parent."id" = "public"."orders"."referrer_id"));
commit;
-- at the end no row may be left, or the migration stops here
select count(*) from "public"."orders" where "public"."orders"."referrer_id" is not null and not exists (select from "public"."customers" as parent where parent."id" = "public"."orders"."referrer_id");

-- 12/12 reads every row, in a transaction of its own because a scan under the lock of the step
--   before would block
begin;
set local lock_timeout = '300ms';
-- lock: SHARE UPDATE EXCLUSIVE on "public"."orders": blocks neither reads nor writes, only vacuum and schema changes
-- lock: ROW SHARE on "public"."customers": blocks neither reads nor writes
alter table "public"."orders" validate constraint "orders_referrer_id_fkey";
commit;

-- ==== contract ===============================================================
-- Waits for a later migration that says `contract!(m0002_change)`,
-- and for a run of `contract()` once no older build is live.
-- Cannot be undone: what it drops is gone. If it stops: the next run goes on.

-- add_foreign_key!(orders.referrer_id => customers.id, fill = "null")

-- 1/1 builds that know no better are gone
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
drop trigger if exists "zzz_0002_04_orders_orders_referrer_id_fkey_fill_7c8a1334_write" on "public"."orders";
drop function if exists "public"."orders_orders_referrer_id_fkey_fill_7c8a1334"();
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
drop trigger if exists "zzz_0002_040_orders_orders_referrer_id_fkey_look_7c8a1334_write" on "public"."orders";
drop function if exists "public"."orders_orders_referrer_id_fkey_look_7c8a1334"();
commit;

-- ==== undo ===================================================================
-- Until its contract or a later migration has begun, `undo` takes the steps back, the last one first:

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- the tables that the foreign keys point at, before the one that has them
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
-- undo: lock table "public"."customers" in access exclusive mode;
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
-- undo: alter table "public"."orders" drop constraint if exists "orders_referrer_id_fkey";
-- undo: commit;

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

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: drop trigger if exists "zzz_0002_04_orders_orders_referrer_id_fkey_fill_7c8a1334_write" on "public"."orders";
-- undo: drop function if exists "public"."orders_orders_referrer_id_fkey_fill_7c8a1334"();
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: drop trigger if exists "zzz_0002_040_orders_orders_referrer_id_fkey_look_7c8a1334_write" on "public"."orders";
-- undo: drop function if exists "public"."orders_orders_referrer_id_fkey_look_7c8a1334"();
-- undo: commit;
