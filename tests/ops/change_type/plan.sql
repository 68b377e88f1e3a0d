-- m0002_change
-- after m0001_base
--
-- Prices per gram need four places.

-- ==== expand =================================================================
-- Waits for nothing. A transaction takes all its locks first; if it does not get them within
-- 300ms, it lets clients pass and tries again. If it stops: each step is done wholly or not
-- at all, and the next run goes on.

-- change_type!(orders.amount: numeric(14, 4))
-- note: a prepared statement that reads the column fails once (0A000) when its type changes, as
--   does one whose parameter has the old type and cannot be assigned to the new (42804)
-- note: the column is the last of the table afterwards: an `insert` or a `copy` without a
--   column list has to know; name the columns instead
-- note: until the contract two unique indexes hold the same values; writers of one new value
--   queue for some milliseconds, so that `on conflict` works: for the first 16 rows of a
--   transaction, past which it may, rarely, fail with 23505

-- 1/3 the column that will be `amount`, under a name that no build knows, kept up to date by a
--   trigger
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- without a default: rows that are there must start as NULL, to be filled
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
alter table "public"."orders" add column "orders_amount_new_551a68a7" numeric(14, 4);
-- no client writes the new column, so the old one tells
create function "public"."orders_amount_up_551a68a7"() returns trigger
  language plpgsql
  set search_path = pg_catalog, "public", pg_temp
as $changeover$
#variable_conflict use_column
declare
  locks integer := coalesce(nullif(current_setting('changeover.locks', true), ''), '0');
  value bigint;
begin
  new."orders_amount_new_551a68a7" := cast(new."amount" as numeric(14, 4));
  -- two unique indexes hold this value, and `on conflict` consults one of them
  if locks < 16 and pg_catalog.num_nulls(new."orders_amount_new_551a68a7") = 0
    and (tg_op = 'INSERT' or row(new."orders_amount_new_551a68a7")::record *<> row(old."orders_amount_new_551a68a7")::record) then
    locks := locks + 1;
    perform set_config('changeover.locks', locks::text, true);
    value := pg_catalog.hashtextextended('"public"."orders"."orders_amount_new_551a68a7"' || row(new."orders_amount_new_551a68a7")::text, 0);
    for attempt in 1..10 loop
      exit when pg_catalog.pg_try_advisory_xact_lock(value);
      perform pg_catalog.pg_sleep(0.001);
    end loop;
  end if;
  return new;
end
$changeover$;
-- named to fire after your own triggers
-- lock: SHARE ROW EXCLUSIVE on "public"."orders": blocks writes until the commit, brief; reads go on
create trigger "zzz_0002_01_orders_amount_up_551a68a7_insert" before insert on "public"."orders"
  for each row when (((pg_catalog.current_setting('changeover.backfill_xact', true)
    = pg_catalog.pg_current_xact_id_if_assigned()::text) is not true or pg_catalog.pg_trigger_depth() > 0))
  execute function "public"."orders_amount_up_551a68a7"();
-- named to fire after your own triggers
-- lock: SHARE ROW EXCLUSIVE on "public"."orders": blocks writes until the commit, brief; reads go on
create trigger "zzz_0002_01_orders_amount_up_551a68a7_update" before update on "public"."orders"
  for each row when (((pg_catalog.current_setting('changeover.backfill_xact', true)
    = pg_catalog.pg_current_xact_id_if_assigned()::text) is not true or pg_catalog.pg_trigger_depth() > 0)
    or row(new."amount")::record *<> row(old."amount")::record)
  execute function "public"."orders_amount_up_551a68a7"();
-- for logical replication and restores too
-- lock: SHARE ROW EXCLUSIVE on "public"."orders": blocks writes until the commit, brief; reads go on
alter table "public"."orders" enable always trigger "zzz_0002_01_orders_amount_up_551a68a7_insert", enable always trigger "zzz_0002_01_orders_amount_up_551a68a7_update";
commit;

-- change_type!(customers.id: bigint, with(orders.customer_id))
-- note: a prepared statement that reads the column fails once (0A000) when its type changes, as
--   does one whose parameter has the old type and cannot be assigned to the new (42804)
-- note: the column is the last of the table afterwards: an `insert` or a `copy` without a
--   column list has to know; name the columns instead
-- note: until the contract two unique indexes hold the same values; writers of one new value
--   queue for some milliseconds, so that `on conflict` works: for the first 16 rows of a
--   transaction, past which it may, rarely, fail with 23505

-- 2/3 the column that will be `id`, under a name that no build knows, kept up to date by a
--   trigger
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- without a default: rows that are there must start as NULL, to be filled
-- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
alter table "public"."customers" add column "customers_id_new_a9799dae" bigint;
-- no client writes the new column, so the old one tells
create function "public"."customers_id_up_a9799dae"() returns trigger
  language plpgsql
  set search_path = pg_catalog, "public", pg_temp
as $changeover$
#variable_conflict use_column
declare
  locks integer := coalesce(nullif(current_setting('changeover.locks', true), ''), '0');
  value bigint;
begin
  new."customers_id_new_a9799dae" := cast(new."id" as bigint);
  -- two unique indexes hold this value, and `on conflict` consults one of them
  if locks < 16 and pg_catalog.num_nulls(new."customers_id_new_a9799dae") = 0
    and (tg_op = 'INSERT' or row(new."customers_id_new_a9799dae")::record *<> row(old."customers_id_new_a9799dae")::record) then
    locks := locks + 1;
    perform set_config('changeover.locks', locks::text, true);
    value := pg_catalog.hashtextextended('"public"."customers"."customers_id_new_a9799dae"' || row(new."customers_id_new_a9799dae")::text, 0);
    for attempt in 1..10 loop
      exit when pg_catalog.pg_try_advisory_xact_lock(value);
      perform pg_catalog.pg_sleep(0.001);
    end loop;
  end if;
  return new;
end
$changeover$;
-- named to fire after your own triggers
-- lock: SHARE ROW EXCLUSIVE on "public"."customers": blocks writes until the commit, brief; reads go on
create trigger "zzz_0002_02_customers_id_up_a9799dae_insert" before insert on "public"."customers"
  for each row when (((pg_catalog.current_setting('changeover.backfill_xact', true)
    = pg_catalog.pg_current_xact_id_if_assigned()::text) is not true or pg_catalog.pg_trigger_depth() > 0))
  execute function "public"."customers_id_up_a9799dae"();
-- named to fire after your own triggers
-- lock: SHARE ROW EXCLUSIVE on "public"."customers": blocks writes until the commit, brief; reads go on
create trigger "zzz_0002_02_customers_id_up_a9799dae_update" before update on "public"."customers"
  for each row when (((pg_catalog.current_setting('changeover.backfill_xact', true)
    = pg_catalog.pg_current_xact_id_if_assigned()::text) is not true or pg_catalog.pg_trigger_depth() > 0)
    or row(new."id")::record *<> row(old."id")::record)
  execute function "public"."customers_id_up_a9799dae"();
-- for logical replication and restores too
-- lock: SHARE ROW EXCLUSIVE on "public"."customers": blocks writes until the commit, brief; reads go on
alter table "public"."customers" enable always trigger "zzz_0002_02_customers_id_up_a9799dae_insert", enable always trigger "zzz_0002_02_customers_id_up_a9799dae_update";
commit;

-- 3/3 the column that will be `customer_id`, under a name that no build knows, kept up to date
--   by a trigger
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- without a default: rows that are there must start as NULL, to be filled
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
alter table "public"."orders" add column "orders_customer_id_new_0b6c85d5" bigint;
-- no client writes the new column, so the old one tells
create function "public"."orders_customer_id_up_0b6c85d5"() returns trigger
  language plpgsql
  set search_path = pg_catalog, "public", pg_temp
as $changeover$
#variable_conflict use_column
begin
  new."orders_customer_id_new_0b6c85d5" := cast(new."customer_id" as bigint);
  return new;
end
$changeover$;
-- named to fire after your own triggers
-- lock: SHARE ROW EXCLUSIVE on "public"."orders": blocks writes until the commit, brief; reads go on
create trigger "zzz_0002_02_orders_customer_id_up_0b6c85d5_insert" before insert on "public"."orders"
  for each row when (((pg_catalog.current_setting('changeover.backfill_xact', true)
    = pg_catalog.pg_current_xact_id_if_assigned()::text) is not true or pg_catalog.pg_trigger_depth() > 0))
  execute function "public"."orders_customer_id_up_0b6c85d5"();
-- named to fire after your own triggers
-- lock: SHARE ROW EXCLUSIVE on "public"."orders": blocks writes until the commit, brief; reads go on
create trigger "zzz_0002_02_orders_customer_id_up_0b6c85d5_update" before update on "public"."orders"
  for each row when (((pg_catalog.current_setting('changeover.backfill_xact', true)
    = pg_catalog.pg_current_xact_id_if_assigned()::text) is not true or pg_catalog.pg_trigger_depth() > 0)
    or row(new."customer_id")::record *<> row(old."customer_id")::record)
  execute function "public"."orders_customer_id_up_0b6c85d5"();
-- for logical replication and restores too
-- lock: SHARE ROW EXCLUSIVE on "public"."orders": blocks writes until the commit, brief; reads go on
alter table "public"."orders" enable always trigger "zzz_0002_02_orders_customer_id_up_0b6c85d5_insert", enable always trigger "zzz_0002_02_orders_customer_id_up_0b6c85d5_update";
commit;

-- ==== migrate ================================================================
-- Runs as soon as expand is done. Long, but what blocks reads or writes is brief.
-- If it stops: both shapes are in use and equal, and the next run goes on.

-- change_type!(orders.amount: numeric(14, 4))

-- 1/25 fills the new `amount` in the rows that no client has written since
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
update "public"."orders" set "orders_amount_new_551a68a7" = cast("amount" as numeric(14, 4))
where ctid >= '(0,0)' and ctid < '(64,0)' and pg_catalog.hashtid(ctid) & 7 = 0
and ("orders_amount_new_551a68a7" is null and "amount" is not null);
commit;
-- at the end no row may be left, or the migration stops here
select count(*) from "public"."orders" where "orders_amount_new_551a68a7" is null and "amount" is not null;

-- 2/25 new rows must have `orders_amount_new_551a68a7`; old ones are not read yet
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
alter table "public"."orders" add constraint "orders_orders_amount_new_551a68a7_not_null_950ce949" check ("orders_amount_new_551a68a7" is not null) not valid;
commit;

-- 3/25 reads every row of `orders`, in a transaction of its own because a scan under the lock
--   of the step before would block
begin;
set local lock_timeout = '300ms';
-- lock: SHARE UPDATE EXCLUSIVE on "public"."orders": blocks neither reads nor writes, only vacuum and schema changes
alter table "public"."orders" validate constraint "orders_orders_amount_new_551a68a7_not_null_950ce949";
commit;

-- 4/25 the valid check proves it, so that no row is read under the lock
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
alter table "public"."orders" alter column "orders_amount_new_551a68a7" set not null;
-- two statements: one `alter table` with both would scan
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
alter table "public"."orders" drop constraint if exists "orders_orders_amount_new_551a68a7_not_null_950ce949";
commit;

-- 5/25 concurrently: reads and writes go on
-- runs outside a transaction, and waits for every transaction that is older than it
-- if it stops: the invalid index is dropped concurrently and built again
set statement_timeout = 0;
set lock_timeout = '300s';
-- two scans; reads and writes go on
-- lock: SHARE UPDATE EXCLUSIVE on "public"."orders": blocks neither reads nor writes, only vacuum and schema changes
create unique index concurrently "orders_amount_key_copy_81507605" on "public"."orders" ("orders_amount_new_551a68a7");
reset lock_timeout;
reset statement_timeout;

-- 6/25 the index is there already and becomes the constraint's
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
alter table "public"."orders" add constraint "orders_amount_key_copy_81507605" unique using index "orders_amount_key_copy_81507605";
commit;

-- 7/25 `orders_amount_check_copy_8fa375ae` holds for new rows; old ones are not read yet
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
alter table "public"."orders" add constraint "orders_amount_check_copy_8fa375ae" check ("orders_amount_new_551a68a7" >= 0) not valid;
commit;

-- 8/25 reads every row, in a transaction of its own because a scan under the lock of the step
--   before would block
begin;
set local lock_timeout = '300ms';
-- lock: SHARE UPDATE EXCLUSIVE on "public"."orders": blocks neither reads nor writes, only vacuum and schema changes
alter table "public"."orders" validate constraint "orders_amount_check_copy_8fa375ae";
commit;

-- 9/25 the new column's `orders_amount_note_id_idx`
-- runs outside a transaction, and waits for every transaction that is older than it
-- if it stops: the invalid index is dropped concurrently and built again
set statement_timeout = 0;
set lock_timeout = '300s';
-- two scans; reads and writes go on
-- lock: SHARE UPDATE EXCLUSIVE on "public"."orders": blocks neither reads nor writes, only vacuum and schema changes
create index concurrently "orders_amount_note_id_idx_copy_e2f09866" on "public"."orders" ("orders_amount_new_551a68a7" desc, "note") include ("id") where "orders_amount_new_551a68a7" > 10;
reset lock_timeout;
reset statement_timeout;

-- 10/25 the new column's `orders_expr_idx`
-- runs outside a transaction, and waits for every transaction that is older than it
-- if it stops: the invalid index is dropped concurrently and built again
set statement_timeout = 0;
set lock_timeout = '300s';
-- two scans; reads and writes go on
-- lock: SHARE UPDATE EXCLUSIVE on "public"."orders": blocks neither reads nor writes, only vacuum and schema changes
create index concurrently "orders_expr_idx_copy_e385396e" on "public"."orders" ((abs("orders_amount_new_551a68a7")));
reset lock_timeout;
reset statement_timeout;
set statement_timeout = 0;
set lock_timeout = '300s';
-- until then the planner guesses what the expression gives; reads a sample of rows
-- lock: SHARE UPDATE EXCLUSIVE on "public"."orders": blocks neither reads nor writes, only vacuum and schema changes
analyze "public"."orders";
reset lock_timeout;
reset statement_timeout;

-- 11/25 a column without statistics would give bad plans from the switch on
begin;
set local lock_timeout = '300ms';
-- lock: SHARE UPDATE EXCLUSIVE on "public"."orders": blocks neither reads nor writes, only vacuum and schema changes
analyze "public"."orders" ("orders_amount_new_551a68a7");
commit;

-- change_type!(customers.id: bigint, with(orders.customer_id))

-- 12/25 fills the new `id` in the rows that no client has written since
-- the runner repeats this transaction for each window of pages and each stripe of its rows,
-- with windows that take it some 10 ms; its place is kept with the rows, so if it stops
-- it goes on from there
begin;
set local lock_timeout = '100ms';
set local synchronous_commit = off;
select pg_catalog.set_config('changeover.backfill_xact', pg_catalog.pg_current_xact_id()::text, true);
-- lock: ROW EXCLUSIVE on "public"."customers": blocks neither reads nor writes
-- a client that writes a row of the same batch waits for this commit
-- your own update triggers fire for each row; ours are told to stand aside
update "public"."customers" set "customers_id_new_a9799dae" = cast("id" as bigint)
where ctid >= '(0,0)' and ctid < '(64,0)' and pg_catalog.hashtid(ctid) & 7 = 0
and ("customers_id_new_a9799dae" is null and "id" is not null);
commit;
-- at the end no row may be left, or the migration stops here
select count(*) from "public"."customers" where "customers_id_new_a9799dae" is null and "id" is not null;

-- 13/25 fills the new `customer_id` in the rows that no client has written since
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
update "public"."orders" set "orders_customer_id_new_0b6c85d5" = cast("customer_id" as bigint)
where ctid >= '(0,0)' and ctid < '(64,0)' and pg_catalog.hashtid(ctid) & 7 = 0
and ("orders_customer_id_new_0b6c85d5" is null and "customer_id" is not null);
commit;
-- at the end no row may be left, or the migration stops here
select count(*) from "public"."orders" where "orders_customer_id_new_0b6c85d5" is null and "customer_id" is not null;

-- 14/25 new rows must have `customers_id_new_a9799dae`; old ones are not read yet
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
alter table "public"."customers" add constraint "customers_customers_id_new_a9799dae_not_null_d19bbdcb" check ("customers_id_new_a9799dae" is not null) not valid;
commit;

-- 15/25 reads every row of `customers`, in a transaction of its own because a scan under the
--   lock of the step before would block
begin;
set local lock_timeout = '300ms';
-- lock: SHARE UPDATE EXCLUSIVE on "public"."customers": blocks neither reads nor writes, only vacuum and schema changes
alter table "public"."customers" validate constraint "customers_customers_id_new_a9799dae_not_null_d19bbdcb";
commit;

-- 16/25 the valid check proves it, so that no row is read under the lock
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
alter table "public"."customers" alter column "customers_id_new_a9799dae" set not null;
-- two statements: one `alter table` with both would scan
-- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
alter table "public"."customers" drop constraint if exists "customers_customers_id_new_a9799dae_not_null_d19bbdcb";
commit;

-- 17/25 becomes the primary key's at the switch
-- runs outside a transaction, and waits for every transaction that is older than it
-- if it stops: the invalid index is dropped concurrently and built again
set statement_timeout = 0;
set lock_timeout = '300s';
-- two scans; reads and writes go on
-- lock: SHARE UPDATE EXCLUSIVE on "public"."customers": blocks neither reads nor writes, only vacuum and schema changes
create unique index concurrently "customers_pkey_copy_7fcf1550" on "public"."customers" ("customers_id_new_a9799dae");
reset lock_timeout;
reset statement_timeout;

-- 18/25 a column without statistics would give bad plans from the switch on
begin;
set local lock_timeout = '300ms';
-- lock: SHARE UPDATE EXCLUSIVE on "public"."customers": blocks neither reads nor writes, only vacuum and schema changes
analyze "public"."customers" ("customers_id_new_a9799dae");
commit;

-- 19/25 new rows must have `orders_customer_id_new_0b6c85d5`; old ones are not read yet
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
alter table "public"."orders" add constraint "orders_orders_customer_id_new_0b6c85d5_not_null_bc4f7fb8" check ("orders_customer_id_new_0b6c85d5" is not null) not valid;
commit;

-- 20/25 reads every row of `orders`, in a transaction of its own because a scan under the lock
--   of the step before would block
begin;
set local lock_timeout = '300ms';
-- lock: SHARE UPDATE EXCLUSIVE on "public"."orders": blocks neither reads nor writes, only vacuum and schema changes
alter table "public"."orders" validate constraint "orders_orders_customer_id_new_0b6c85d5_not_null_bc4f7fb8";
commit;

-- 21/25 the valid check proves it, so that no row is read under the lock
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
alter table "public"."orders" alter column "orders_customer_id_new_0b6c85d5" set not null;
-- two statements: one `alter table` with both would scan
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
alter table "public"."orders" drop constraint if exists "orders_orders_customer_id_new_0b6c85d5_not_null_bc4f7fb8";
commit;

-- 22/25 `orders_customer_id_fkey_copy_87624b5d` holds for new rows; old ones are not read yet
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- the tables that the foreign keys point at, before the one that has them
-- lock: SHARE ROW EXCLUSIVE on "public"."customers": blocks writes until the commit, brief; reads go on
lock table "public"."customers" in share row exclusive mode;
-- lock: SHARE ROW EXCLUSIVE on "public"."orders": blocks writes until the commit, brief; reads go on
-- lock: SHARE ROW EXCLUSIVE on "public"."customers": blocks writes until the commit, brief; reads go on
alter table "public"."orders" add constraint "orders_customer_id_fkey_copy_87624b5d" foreign key ("orders_customer_id_new_0b6c85d5") references "public"."customers" ("customers_id_new_a9799dae") on delete cascade not valid;
commit;

-- 23/25 reads every row, in a transaction of its own because a scan under the lock of the step
--   before would block
begin;
set local lock_timeout = '300ms';
-- lock: SHARE UPDATE EXCLUSIVE on "public"."orders": blocks neither reads nor writes, only vacuum and schema changes
-- lock: ROW SHARE on "public"."customers": blocks neither reads nor writes
alter table "public"."orders" validate constraint "orders_customer_id_fkey_copy_87624b5d";
commit;

-- 24/25 the new column's `orders_customer_id_idx`
-- runs outside a transaction, and waits for every transaction that is older than it
-- if it stops: the invalid index is dropped concurrently and built again
set statement_timeout = 0;
set lock_timeout = '300s';
-- two scans; reads and writes go on
-- lock: SHARE UPDATE EXCLUSIVE on "public"."orders": blocks neither reads nor writes, only vacuum and schema changes
create index concurrently "orders_customer_id_idx_copy_e240d963" on "public"."orders" ("orders_customer_id_new_0b6c85d5");
reset lock_timeout;
reset statement_timeout;

-- 25/25 a column without statistics would give bad plans from the switch on
begin;
set local lock_timeout = '300ms';
-- lock: SHARE UPDATE EXCLUSIVE on "public"."orders": blocks neither reads nor writes, only vacuum and schema changes
analyze "public"."orders" ("orders_customer_id_new_0b6c85d5");
commit;

-- ==== switch =================================================================
-- Waits for a later migration that says `switch!(m0002_change)`,
-- and for a run of `contract()` once no older build is live.
-- Undoing that migration takes it back. If it stops: each step is done wholly or not
-- at all, and the next run goes on.

-- change_type!(orders.amount: numeric(14, 4))

-- 1/17 for the way back alone: the valid check proves it
-- nothing to do on the way forward

-- 2/17 for the way back alone: reads every row; blocks nobody
-- nothing to do on the way forward

-- 3/17 for the way back alone: reads every row; blocks nobody
-- nothing to do on the way forward

-- 4/17 the new columns are `amount` from now on; in one transaction, so that no client meets a
--   table without them
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- all before anything is changed, those that foreign keys point at first
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
lock table "public"."orders" in access exclusive mode;
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
drop trigger if exists "zzz_0002_01_orders_amount_up_551a68a7_insert" on "public"."orders";
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
drop trigger if exists "zzz_0002_01_orders_amount_up_551a68a7_update" on "public"."orders";
drop function if exists "public"."orders_amount_up_551a68a7"();
-- an object that the compiler does not know would go with the old column, unseen
do $catalogs$
declare
  unknown text;
begin
  select string_agg(pg_describe_object(d.classid, d.objid, d.objsubid), ', ') into unknown
  from pg_depend d
  join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
  left join pg_class i on d.classid = 'pg_class'::regclass and i.oid = d.objid
  left join pg_constraint c on d.classid = 'pg_constraint'::regclass and c.oid = d.objid
  left join pg_attrdef e on d.classid = 'pg_attrdef'::regclass and e.oid = d.objid
  where d.refclassid = 'pg_class'::regclass and d.refobjid = '"public"."orders"'::regclass and a.attname = 'amount'
    and e.adnum is distinct from a.attnum and c.contype is distinct from 'n'
    and i.relkind is distinct from 'S'
    and coalesce(i.relname, c.conname, '') <> all (array['orders_pkey', 'orders_amount_key', 'orders_amount_check', 'orders_customer_id_fkey', 'orders_amount_note_id_idx', 'orders_expr_idx', 'orders_customer_id_idx']::name[]);
  if unknown is not null then
    raise exception 'column "public"."orders"."amount" is needed by what no migration made: %', unknown
      using hint = 'drop it, or make it part of the history, before the switch';
  end if;
end $catalogs$;
-- privileges, comments, statistics targets, storage: whatever was set outside a migration too
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
do $catalogs$
declare
  command text;
begin
  for command in
    with changed as (
      select a.*, t.typstorage, '"public"."orders"'::regclass as relation, 'orders_amount_new_551a68a7'::name as by
      from pg_attribute a, pg_attribute b, pg_type t
      where a.attrelid = '"public"."orders"'::regclass and a.attname = 'amount'
        and b.attrelid = a.attrelid and b.attname = 'orders_amount_new_551a68a7' and t.oid = b.atttypid
    ), index (old, new) as (values ('"public"."orders_amount_key"', '"public"."orders_amount_key_copy_81507605"'), ('"public"."orders_amount_note_id_idx"', '"public"."orders_amount_note_id_idx_copy_e2f09866"'), ('"public"."orders_expr_idx"', '"public"."orders_expr_idx_copy_e385396e"')
    ), replaced as (
      select index.new, i.indexrelid, i.indisclustered
      from index join pg_index i on i.indexrelid = to_regclass(index.old)
    ), constraint_of (old, new) as (values ('orders_amount_key', 'orders_amount_key_copy_81507605'), ('orders_amount_check', 'orders_amount_check_copy_8fa375ae'))
    select format('grant %s (%I) on %s to %s%s', x.privilege_type, by, relation,
      case x.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(x.grantee)) end,
      case when x.is_grantable then ' with grant option' else '' end)
    from changed, aclexplode(attacl) x
    union all select format('alter table %s alter column %I set statistics %s', relation, by, attstattarget)
    from changed where attstattarget >= 0
    union all select format('alter table %s alter column %I set (%s)', relation, by, array_to_string(attoptions, ', '))
    from changed where attoptions is not null
    union all select format('alter table %s alter column %I set storage %s', relation, by,
      case attstorage when 'p' then 'plain' when 'e' then 'external' when 'm' then 'main' else 'extended' end)
    from changed where attlen = -1 and typstorage <> 'p'
      and attstorage <> (select o.typstorage from pg_type o where o.oid = atttypid)
    union all select format('alter table %s alter column %I set compression %s', relation, by,
      case attcompression when 'p' then 'pglz' else 'lz4' end)
    from changed where attcompression in ('p', 'l') and typstorage <> 'p'
    union all select format('comment on column %s.%I is %L', relation, by, col_description(relation, attnum))
    from changed where col_description(relation, attnum) is not null
    union all select format('comment on index %s is %L', new, obj_description(indexrelid, 'pg_class'))
    from replaced where obj_description(indexrelid, 'pg_class') is not null
    union all select format('alter table %s cluster on %I', relation, relname)
    from changed, replaced join pg_class c on c.oid = to_regclass(new) where indisclustered
    union all select format('comment on constraint %I on %s is %L', new, relation, obj_description(c.oid, 'pg_constraint'))
    from changed, constraint_of join pg_constraint c on c.conname = old
    where c.conrelid = relation and obj_description(c.oid, 'pg_constraint') is not null
  loop
    execute command;
  end loop;
end $catalogs$;
-- logical replication knows rows by the new index, if it did by the old one
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
do $catalogs$
declare
  command text;
begin
  for command in
    with recursive index (old, new) as (
      select to_regclass(names.old)::oid, to_regclass(names.new)::oid
      from (values ('"public"."orders_amount_key"', '"public"."orders_amount_key_copy_81507605"'), ('"public"."orders_amount_note_id_idx"', '"public"."orders_amount_note_id_idx_copy_e2f09866"'), ('"public"."orders_expr_idx"', '"public"."orders_expr_idx_copy_e385396e"')) names (old, new)
      union all
      select o.indexrelid, n.indexrelid from index
      join pg_inherits a on a.inhparent = index.old join pg_index o on o.indexrelid = a.inhrelid
      join pg_inherits b on b.inhparent = index.new join pg_index n on n.indexrelid = b.inhrelid
      where o.indrelid = n.indrelid
    )
    select format('alter table %s replica identity using index %I', i.indrelid::regclass, c.relname)
    from index join pg_index i on i.indexrelid = index.old join pg_class c on c.oid = index.new
    where i.indisreplident
  loop
    execute command;
  end loop;
end $catalogs$;
-- the new column has its own
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
alter table "public"."orders" drop constraint if exists "orders_amount_check";
-- makes room; it goes with the old column
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
alter table "public"."orders" rename constraint "orders_amount_key" to "orders_amount_key_old_81507605";
-- makes room; it goes with the old column
alter index "public"."orders_amount_note_id_idx" rename to "orders_amount_note_id_idx_old_e2f09866";
-- makes room; it goes with the old column
alter index "public"."orders_expr_idx" rename to "orders_expr_idx_old_e385396e";
-- the original went with its column
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
alter table "public"."orders" rename constraint "orders_amount_key_copy_81507605" to "orders_amount_key";
-- the original went with its column
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
alter table "public"."orders" rename constraint "orders_amount_check_copy_8fa375ae" to "orders_amount_check";
-- the original went with its column
alter index "public"."orders_amount_note_id_idx_copy_e2f09866" rename to "orders_amount_note_id_idx";
-- the original went with its column
alter index "public"."orders_expr_idx_copy_e385396e" rename to "orders_expr_idx";
-- left by a way back that was cut short
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
alter table "public"."orders" drop constraint if exists "orders_amount_back_not_null_551a68a7";
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
alter table "public"."orders" alter column "amount" drop default;
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
alter table "public"."orders" rename column "amount" to "orders_amount_old_551a68a7";
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
alter table "public"."orders" rename column "orders_amount_new_551a68a7" to "amount";
-- from PostgreSQL 18 on a NOT NULL has a name, which stays with its place
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
select changeover.take_not_null_name('"public"."orders"', 'amount', 'orders_amount_old_551a68a7');
-- a value that the old type has no room for is null in it
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
alter table "public"."orders" alter column "orders_amount_old_551a68a7" drop not null;
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
alter table "public"."orders" alter column "amount" set default 0;
-- carries what is written over to the old column, for the way back
create function "public"."orders_amount_down_551a68a7"() returns trigger
  language plpgsql
  set search_path = pg_catalog, "public", pg_temp
as $changeover$
#variable_conflict use_column
declare
  lag numeric(10, 2);
  locks integer := coalesce(nullif(current_setting('changeover.locks', true), ''), '0');
  value bigint;
begin
  if tg_op = 'INSERT' or row(new."amount")::record *<> row(old."amount")::record then
    -- null where the old type has no room for it: that must fail no write
    begin
      lag := cast(new."amount" as numeric(10, 2));
    exception when data_exception or integrity_constraint_violation then
      lag := null;
    end;
    if cast(lag as numeric(14, 4)) is distinct from new."amount" then
      lag := null;
    end if;
    new."orders_amount_old_551a68a7" := lag;
  end if;
  -- two unique indexes hold this value, and `on conflict` consults one of them
  if locks < 16 and pg_catalog.num_nulls(new."amount") = 0
    and (tg_op = 'INSERT' or row(new."amount")::record *<> row(old."amount")::record) then
    locks := locks + 1;
    perform set_config('changeover.locks', locks::text, true);
    value := pg_catalog.hashtextextended('"public"."orders"."amount"' || row(new."amount")::text, 0);
    for attempt in 1..10 loop
      exit when pg_catalog.pg_try_advisory_xact_lock(value);
      perform pg_catalog.pg_sleep(0.001);
    end loop;
  end if;
  return new;
end
$changeover$;
-- named to fire after your own triggers
-- lock: SHARE ROW EXCLUSIVE on "public"."orders": blocks writes until the commit, brief; reads go on
create trigger "zzz_0002_01_orders_amount_down_551a68a7_insert" before insert on "public"."orders"
  for each row when (((pg_catalog.current_setting('changeover.backfill_xact', true)
    = pg_catalog.pg_current_xact_id_if_assigned()::text) is not true or pg_catalog.pg_trigger_depth() > 0))
  execute function "public"."orders_amount_down_551a68a7"();
-- named to fire after your own triggers
-- lock: SHARE ROW EXCLUSIVE on "public"."orders": blocks writes until the commit, brief; reads go on
create trigger "zzz_0002_01_orders_amount_down_551a68a7_update" before update on "public"."orders"
  for each row when (((pg_catalog.current_setting('changeover.backfill_xact', true)
    = pg_catalog.pg_current_xact_id_if_assigned()::text) is not true or pg_catalog.pg_trigger_depth() > 0)
    or row(new."amount")::record *<> row(old."amount")::record)
  execute function "public"."orders_amount_down_551a68a7"();
-- for logical replication and restores too
-- lock: SHARE ROW EXCLUSIVE on "public"."orders": blocks writes until the commit, brief; reads go on
alter table "public"."orders" enable always trigger "zzz_0002_01_orders_amount_down_551a68a7_insert", enable always trigger "zzz_0002_01_orders_amount_down_551a68a7_update";
commit;

-- 5/17 for the way back alone: values that the old type has no room for stop the way back, with
--   nothing locked
-- nothing to do on the way forward

-- change_type!(customers.id: bigint, with(orders.customer_id))

-- 6/17 for the way back alone: the valid check proves it
-- nothing to do on the way forward

-- 7/17 for the way back alone: reads every row; blocks nobody
-- nothing to do on the way forward

-- 8/17 for the way back alone: reads every row; blocks nobody
-- nothing to do on the way forward

-- 9/17 for the way back alone: reads every row; blocks nobody
-- nothing to do on the way forward

-- 10/17 the new columns are `id`, `customer_id` from now on; in one transaction, so that no
--   client meets a table without them
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- all before anything is changed, those that foreign keys point at first
-- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
lock table "public"."customers" in access exclusive mode;
-- all before anything is changed, those that foreign keys point at first
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
lock table "public"."orders" in access exclusive mode;
-- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
drop trigger if exists "zzz_0002_02_customers_id_up_a9799dae_insert" on "public"."customers";
-- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
drop trigger if exists "zzz_0002_02_customers_id_up_a9799dae_update" on "public"."customers";
drop function if exists "public"."customers_id_up_a9799dae"();
-- an object that the compiler does not know would go with the old column, unseen
do $catalogs$
declare
  unknown text;
begin
  select string_agg(pg_describe_object(d.classid, d.objid, d.objsubid), ', ') into unknown
  from pg_depend d
  join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
  left join pg_class i on d.classid = 'pg_class'::regclass and i.oid = d.objid
  left join pg_constraint c on d.classid = 'pg_constraint'::regclass and c.oid = d.objid
  left join pg_attrdef e on d.classid = 'pg_attrdef'::regclass and e.oid = d.objid
  where d.refclassid = 'pg_class'::regclass and d.refobjid = '"public"."customers"'::regclass and a.attname = 'id'
    and e.adnum is distinct from a.attnum and c.contype is distinct from 'n'
    and i.relkind is distinct from 'S'
    and coalesce(i.relname, c.conname, '') <> all (array['customers_pkey', 'orders_pkey', 'orders_amount_key', 'orders_amount_check', 'orders_customer_id_fkey', 'orders_amount_note_id_idx', 'orders_expr_idx', 'orders_customer_id_idx']::name[]);
  if unknown is not null then
    raise exception 'column "public"."customers"."id" is needed by what no migration made: %', unknown
      using hint = 'drop it, or make it part of the history, before the switch';
  end if;
end $catalogs$;
-- privileges, comments, statistics targets, storage: whatever was set outside a migration too
-- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
do $catalogs$
declare
  command text;
begin
  for command in
    with changed as (
      select a.*, t.typstorage, '"public"."customers"'::regclass as relation, 'customers_id_new_a9799dae'::name as by
      from pg_attribute a, pg_attribute b, pg_type t
      where a.attrelid = '"public"."customers"'::regclass and a.attname = 'id'
        and b.attrelid = a.attrelid and b.attname = 'customers_id_new_a9799dae' and t.oid = b.atttypid
    ), index (old, new) as (values ('"public"."customers_pkey"', '"public"."customers_pkey_copy_7fcf1550"')
    ), replaced as (
      select index.new, i.indexrelid, i.indisclustered
      from index join pg_index i on i.indexrelid = to_regclass(index.old)
    ), constraint_of (old, new) as (values (null, null))
    select format('grant %s (%I) on %s to %s%s', x.privilege_type, by, relation,
      case x.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(x.grantee)) end,
      case when x.is_grantable then ' with grant option' else '' end)
    from changed, aclexplode(attacl) x
    union all select format('alter table %s alter column %I set statistics %s', relation, by, attstattarget)
    from changed where attstattarget >= 0
    union all select format('alter table %s alter column %I set (%s)', relation, by, array_to_string(attoptions, ', '))
    from changed where attoptions is not null
    union all select format('alter table %s alter column %I set storage %s', relation, by,
      case attstorage when 'p' then 'plain' when 'e' then 'external' when 'm' then 'main' else 'extended' end)
    from changed where attlen = -1 and typstorage <> 'p'
      and attstorage <> (select o.typstorage from pg_type o where o.oid = atttypid)
    union all select format('alter table %s alter column %I set compression %s', relation, by,
      case attcompression when 'p' then 'pglz' else 'lz4' end)
    from changed where attcompression in ('p', 'l') and typstorage <> 'p'
    union all select format('comment on column %s.%I is %L', relation, by, col_description(relation, attnum))
    from changed where col_description(relation, attnum) is not null
    union all select format('comment on index %s is %L', new, obj_description(indexrelid, 'pg_class'))
    from replaced where obj_description(indexrelid, 'pg_class') is not null
    union all select format('alter table %s cluster on %I', relation, relname)
    from changed, replaced join pg_class c on c.oid = to_regclass(new) where indisclustered
    union all select format('comment on constraint %I on %s is %L', new, relation, obj_description(c.oid, 'pg_constraint'))
    from changed, constraint_of join pg_constraint c on c.conname = old
    where c.conrelid = relation and obj_description(c.oid, 'pg_constraint') is not null
  loop
    execute command;
  end loop;
end $catalogs$;
-- logical replication knows rows by the new index, if it did by the old one
-- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
do $catalogs$
declare
  command text;
begin
  for command in
    with recursive index (old, new) as (
      select to_regclass(names.old)::oid, to_regclass(names.new)::oid
      from (values ('"public"."customers_pkey"', '"public"."customers_pkey_copy_7fcf1550"')) names (old, new)
      union all
      select o.indexrelid, n.indexrelid from index
      join pg_inherits a on a.inhparent = index.old join pg_index o on o.indexrelid = a.inhrelid
      join pg_inherits b on b.inhparent = index.new join pg_index n on n.indexrelid = b.inhrelid
      where o.indrelid = n.indrelid
    )
    select format('alter table %s replica identity using index %I', i.indrelid::regclass, c.relname)
    from index join pg_index i on i.indexrelid = index.old join pg_class c on c.oid = index.new
    where i.indisreplident
  loop
    execute command;
  end loop;
end $catalogs$;
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
drop trigger if exists "zzz_0002_02_orders_customer_id_up_0b6c85d5_insert" on "public"."orders";
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
drop trigger if exists "zzz_0002_02_orders_customer_id_up_0b6c85d5_update" on "public"."orders";
drop function if exists "public"."orders_customer_id_up_0b6c85d5"();
-- an object that the compiler does not know would go with the old column, unseen
do $catalogs$
declare
  unknown text;
begin
  select string_agg(pg_describe_object(d.classid, d.objid, d.objsubid), ', ') into unknown
  from pg_depend d
  join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
  left join pg_class i on d.classid = 'pg_class'::regclass and i.oid = d.objid
  left join pg_constraint c on d.classid = 'pg_constraint'::regclass and c.oid = d.objid
  left join pg_attrdef e on d.classid = 'pg_attrdef'::regclass and e.oid = d.objid
  where d.refclassid = 'pg_class'::regclass and d.refobjid = '"public"."orders"'::regclass and a.attname = 'customer_id'
    and e.adnum is distinct from a.attnum and c.contype is distinct from 'n'
    and i.relkind is distinct from 'S'
    and coalesce(i.relname, c.conname, '') <> all (array['customers_pkey', 'orders_pkey', 'orders_amount_key', 'orders_amount_check', 'orders_customer_id_fkey', 'orders_amount_note_id_idx', 'orders_expr_idx', 'orders_customer_id_idx']::name[]);
  if unknown is not null then
    raise exception 'column "public"."orders"."customer_id" is needed by what no migration made: %', unknown
      using hint = 'drop it, or make it part of the history, before the switch';
  end if;
end $catalogs$;
-- privileges, comments, statistics targets, storage: whatever was set outside a migration too
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
do $catalogs$
declare
  command text;
begin
  for command in
    with changed as (
      select a.*, t.typstorage, '"public"."orders"'::regclass as relation, 'orders_customer_id_new_0b6c85d5'::name as by
      from pg_attribute a, pg_attribute b, pg_type t
      where a.attrelid = '"public"."orders"'::regclass and a.attname = 'customer_id'
        and b.attrelid = a.attrelid and b.attname = 'orders_customer_id_new_0b6c85d5' and t.oid = b.atttypid
    ), index (old, new) as (values ('"public"."orders_customer_id_idx"', '"public"."orders_customer_id_idx_copy_e240d963"')
    ), replaced as (
      select index.new, i.indexrelid, i.indisclustered
      from index join pg_index i on i.indexrelid = to_regclass(index.old)
    ), constraint_of (old, new) as (values ('orders_customer_id_fkey', 'orders_customer_id_fkey_copy_87624b5d'))
    select format('grant %s (%I) on %s to %s%s', x.privilege_type, by, relation,
      case x.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(x.grantee)) end,
      case when x.is_grantable then ' with grant option' else '' end)
    from changed, aclexplode(attacl) x
    union all select format('alter table %s alter column %I set statistics %s', relation, by, attstattarget)
    from changed where attstattarget >= 0
    union all select format('alter table %s alter column %I set (%s)', relation, by, array_to_string(attoptions, ', '))
    from changed where attoptions is not null
    union all select format('alter table %s alter column %I set storage %s', relation, by,
      case attstorage when 'p' then 'plain' when 'e' then 'external' when 'm' then 'main' else 'extended' end)
    from changed where attlen = -1 and typstorage <> 'p'
      and attstorage <> (select o.typstorage from pg_type o where o.oid = atttypid)
    union all select format('alter table %s alter column %I set compression %s', relation, by,
      case attcompression when 'p' then 'pglz' else 'lz4' end)
    from changed where attcompression in ('p', 'l') and typstorage <> 'p'
    union all select format('comment on column %s.%I is %L', relation, by, col_description(relation, attnum))
    from changed where col_description(relation, attnum) is not null
    union all select format('comment on index %s is %L', new, obj_description(indexrelid, 'pg_class'))
    from replaced where obj_description(indexrelid, 'pg_class') is not null
    union all select format('alter table %s cluster on %I', relation, relname)
    from changed, replaced join pg_class c on c.oid = to_regclass(new) where indisclustered
    union all select format('comment on constraint %I on %s is %L', new, relation, obj_description(c.oid, 'pg_constraint'))
    from changed, constraint_of join pg_constraint c on c.conname = old
    where c.conrelid = relation and obj_description(c.oid, 'pg_constraint') is not null
  loop
    execute command;
  end loop;
end $catalogs$;
-- logical replication knows rows by the new index, if it did by the old one
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
do $catalogs$
declare
  command text;
begin
  for command in
    with recursive index (old, new) as (
      select to_regclass(names.old)::oid, to_regclass(names.new)::oid
      from (values ('"public"."orders_customer_id_idx"', '"public"."orders_customer_id_idx_copy_e240d963"')) names (old, new)
      union all
      select o.indexrelid, n.indexrelid from index
      join pg_inherits a on a.inhparent = index.old join pg_index o on o.indexrelid = a.inhrelid
      join pg_inherits b on b.inhparent = index.new join pg_index n on n.indexrelid = b.inhrelid
      where o.indrelid = n.indrelid
    )
    select format('alter table %s replica identity using index %I', i.indrelid::regclass, c.relname)
    from index join pg_index i on i.indexrelid = index.old join pg_class c on c.oid = index.new
    where i.indisreplident
  loop
    execute command;
  end loop;
end $catalogs$;
-- the new column has its own
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
alter table "public"."orders" drop constraint if exists "orders_customer_id_fkey";
-- the index is there, and the column is NOT NULL: no row is read
-- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
alter table "public"."customers" drop constraint "customers_pkey", add constraint "customers_pkey" primary key using index "customers_pkey_copy_7fcf1550";
-- the numbers go on where they are
-- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
do $catalogs$
declare
  sequence regclass := pg_catalog.pg_get_serial_sequence('"public"."customers"', 'id');
  name text := (select format('%I.%I', n.nspname, c.relname)
    from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = sequence);
  kind text := (select case attidentity when 'a' then 'always' else 'by default' end
    from pg_attribute where attrelid = '"public"."customers"'::regclass and attname = 'id');
  options text := (select format('start %s increment %s cache %s%s%s%s', seqstart, seqincrement, seqcache,
      case when seqcycle then ' cycle' end,
      ' minvalue ' || nullif(nullif(nullif(seqmin, -32768), -2147483648), -9223372036854775808),
      ' maxvalue ' || nullif(nullif(nullif(seqmax, 32767), 2147483647), 9223372036854775807))
    from pg_sequence where seqrelid = sequence);
  grants text[] := (select array_agg(format('grant %s on sequence %s to %s', x.privilege_type, name,
      case x.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(x.grantee)) end))
    from pg_class c, aclexplode(c.relacl) x where c.oid = sequence);
  granted text;
  last bigint;
  called boolean;
begin
  -- A client may take a number without the table.
  execute format('alter sequence %s cache %s', name, (select seqcache from pg_sequence where seqrelid = sequence));
  execute format('select last_value, is_called from %s', name) into last, called;
  alter table "public"."customers" alter column "id" drop identity;
  execute format('alter table "public"."customers" alter column "customers_id_new_a9799dae" add generated %s as identity (sequence name %s %s)',
    kind, name, options);
  perform pg_catalog.setval(name::regclass, last, called);
  foreach granted in array coalesce(grants, '{}') loop
    execute granted;
  end loop;
end $catalogs$;
-- left by a way back that was cut short
-- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
alter table "public"."customers" drop constraint if exists "customers_id_back_not_null_a9799dae";
-- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
alter table "public"."customers" rename column "id" to "customers_id_old_a9799dae";
-- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
alter table "public"."customers" rename column "customers_id_new_a9799dae" to "id";
-- from PostgreSQL 18 on a NOT NULL has a name, which stays with its place
-- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
select changeover.take_not_null_name('"public"."customers"', 'id', 'customers_id_old_a9799dae');
-- a value that the old type has no room for is null in it
-- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
alter table "public"."customers" alter column "customers_id_old_a9799dae" drop not null;
-- makes room; it goes with the old column
alter index "public"."orders_customer_id_idx" rename to "orders_customer_id_idx_old_e240d963";
-- the original went with its column
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
alter table "public"."orders" rename constraint "orders_customer_id_fkey_copy_87624b5d" to "orders_customer_id_fkey";
-- the original went with its column
alter index "public"."orders_customer_id_idx_copy_e240d963" rename to "orders_customer_id_idx";
-- left by a way back that was cut short
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
alter table "public"."orders" drop constraint if exists "orders_customer_id_back_not_null_0b6c85d5";
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
alter table "public"."orders" rename column "customer_id" to "orders_customer_id_old_0b6c85d5";
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
alter table "public"."orders" rename column "orders_customer_id_new_0b6c85d5" to "customer_id";
-- from PostgreSQL 18 on a NOT NULL has a name, which stays with its place
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
select changeover.take_not_null_name('"public"."orders"', 'customer_id', 'orders_customer_id_old_0b6c85d5');
-- a value that the old type has no room for is null in it
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
alter table "public"."orders" alter column "orders_customer_id_old_0b6c85d5" drop not null;
-- carries what is written over to the old column, for the way back
create function "public"."customers_id_down_a9799dae"() returns trigger
  language plpgsql
  set search_path = pg_catalog, "public", pg_temp
as $changeover$
#variable_conflict use_column
declare
  lag integer;
  locks integer := coalesce(nullif(current_setting('changeover.locks', true), ''), '0');
  value bigint;
begin
  if tg_op = 'INSERT' or row(new."id")::record *<> row(old."id")::record then
    -- null where the old type has no room for it: that must fail no write
    begin
      lag := cast(new."id" as integer);
    exception when data_exception or integrity_constraint_violation then
      lag := null;
    end;
    if cast(lag as bigint) is distinct from new."id" then
      lag := null;
    end if;
    new."customers_id_old_a9799dae" := lag;
  end if;
  -- two unique indexes hold this value, and `on conflict` consults one of them
  if locks < 16 and pg_catalog.num_nulls(new."id") = 0
    and (tg_op = 'INSERT' or row(new."id")::record *<> row(old."id")::record) then
    locks := locks + 1;
    perform set_config('changeover.locks', locks::text, true);
    value := pg_catalog.hashtextextended('"public"."customers"."id"' || row(new."id")::text, 0);
    for attempt in 1..10 loop
      exit when pg_catalog.pg_try_advisory_xact_lock(value);
      perform pg_catalog.pg_sleep(0.001);
    end loop;
  end if;
  return new;
end
$changeover$;
-- named to fire after your own triggers
-- lock: SHARE ROW EXCLUSIVE on "public"."customers": blocks writes until the commit, brief; reads go on
create trigger "zzz_0002_02_customers_id_down_a9799dae_insert" before insert on "public"."customers"
  for each row when (((pg_catalog.current_setting('changeover.backfill_xact', true)
    = pg_catalog.pg_current_xact_id_if_assigned()::text) is not true or pg_catalog.pg_trigger_depth() > 0))
  execute function "public"."customers_id_down_a9799dae"();
-- named to fire after your own triggers
-- lock: SHARE ROW EXCLUSIVE on "public"."customers": blocks writes until the commit, brief; reads go on
create trigger "zzz_0002_02_customers_id_down_a9799dae_update" before update on "public"."customers"
  for each row when (((pg_catalog.current_setting('changeover.backfill_xact', true)
    = pg_catalog.pg_current_xact_id_if_assigned()::text) is not true or pg_catalog.pg_trigger_depth() > 0)
    or row(new."id")::record *<> row(old."id")::record)
  execute function "public"."customers_id_down_a9799dae"();
-- for logical replication and restores too
-- lock: SHARE ROW EXCLUSIVE on "public"."customers": blocks writes until the commit, brief; reads go on
alter table "public"."customers" enable always trigger "zzz_0002_02_customers_id_down_a9799dae_insert", enable always trigger "zzz_0002_02_customers_id_down_a9799dae_update";
-- carries what is written over to the old column, for the way back
create function "public"."orders_customer_id_down_0b6c85d5"() returns trigger
  language plpgsql
  set search_path = pg_catalog, "public", pg_temp
as $changeover$
#variable_conflict use_column
declare
  lag integer;
begin
  if tg_op = 'INSERT' or row(new."customer_id")::record *<> row(old."customer_id")::record then
    -- null where the old type has no room for it: that must fail no write
    begin
      lag := cast(new."customer_id" as integer);
    exception when data_exception or integrity_constraint_violation then
      lag := null;
    end;
    if cast(lag as bigint) is distinct from new."customer_id" then
      lag := null;
    end if;
    new."orders_customer_id_old_0b6c85d5" := lag;
  end if;
  return new;
end
$changeover$;
-- named to fire after your own triggers
-- lock: SHARE ROW EXCLUSIVE on "public"."orders": blocks writes until the commit, brief; reads go on
create trigger "zzz_0002_02_orders_customer_id_down_0b6c85d5_insert" before insert on "public"."orders"
  for each row when (((pg_catalog.current_setting('changeover.backfill_xact', true)
    = pg_catalog.pg_current_xact_id_if_assigned()::text) is not true or pg_catalog.pg_trigger_depth() > 0))
  execute function "public"."orders_customer_id_down_0b6c85d5"();
-- named to fire after your own triggers
-- lock: SHARE ROW EXCLUSIVE on "public"."orders": blocks writes until the commit, brief; reads go on
create trigger "zzz_0002_02_orders_customer_id_down_0b6c85d5_update" before update on "public"."orders"
  for each row when (((pg_catalog.current_setting('changeover.backfill_xact', true)
    = pg_catalog.pg_current_xact_id_if_assigned()::text) is not true or pg_catalog.pg_trigger_depth() > 0)
    or row(new."customer_id")::record *<> row(old."customer_id")::record)
  execute function "public"."orders_customer_id_down_0b6c85d5"();
-- for logical replication and restores too
-- lock: SHARE ROW EXCLUSIVE on "public"."orders": blocks writes until the commit, brief; reads go on
alter table "public"."orders" enable always trigger "zzz_0002_02_orders_customer_id_down_0b6c85d5_insert", enable always trigger "zzz_0002_02_orders_customer_id_down_0b6c85d5_update";
commit;

-- 11/17 for the way back alone: the index that the primary key will need
set statement_timeout = 0;
set lock_timeout = '300s';
-- waits for transactions that use the index, and blocks none
-- lock: SHARE UPDATE EXCLUSIVE on "public"."customers": blocks neither reads nor writes, only vacuum and schema changes
drop index concurrently if exists "public"."customers_pkey_copy_7fcf1550";
reset lock_timeout;
reset statement_timeout;

-- 12/17 for the way back alone: the index that the primary key will need
set statement_timeout = 0;
set lock_timeout = '300s';
-- waits for transactions that use the index, and blocks none
-- lock: SHARE UPDATE EXCLUSIVE on "public"."customers": blocks neither reads nor writes, only vacuum and schema changes
drop index concurrently if exists "public"."customers_pkey_old_7fcf1550";
reset lock_timeout;
reset statement_timeout;

-- 13/17 for the way back alone: reads every row; blocks nobody
-- nothing to do on the way forward

-- 14/17 for the way back alone: the old column is NOT NULL again
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- left by a way back that was cut short
-- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
alter table "public"."customers" drop constraint if exists "customers_id_back_not_null_a9799dae";
commit;

-- 15/17 for the way back alone: values that the old type has no room for stop the way back,
--   with nothing locked
-- nothing to do on the way forward

-- 16/17 for the way back alone: asked before anything is taken back
-- nothing to do on the way forward

-- 17/17 for the way back alone: values that the old type has no room for stop the way back,
--   with nothing locked
-- nothing to do on the way forward

-- ==== contract ===============================================================
-- Waits for a later migration that says `contract!(m0002_change)`,
-- and for a run of `contract()` once no older build is live.
-- Cannot be undone: what it drops is gone. If it stops: the next run goes on.

-- change_type!(orders.amount: numeric(14, 4))

-- 1/2 nobody goes back to the old type
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
drop trigger if exists "zzz_0002_01_orders_amount_down_551a68a7_insert" on "public"."orders";
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
drop trigger if exists "zzz_0002_01_orders_amount_down_551a68a7_update" on "public"."orders";
drop function if exists "public"."orders_amount_down_551a68a7"();
-- its values live on in the new column
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
alter table "public"."orders" drop column "orders_amount_old_551a68a7";
commit;

-- change_type!(customers.id: bigint, with(orders.customer_id))

-- 2/2 nobody goes back to the old type
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
drop trigger if exists "zzz_0002_02_customers_id_down_a9799dae_insert" on "public"."customers";
-- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
drop trigger if exists "zzz_0002_02_customers_id_down_a9799dae_update" on "public"."customers";
drop function if exists "public"."customers_id_down_a9799dae"();
-- its values live on in the new column
-- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
alter table "public"."customers" drop column "customers_id_old_a9799dae";
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
drop trigger if exists "zzz_0002_02_orders_customer_id_down_0b6c85d5_insert" on "public"."orders";
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
drop trigger if exists "zzz_0002_02_orders_customer_id_down_0b6c85d5_update" on "public"."orders";
drop function if exists "public"."orders_customer_id_down_0b6c85d5"();
-- its values live on in the new column
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
alter table "public"."orders" drop column "orders_customer_id_old_0b6c85d5";
commit;

-- ==== undo ===================================================================
-- Until its contract or a later migration has begun, `undo` takes the steps back, the last one first:

-- undo: -- stops the migration, with nothing locked, if rows hold a `id` that `integer` cannot
-- undo: -- help: change them, or keep the new type
-- undo: select * from "public"."customers" where "customers_id_old_a9799dae" is null and "id" is not null limit 5;

-- undo: -- stops the migration, with nothing locked, if rows have given `id` a number that `integer` has no room for
-- undo: -- help: keep the migration as it is: a sequence does not go back
-- undo: select * from "pg_catalog"."pg_sequence" where seqrelid = pg_catalog.pg_get_serial_sequence('"public"."customers"', 'id')::regclass and pg_catalog.abs(pg_catalog.pg_sequence_last_value(seqrelid)) > 2147483647 limit 5;

-- undo: -- stops the migration, with nothing locked, if rows hold a `customer_id` that `integer` cannot
-- undo: -- help: change them, or keep the new type
-- undo: select * from "public"."orders" where "orders_customer_id_old_0b6c85d5" is null and "customer_id" is not null limit 5;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
-- undo: alter table "public"."customers" add constraint "customers_id_back_not_null_a9799dae" check ("customers_id_old_a9799dae" is not null) not valid;
-- undo: commit;

-- undo: -- runs outside a transaction
-- undo: -- is done, and not repeated, once this is true:
-- undo: -- select not exists (select from pg_catalog.pg_constraint where conrelid = to_regclass('"public"."customers"') and conname = 'customers_id_back_not_null_a9799dae' and not convalidated)
-- undo: set statement_timeout = 0;
-- undo: set lock_timeout = '300s';
-- undo: -- lock: SHARE UPDATE EXCLUSIVE on "public"."customers": blocks neither reads nor writes, only vacuum and schema changes
-- undo: alter table "public"."customers" validate constraint "customers_id_back_not_null_a9799dae";
-- undo: reset lock_timeout;
-- undo: reset statement_timeout;

-- undo: -- runs outside a transaction, and waits for every transaction that is older than it
-- undo: -- if it stops: the invalid index is dropped concurrently and built again
-- undo: set statement_timeout = 0;
-- undo: set lock_timeout = '300s';
-- undo: -- two scans; reads and writes go on
-- undo: -- lock: SHARE UPDATE EXCLUSIVE on "public"."customers": blocks neither reads nor writes, only vacuum and schema changes
-- undo: create unique index concurrently "customers_pkey_old_7fcf1550" on "public"."customers" ("customers_id_old_a9799dae");
-- undo: reset lock_timeout;
-- undo: reset statement_timeout;

-- undo: -- runs outside a transaction, and waits for every transaction that is older than it
-- undo: -- if it stops: the invalid index is dropped concurrently and built again
-- undo: set statement_timeout = 0;
-- undo: set lock_timeout = '300s';
-- undo: -- two scans; reads and writes go on
-- undo: -- lock: SHARE UPDATE EXCLUSIVE on "public"."customers": blocks neither reads nor writes, only vacuum and schema changes
-- undo: create unique index concurrently "customers_pkey_copy_7fcf1550" on "public"."customers" ("id");
-- undo: reset lock_timeout;
-- undo: reset statement_timeout;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- all before anything is changed, those that foreign keys point at first
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
-- undo: lock table "public"."customers" in access exclusive mode;
-- undo: -- all before anything is changed, those that foreign keys point at first
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: lock table "public"."orders" in access exclusive mode;
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
-- undo: drop trigger if exists "zzz_0002_02_customers_id_down_a9799dae_insert" on "public"."customers";
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
-- undo: drop trigger if exists "zzz_0002_02_customers_id_down_a9799dae_update" on "public"."customers";
-- undo: drop function if exists "public"."customers_id_down_a9799dae"();
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: drop trigger if exists "zzz_0002_02_orders_customer_id_down_0b6c85d5_insert" on "public"."orders";
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: drop trigger if exists "zzz_0002_02_orders_customer_id_down_0b6c85d5_update" on "public"."orders";
-- undo: drop function if exists "public"."orders_customer_id_down_0b6c85d5"();
-- undo: -- it needs the primary key's index, which goes; added again below
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
-- undo: alter table "public"."orders" drop constraint if exists "orders_customer_id_fkey";
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
-- undo: alter table "public"."customers" alter column "customers_id_old_a9799dae" set not null;
-- undo: -- two statements: one `alter table` with both would scan
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
-- undo: alter table "public"."customers" drop constraint if exists "customers_id_back_not_null_a9799dae";
-- undo: -- the index is there, and the valid check has proved NOT NULL
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
-- undo: alter table "public"."customers" drop constraint "customers_pkey", add constraint "customers_pkey" primary key using index "customers_pkey_old_7fcf1550";
-- undo: -- the numbers go on where they are
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
-- undo: do $catalogs$
-- undo: declare
-- undo:   sequence regclass := pg_catalog.pg_get_serial_sequence('"public"."customers"', 'id');
-- undo:   name text := (select format('%I.%I', n.nspname, c.relname)
-- undo:     from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = sequence);
-- undo:   kind text := (select case attidentity when 'a' then 'always' else 'by default' end
-- undo:     from pg_attribute where attrelid = '"public"."customers"'::regclass and attname = 'id');
-- undo:   options text := (select format('start %s increment %s cache %s%s%s%s', seqstart, seqincrement, seqcache,
-- undo:       case when seqcycle then ' cycle' end,
-- undo:       ' minvalue ' || nullif(nullif(nullif(seqmin, -32768), -2147483648), -9223372036854775808),
-- undo:       ' maxvalue ' || nullif(nullif(nullif(seqmax, 32767), 2147483647), 9223372036854775807))
-- undo:     from pg_sequence where seqrelid = sequence);
-- undo:   grants text[] := (select array_agg(format('grant %s on sequence %s to %s', x.privilege_type, name,
-- undo:       case x.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(x.grantee)) end))
-- undo:     from pg_class c, aclexplode(c.relacl) x where c.oid = sequence);
-- undo:   granted text;
-- undo:   last bigint;
-- undo:   called boolean;
-- undo: begin
-- undo:   -- A client may take a number without the table.
-- undo:   execute format('alter sequence %s cache %s', name, (select seqcache from pg_sequence where seqrelid = sequence));
-- undo:   execute format('select last_value, is_called from %s', name) into last, called;
-- undo:   alter table "public"."customers" alter column "id" drop identity;
-- undo:   execute format('alter table "public"."customers" alter column "customers_id_old_a9799dae" add generated %s as identity (sequence name %s %s)',
-- undo:     kind, name, options);
-- undo:   perform pg_catalog.setval(name::regclass, last, called);
-- undo:   foreach granted in array coalesce(grants, '{}') loop
-- undo:     execute granted;
-- undo:   end loop;
-- undo: end $catalogs$;
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
-- undo: alter table "public"."customers" rename column "id" to "customers_id_new_a9799dae";
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
-- undo: alter table "public"."customers" rename column "customers_id_old_a9799dae" to "id";
-- undo: -- from PostgreSQL 18 on a NOT NULL has a name, which stays with its place
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
-- undo: select changeover.take_not_null_name('"public"."customers"', 'id', 'customers_id_new_a9799dae');
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: alter table "public"."orders" rename column "customer_id" to "orders_customer_id_new_0b6c85d5";
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: alter table "public"."orders" rename column "orders_customer_id_old_0b6c85d5" to "customer_id";
-- undo: alter index "public"."orders_customer_id_idx" rename to "orders_customer_id_idx_copy_e240d963";
-- undo: alter index "public"."orders_customer_id_idx_old_e240d963" rename to "orders_customer_id_idx";
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: alter table "public"."orders" add constraint "orders_customer_id_back_not_null_0b6c85d5" check ("customer_id" is not null) not valid;
-- undo: -- holds for what is written; proved in a step of its own
-- undo: -- lock: SHARE ROW EXCLUSIVE on "public"."orders": blocks writes until the commit, brief; reads go on
-- undo: -- lock: SHARE ROW EXCLUSIVE on "public"."customers": blocks writes until the commit, brief; reads go on
-- undo: alter table "public"."orders" add constraint "orders_customer_id_fkey" foreign key ("customer_id") references "public"."customers" ("id") on delete cascade not valid;
-- undo: -- holds for what is written; proved in a step of its own
-- undo: -- lock: SHARE ROW EXCLUSIVE on "public"."orders": blocks writes until the commit, brief; reads go on
-- undo: -- lock: SHARE ROW EXCLUSIVE on "public"."customers": blocks writes until the commit, brief; reads go on
-- undo: alter table "public"."orders" add constraint "orders_customer_id_fkey_copy_87624b5d" foreign key ("orders_customer_id_new_0b6c85d5") references "public"."customers" ("customers_id_new_a9799dae") on delete cascade not valid;
-- undo: -- no client writes the new column, so the old one tells
-- undo: create function "public"."customers_id_up_a9799dae"() returns trigger
-- undo:   language plpgsql
-- undo:   set search_path = pg_catalog, "public", pg_temp
-- undo: as $changeover$
-- undo: #variable_conflict use_column
-- undo: declare
-- undo:   locks integer := coalesce(nullif(current_setting('changeover.locks', true), ''), '0');
-- undo:   value bigint;
-- undo: begin
-- undo:   new."customers_id_new_a9799dae" := cast(new."id" as bigint);
-- undo:   -- two unique indexes hold this value, and `on conflict` consults one of them
-- undo:   if locks < 16 and pg_catalog.num_nulls(new."customers_id_new_a9799dae") = 0
-- undo:     and (tg_op = 'INSERT' or row(new."customers_id_new_a9799dae")::record *<> row(old."customers_id_new_a9799dae")::record) then
-- undo:     locks := locks + 1;
-- undo:     perform set_config('changeover.locks', locks::text, true);
-- undo:     value := pg_catalog.hashtextextended('"public"."customers"."customers_id_new_a9799dae"' || row(new."customers_id_new_a9799dae")::text, 0);
-- undo:     for attempt in 1..10 loop
-- undo:       exit when pg_catalog.pg_try_advisory_xact_lock(value);
-- undo:       perform pg_catalog.pg_sleep(0.001);
-- undo:     end loop;
-- undo:   end if;
-- undo:   return new;
-- undo: end
-- undo: $changeover$;
-- undo: -- named to fire after your own triggers
-- undo: -- lock: SHARE ROW EXCLUSIVE on "public"."customers": blocks writes until the commit, brief; reads go on
-- undo: create trigger "zzz_0002_02_customers_id_up_a9799dae_insert" before insert on "public"."customers"
-- undo:   for each row when (((pg_catalog.current_setting('changeover.backfill_xact', true)
-- undo:     = pg_catalog.pg_current_xact_id_if_assigned()::text) is not true or pg_catalog.pg_trigger_depth() > 0))
-- undo:   execute function "public"."customers_id_up_a9799dae"();
-- undo: -- named to fire after your own triggers
-- undo: -- lock: SHARE ROW EXCLUSIVE on "public"."customers": blocks writes until the commit, brief; reads go on
-- undo: create trigger "zzz_0002_02_customers_id_up_a9799dae_update" before update on "public"."customers"
-- undo:   for each row when (((pg_catalog.current_setting('changeover.backfill_xact', true)
-- undo:     = pg_catalog.pg_current_xact_id_if_assigned()::text) is not true or pg_catalog.pg_trigger_depth() > 0)
-- undo:     or row(new."id")::record *<> row(old."id")::record)
-- undo:   execute function "public"."customers_id_up_a9799dae"();
-- undo: -- for logical replication and restores too
-- undo: -- lock: SHARE ROW EXCLUSIVE on "public"."customers": blocks writes until the commit, brief; reads go on
-- undo: alter table "public"."customers" enable always trigger "zzz_0002_02_customers_id_up_a9799dae_insert", enable always trigger "zzz_0002_02_customers_id_up_a9799dae_update";
-- undo: -- no client writes the new column, so the old one tells
-- undo: create function "public"."orders_customer_id_up_0b6c85d5"() returns trigger
-- undo:   language plpgsql
-- undo:   set search_path = pg_catalog, "public", pg_temp
-- undo: as $changeover$
-- undo: #variable_conflict use_column
-- undo: begin
-- undo:   new."orders_customer_id_new_0b6c85d5" := cast(new."customer_id" as bigint);
-- undo:   return new;
-- undo: end
-- undo: $changeover$;
-- undo: -- named to fire after your own triggers
-- undo: -- lock: SHARE ROW EXCLUSIVE on "public"."orders": blocks writes until the commit, brief; reads go on
-- undo: create trigger "zzz_0002_02_orders_customer_id_up_0b6c85d5_insert" before insert on "public"."orders"
-- undo:   for each row when (((pg_catalog.current_setting('changeover.backfill_xact', true)
-- undo:     = pg_catalog.pg_current_xact_id_if_assigned()::text) is not true or pg_catalog.pg_trigger_depth() > 0))
-- undo:   execute function "public"."orders_customer_id_up_0b6c85d5"();
-- undo: -- named to fire after your own triggers
-- undo: -- lock: SHARE ROW EXCLUSIVE on "public"."orders": blocks writes until the commit, brief; reads go on
-- undo: create trigger "zzz_0002_02_orders_customer_id_up_0b6c85d5_update" before update on "public"."orders"
-- undo:   for each row when (((pg_catalog.current_setting('changeover.backfill_xact', true)
-- undo:     = pg_catalog.pg_current_xact_id_if_assigned()::text) is not true or pg_catalog.pg_trigger_depth() > 0)
-- undo:     or row(new."customer_id")::record *<> row(old."customer_id")::record)
-- undo:   execute function "public"."orders_customer_id_up_0b6c85d5"();
-- undo: -- for logical replication and restores too
-- undo: -- lock: SHARE ROW EXCLUSIVE on "public"."orders": blocks writes until the commit, brief; reads go on
-- undo: alter table "public"."orders" enable always trigger "zzz_0002_02_orders_customer_id_up_0b6c85d5_insert", enable always trigger "zzz_0002_02_orders_customer_id_up_0b6c85d5_update";
-- undo: -- what was set on the column by now stays with its name
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
-- undo: do $catalogs$
-- undo: declare
-- undo:   command text;
-- undo: begin
-- undo:   for command in
-- undo:     with changed as (
-- undo:       select a.*, t.typstorage, '"public"."customers"'::regclass as relation, 'id'::name as by
-- undo:       from pg_attribute a, pg_attribute b, pg_type t
-- undo:       where a.attrelid = '"public"."customers"'::regclass and a.attname = 'customers_id_new_a9799dae'
-- undo:         and b.attrelid = a.attrelid and b.attname = 'id' and t.oid = b.atttypid
-- undo:     ), index (old, new) as (values ('"public"."customers_pkey_copy_7fcf1550"', '"public"."customers_pkey"')
-- undo:     ), replaced as (
-- undo:       select index.new, i.indexrelid, i.indisclustered
-- undo:       from index join pg_index i on i.indexrelid = to_regclass(index.old)
-- undo:     ), constraint_of (old, new) as (values (null, null))
-- undo:     select format('grant %s (%I) on %s to %s%s', x.privilege_type, by, relation,
-- undo:       case x.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(x.grantee)) end,
-- undo:       case when x.is_grantable then ' with grant option' else '' end)
-- undo:     from changed, aclexplode(attacl) x
-- undo:     union all select format('alter table %s alter column %I set statistics %s', relation, by, attstattarget)
-- undo:     from changed where attstattarget >= 0
-- undo:     union all select format('alter table %s alter column %I set (%s)', relation, by, array_to_string(attoptions, ', '))
-- undo:     from changed where attoptions is not null
-- undo:     union all select format('alter table %s alter column %I set storage %s', relation, by,
-- undo:       case attstorage when 'p' then 'plain' when 'e' then 'external' when 'm' then 'main' else 'extended' end)
-- undo:     from changed where attlen = -1 and typstorage <> 'p'
-- undo:       and attstorage <> (select o.typstorage from pg_type o where o.oid = atttypid)
-- undo:     union all select format('alter table %s alter column %I set compression %s', relation, by,
-- undo:       case attcompression when 'p' then 'pglz' else 'lz4' end)
-- undo:     from changed where attcompression in ('p', 'l') and typstorage <> 'p'
-- undo:     union all select format('comment on column %s.%I is %L', relation, by, col_description(relation, attnum))
-- undo:     from changed where col_description(relation, attnum) is not null
-- undo:     union all select format('comment on index %s is %L', new, obj_description(indexrelid, 'pg_class'))
-- undo:     from replaced where obj_description(indexrelid, 'pg_class') is not null
-- undo:     union all select format('alter table %s cluster on %I', relation, relname)
-- undo:     from changed, replaced join pg_class c on c.oid = to_regclass(new) where indisclustered
-- undo:     union all select format('comment on constraint %I on %s is %L', new, relation, obj_description(c.oid, 'pg_constraint'))
-- undo:     from changed, constraint_of join pg_constraint c on c.conname = old
-- undo:     where c.conrelid = relation and obj_description(c.oid, 'pg_constraint') is not null
-- undo:   loop
-- undo:     execute command;
-- undo:   end loop;
-- undo: end $catalogs$;
-- undo: -- logical replication knows rows by the new index, if it did by the old one
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
-- undo: do $catalogs$
-- undo: declare
-- undo:   command text;
-- undo: begin
-- undo:   for command in
-- undo:     with recursive index (old, new) as (
-- undo:       select to_regclass(names.old)::oid, to_regclass(names.new)::oid
-- undo:       from (values ('"public"."customers_pkey_copy_7fcf1550"', '"public"."customers_pkey"')) names (old, new)
-- undo:       union all
-- undo:       select o.indexrelid, n.indexrelid from index
-- undo:       join pg_inherits a on a.inhparent = index.old join pg_index o on o.indexrelid = a.inhrelid
-- undo:       join pg_inherits b on b.inhparent = index.new join pg_index n on n.indexrelid = b.inhrelid
-- undo:       where o.indrelid = n.indrelid
-- undo:     )
-- undo:     select format('alter table %s replica identity using index %I', i.indrelid::regclass, c.relname)
-- undo:     from index join pg_index i on i.indexrelid = index.old join pg_class c on c.oid = index.new
-- undo:     where i.indisreplident
-- undo:   loop
-- undo:     execute command;
-- undo:   end loop;
-- undo: end $catalogs$;
-- undo: -- what was set on the column by now stays with its name
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: do $catalogs$
-- undo: declare
-- undo:   command text;
-- undo: begin
-- undo:   for command in
-- undo:     with changed as (
-- undo:       select a.*, t.typstorage, '"public"."orders"'::regclass as relation, 'customer_id'::name as by
-- undo:       from pg_attribute a, pg_attribute b, pg_type t
-- undo:       where a.attrelid = '"public"."orders"'::regclass and a.attname = 'orders_customer_id_new_0b6c85d5'
-- undo:         and b.attrelid = a.attrelid and b.attname = 'customer_id' and t.oid = b.atttypid
-- undo:     ), index (old, new) as (values ('"public"."orders_customer_id_idx_copy_e240d963"', '"public"."orders_customer_id_idx"')
-- undo:     ), replaced as (
-- undo:       select index.new, i.indexrelid, i.indisclustered
-- undo:       from index join pg_index i on i.indexrelid = to_regclass(index.old)
-- undo:     ), constraint_of (old, new) as (values ('orders_customer_id_fkey_copy_87624b5d', 'orders_customer_id_fkey'))
-- undo:     select format('grant %s (%I) on %s to %s%s', x.privilege_type, by, relation,
-- undo:       case x.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(x.grantee)) end,
-- undo:       case when x.is_grantable then ' with grant option' else '' end)
-- undo:     from changed, aclexplode(attacl) x
-- undo:     union all select format('alter table %s alter column %I set statistics %s', relation, by, attstattarget)
-- undo:     from changed where attstattarget >= 0
-- undo:     union all select format('alter table %s alter column %I set (%s)', relation, by, array_to_string(attoptions, ', '))
-- undo:     from changed where attoptions is not null
-- undo:     union all select format('alter table %s alter column %I set storage %s', relation, by,
-- undo:       case attstorage when 'p' then 'plain' when 'e' then 'external' when 'm' then 'main' else 'extended' end)
-- undo:     from changed where attlen = -1 and typstorage <> 'p'
-- undo:       and attstorage <> (select o.typstorage from pg_type o where o.oid = atttypid)
-- undo:     union all select format('alter table %s alter column %I set compression %s', relation, by,
-- undo:       case attcompression when 'p' then 'pglz' else 'lz4' end)
-- undo:     from changed where attcompression in ('p', 'l') and typstorage <> 'p'
-- undo:     union all select format('comment on column %s.%I is %L', relation, by, col_description(relation, attnum))
-- undo:     from changed where col_description(relation, attnum) is not null
-- undo:     union all select format('comment on index %s is %L', new, obj_description(indexrelid, 'pg_class'))
-- undo:     from replaced where obj_description(indexrelid, 'pg_class') is not null
-- undo:     union all select format('alter table %s cluster on %I', relation, relname)
-- undo:     from changed, replaced join pg_class c on c.oid = to_regclass(new) where indisclustered
-- undo:     union all select format('comment on constraint %I on %s is %L', new, relation, obj_description(c.oid, 'pg_constraint'))
-- undo:     from changed, constraint_of join pg_constraint c on c.conname = old
-- undo:     where c.conrelid = relation and obj_description(c.oid, 'pg_constraint') is not null
-- undo:   loop
-- undo:     execute command;
-- undo:   end loop;
-- undo: end $catalogs$;
-- undo: commit;

-- undo: -- runs outside a transaction
-- undo: -- is done, and not repeated, once this is true:
-- undo: -- select not exists (select from pg_catalog.pg_constraint where conrelid = to_regclass('"public"."orders"') and conname = 'orders_customer_id_fkey_copy_87624b5d' and not convalidated)
-- undo: set statement_timeout = 0;
-- undo: set lock_timeout = '300s';
-- undo: -- lock: SHARE UPDATE EXCLUSIVE on "public"."orders": blocks neither reads nor writes, only vacuum and schema changes
-- undo: -- lock: ROW SHARE on "public"."customers": blocks neither reads nor writes
-- undo: alter table "public"."orders" validate constraint "orders_customer_id_fkey_copy_87624b5d";
-- undo: reset lock_timeout;
-- undo: reset statement_timeout;

-- undo: -- runs outside a transaction
-- undo: -- is done, and not repeated, once this is true:
-- undo: -- select not exists (select from pg_catalog.pg_constraint where conrelid = to_regclass('"public"."orders"') and conname = 'orders_customer_id_fkey' and not convalidated)
-- undo: set statement_timeout = 0;
-- undo: set lock_timeout = '300s';
-- undo: -- lock: SHARE UPDATE EXCLUSIVE on "public"."orders": blocks neither reads nor writes, only vacuum and schema changes
-- undo: -- lock: ROW SHARE on "public"."customers": blocks neither reads nor writes
-- undo: alter table "public"."orders" validate constraint "orders_customer_id_fkey";
-- undo: reset lock_timeout;
-- undo: reset statement_timeout;

-- undo: -- runs outside a transaction
-- undo: -- is done, and not repeated, once this is true:
-- undo: -- select not exists (select from pg_catalog.pg_constraint where conrelid = to_regclass('"public"."orders"') and conname = 'orders_customer_id_back_not_null_0b6c85d5' and not convalidated)
-- undo: set statement_timeout = 0;
-- undo: set lock_timeout = '300s';
-- undo: -- lock: SHARE UPDATE EXCLUSIVE on "public"."orders": blocks neither reads nor writes, only vacuum and schema changes
-- undo: alter table "public"."orders" validate constraint "orders_customer_id_back_not_null_0b6c85d5";
-- undo: reset lock_timeout;
-- undo: reset statement_timeout;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: alter table "public"."orders" alter column "customer_id" set not null;
-- undo: -- two statements: one `alter table` with both would scan
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: alter table "public"."orders" drop constraint if exists "orders_customer_id_back_not_null_0b6c85d5";
-- undo: -- from PostgreSQL 18 on a NOT NULL has a name, which stays with its place
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: select changeover.take_not_null_name('"public"."orders"', 'customer_id', 'orders_customer_id_new_0b6c85d5');
-- undo: -- logical replication knows rows by the new index, if it did by the old one
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: do $catalogs$
-- undo: declare
-- undo:   command text;
-- undo: begin
-- undo:   for command in
-- undo:     with recursive index (old, new) as (
-- undo:       select to_regclass(names.old)::oid, to_regclass(names.new)::oid
-- undo:       from (values ('"public"."orders_customer_id_idx_copy_e240d963"', '"public"."orders_customer_id_idx"')) names (old, new)
-- undo:       union all
-- undo:       select o.indexrelid, n.indexrelid from index
-- undo:       join pg_inherits a on a.inhparent = index.old join pg_index o on o.indexrelid = a.inhrelid
-- undo:       join pg_inherits b on b.inhparent = index.new join pg_index n on n.indexrelid = b.inhrelid
-- undo:       where o.indrelid = n.indrelid
-- undo:     )
-- undo:     select format('alter table %s replica identity using index %I', i.indrelid::regclass, c.relname)
-- undo:     from index join pg_index i on i.indexrelid = index.old join pg_class c on c.oid = index.new
-- undo:     where i.indisreplident
-- undo:   loop
-- undo:     execute command;
-- undo:   end loop;
-- undo: end $catalogs$;
-- undo: commit;

-- undo: -- stops the migration, with nothing locked, if rows hold a `amount` that `numeric(10, 2)` cannot
-- undo: -- help: change them, or keep the new type
-- undo: select * from "public"."orders" where "orders_amount_old_551a68a7" is null and "amount" is not null limit 5;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- all before anything is changed, those that foreign keys point at first
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: lock table "public"."orders" in access exclusive mode;
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: drop trigger if exists "zzz_0002_01_orders_amount_down_551a68a7_insert" on "public"."orders";
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: drop trigger if exists "zzz_0002_01_orders_amount_down_551a68a7_update" on "public"."orders";
-- undo: drop function if exists "public"."orders_amount_down_551a68a7"();
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: alter table "public"."orders" alter column "amount" drop default;
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: alter table "public"."orders" rename column "amount" to "orders_amount_new_551a68a7";
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: alter table "public"."orders" rename column "orders_amount_old_551a68a7" to "amount";
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: alter table "public"."orders" rename constraint "orders_amount_key" to "orders_amount_key_copy_81507605";
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: alter table "public"."orders" rename constraint "orders_amount_check" to "orders_amount_check_copy_8fa375ae";
-- undo: alter index "public"."orders_amount_note_id_idx" rename to "orders_amount_note_id_idx_copy_e2f09866";
-- undo: alter index "public"."orders_expr_idx" rename to "orders_expr_idx_copy_e385396e";
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: alter table "public"."orders" rename constraint "orders_amount_key_old_81507605" to "orders_amount_key";
-- undo: alter index "public"."orders_amount_note_id_idx_old_e2f09866" rename to "orders_amount_note_id_idx";
-- undo: alter index "public"."orders_expr_idx_old_e385396e" rename to "orders_expr_idx";
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: alter table "public"."orders" alter column "amount" set default 0;
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: alter table "public"."orders" add constraint "orders_amount_back_not_null_551a68a7" check ("amount" is not null) not valid;
-- undo: -- holds for what is written; proved in a step of its own
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: alter table "public"."orders" add constraint "orders_amount_check" check (amount >= 0) not valid;
-- undo: -- no client writes the new column, so the old one tells
-- undo: create function "public"."orders_amount_up_551a68a7"() returns trigger
-- undo:   language plpgsql
-- undo:   set search_path = pg_catalog, "public", pg_temp
-- undo: as $changeover$
-- undo: #variable_conflict use_column
-- undo: declare
-- undo:   locks integer := coalesce(nullif(current_setting('changeover.locks', true), ''), '0');
-- undo:   value bigint;
-- undo: begin
-- undo:   new."orders_amount_new_551a68a7" := cast(new."amount" as numeric(14, 4));
-- undo:   -- two unique indexes hold this value, and `on conflict` consults one of them
-- undo:   if locks < 16 and pg_catalog.num_nulls(new."orders_amount_new_551a68a7") = 0
-- undo:     and (tg_op = 'INSERT' or row(new."orders_amount_new_551a68a7")::record *<> row(old."orders_amount_new_551a68a7")::record) then
-- undo:     locks := locks + 1;
-- undo:     perform set_config('changeover.locks', locks::text, true);
-- undo:     value := pg_catalog.hashtextextended('"public"."orders"."orders_amount_new_551a68a7"' || row(new."orders_amount_new_551a68a7")::text, 0);
-- undo:     for attempt in 1..10 loop
-- undo:       exit when pg_catalog.pg_try_advisory_xact_lock(value);
-- undo:       perform pg_catalog.pg_sleep(0.001);
-- undo:     end loop;
-- undo:   end if;
-- undo:   return new;
-- undo: end
-- undo: $changeover$;
-- undo: -- named to fire after your own triggers
-- undo: -- lock: SHARE ROW EXCLUSIVE on "public"."orders": blocks writes until the commit, brief; reads go on
-- undo: create trigger "zzz_0002_01_orders_amount_up_551a68a7_insert" before insert on "public"."orders"
-- undo:   for each row when (((pg_catalog.current_setting('changeover.backfill_xact', true)
-- undo:     = pg_catalog.pg_current_xact_id_if_assigned()::text) is not true or pg_catalog.pg_trigger_depth() > 0))
-- undo:   execute function "public"."orders_amount_up_551a68a7"();
-- undo: -- named to fire after your own triggers
-- undo: -- lock: SHARE ROW EXCLUSIVE on "public"."orders": blocks writes until the commit, brief; reads go on
-- undo: create trigger "zzz_0002_01_orders_amount_up_551a68a7_update" before update on "public"."orders"
-- undo:   for each row when (((pg_catalog.current_setting('changeover.backfill_xact', true)
-- undo:     = pg_catalog.pg_current_xact_id_if_assigned()::text) is not true or pg_catalog.pg_trigger_depth() > 0)
-- undo:     or row(new."amount")::record *<> row(old."amount")::record)
-- undo:   execute function "public"."orders_amount_up_551a68a7"();
-- undo: -- for logical replication and restores too
-- undo: -- lock: SHARE ROW EXCLUSIVE on "public"."orders": blocks writes until the commit, brief; reads go on
-- undo: alter table "public"."orders" enable always trigger "zzz_0002_01_orders_amount_up_551a68a7_insert", enable always trigger "zzz_0002_01_orders_amount_up_551a68a7_update";
-- undo: -- what was set on the column by now stays with its name
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: do $catalogs$
-- undo: declare
-- undo:   command text;
-- undo: begin
-- undo:   for command in
-- undo:     with changed as (
-- undo:       select a.*, t.typstorage, '"public"."orders"'::regclass as relation, 'amount'::name as by
-- undo:       from pg_attribute a, pg_attribute b, pg_type t
-- undo:       where a.attrelid = '"public"."orders"'::regclass and a.attname = 'orders_amount_new_551a68a7'
-- undo:         and b.attrelid = a.attrelid and b.attname = 'amount' and t.oid = b.atttypid
-- undo:     ), index (old, new) as (values ('"public"."orders_amount_key_copy_81507605"', '"public"."orders_amount_key"'), ('"public"."orders_amount_note_id_idx_copy_e2f09866"', '"public"."orders_amount_note_id_idx"'), ('"public"."orders_expr_idx_copy_e385396e"', '"public"."orders_expr_idx"')
-- undo:     ), replaced as (
-- undo:       select index.new, i.indexrelid, i.indisclustered
-- undo:       from index join pg_index i on i.indexrelid = to_regclass(index.old)
-- undo:     ), constraint_of (old, new) as (values ('orders_amount_key_copy_81507605', 'orders_amount_key'), ('orders_amount_check_copy_8fa375ae', 'orders_amount_check'))
-- undo:     select format('grant %s (%I) on %s to %s%s', x.privilege_type, by, relation,
-- undo:       case x.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(x.grantee)) end,
-- undo:       case when x.is_grantable then ' with grant option' else '' end)
-- undo:     from changed, aclexplode(attacl) x
-- undo:     union all select format('alter table %s alter column %I set statistics %s', relation, by, attstattarget)
-- undo:     from changed where attstattarget >= 0
-- undo:     union all select format('alter table %s alter column %I set (%s)', relation, by, array_to_string(attoptions, ', '))
-- undo:     from changed where attoptions is not null
-- undo:     union all select format('alter table %s alter column %I set storage %s', relation, by,
-- undo:       case attstorage when 'p' then 'plain' when 'e' then 'external' when 'm' then 'main' else 'extended' end)
-- undo:     from changed where attlen = -1 and typstorage <> 'p'
-- undo:       and attstorage <> (select o.typstorage from pg_type o where o.oid = atttypid)
-- undo:     union all select format('alter table %s alter column %I set compression %s', relation, by,
-- undo:       case attcompression when 'p' then 'pglz' else 'lz4' end)
-- undo:     from changed where attcompression in ('p', 'l') and typstorage <> 'p'
-- undo:     union all select format('comment on column %s.%I is %L', relation, by, col_description(relation, attnum))
-- undo:     from changed where col_description(relation, attnum) is not null
-- undo:     union all select format('comment on index %s is %L', new, obj_description(indexrelid, 'pg_class'))
-- undo:     from replaced where obj_description(indexrelid, 'pg_class') is not null
-- undo:     union all select format('alter table %s cluster on %I', relation, relname)
-- undo:     from changed, replaced join pg_class c on c.oid = to_regclass(new) where indisclustered
-- undo:     union all select format('comment on constraint %I on %s is %L', new, relation, obj_description(c.oid, 'pg_constraint'))
-- undo:     from changed, constraint_of join pg_constraint c on c.conname = old
-- undo:     where c.conrelid = relation and obj_description(c.oid, 'pg_constraint') is not null
-- undo:   loop
-- undo:     execute command;
-- undo:   end loop;
-- undo: end $catalogs$;
-- undo: commit;

-- undo: -- runs outside a transaction
-- undo: -- is done, and not repeated, once this is true:
-- undo: -- select not exists (select from pg_catalog.pg_constraint where conrelid = to_regclass('"public"."orders"') and conname = 'orders_amount_check' and not convalidated)
-- undo: set statement_timeout = 0;
-- undo: set lock_timeout = '300s';
-- undo: -- lock: SHARE UPDATE EXCLUSIVE on "public"."orders": blocks neither reads nor writes, only vacuum and schema changes
-- undo: alter table "public"."orders" validate constraint "orders_amount_check";
-- undo: reset lock_timeout;
-- undo: reset statement_timeout;

-- undo: -- runs outside a transaction
-- undo: -- is done, and not repeated, once this is true:
-- undo: -- select not exists (select from pg_catalog.pg_constraint where conrelid = to_regclass('"public"."orders"') and conname = 'orders_amount_back_not_null_551a68a7' and not convalidated)
-- undo: set statement_timeout = 0;
-- undo: set lock_timeout = '300s';
-- undo: -- lock: SHARE UPDATE EXCLUSIVE on "public"."orders": blocks neither reads nor writes, only vacuum and schema changes
-- undo: alter table "public"."orders" validate constraint "orders_amount_back_not_null_551a68a7";
-- undo: reset lock_timeout;
-- undo: reset statement_timeout;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: alter table "public"."orders" alter column "amount" set not null;
-- undo: -- two statements: one `alter table` with both would scan
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: alter table "public"."orders" drop constraint if exists "orders_amount_back_not_null_551a68a7";
-- undo: -- from PostgreSQL 18 on a NOT NULL has a name, which stays with its place
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: select changeover.take_not_null_name('"public"."orders"', 'amount', 'orders_amount_new_551a68a7');
-- undo: -- logical replication knows rows by the new index, if it did by the old one
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: do $catalogs$
-- undo: declare
-- undo:   command text;
-- undo: begin
-- undo:   for command in
-- undo:     with recursive index (old, new) as (
-- undo:       select to_regclass(names.old)::oid, to_regclass(names.new)::oid
-- undo:       from (values ('"public"."orders_amount_key_copy_81507605"', '"public"."orders_amount_key"'), ('"public"."orders_amount_note_id_idx_copy_e2f09866"', '"public"."orders_amount_note_id_idx"'), ('"public"."orders_expr_idx_copy_e385396e"', '"public"."orders_expr_idx"')) names (old, new)
-- undo:       union all
-- undo:       select o.indexrelid, n.indexrelid from index
-- undo:       join pg_inherits a on a.inhparent = index.old join pg_index o on o.indexrelid = a.inhrelid
-- undo:       join pg_inherits b on b.inhparent = index.new join pg_index n on n.indexrelid = b.inhrelid
-- undo:       where o.indrelid = n.indrelid
-- undo:     )
-- undo:     select format('alter table %s replica identity using index %I', i.indrelid::regclass, c.relname)
-- undo:     from index join pg_index i on i.indexrelid = index.old join pg_class c on c.oid = index.new
-- undo:     where i.indisreplident
-- undo:   loop
-- undo:     execute command;
-- undo:   end loop;
-- undo: end $catalogs$;
-- undo: commit;

-- undo: set statement_timeout = 0;
-- undo: set lock_timeout = '300s';
-- undo: -- waits for transactions that use the index, and blocks none
-- undo: -- lock: SHARE UPDATE EXCLUSIVE on "public"."orders": blocks neither reads nor writes, only vacuum and schema changes
-- undo: drop index concurrently if exists "public"."orders_customer_id_idx_copy_e240d963";
-- undo: reset lock_timeout;
-- undo: reset statement_timeout;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- the tables that the foreign keys point at, before the one that has them
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
-- undo: lock table "public"."customers" in access exclusive mode;
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
-- undo: alter table "public"."orders" drop constraint if exists "orders_customer_id_fkey_copy_87624b5d";
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: alter table "public"."orders" alter column "orders_customer_id_new_0b6c85d5" drop not null;
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: alter table "public"."orders" drop constraint if exists "orders_orders_customer_id_new_0b6c85d5_not_null_bc4f7fb8";
-- undo: commit;

-- undo: set statement_timeout = 0;
-- undo: set lock_timeout = '300s';
-- undo: -- waits for transactions that use the index, and blocks none
-- undo: -- lock: SHARE UPDATE EXCLUSIVE on "public"."customers": blocks neither reads nor writes, only vacuum and schema changes
-- undo: drop index concurrently if exists "public"."customers_pkey_copy_7fcf1550";
-- undo: reset lock_timeout;
-- undo: reset statement_timeout;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
-- undo: alter table "public"."customers" alter column "customers_id_new_a9799dae" drop not null;
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
-- undo: alter table "public"."customers" drop constraint if exists "customers_customers_id_new_a9799dae_not_null_d19bbdcb";
-- undo: commit;

-- undo: set statement_timeout = 0;
-- undo: set lock_timeout = '300s';
-- undo: -- waits for transactions that use the index, and blocks none
-- undo: -- lock: SHARE UPDATE EXCLUSIVE on "public"."orders": blocks neither reads nor writes, only vacuum and schema changes
-- undo: drop index concurrently if exists "public"."orders_expr_idx_copy_e385396e";
-- undo: reset lock_timeout;
-- undo: reset statement_timeout;

-- undo: set statement_timeout = 0;
-- undo: set lock_timeout = '300s';
-- undo: -- waits for transactions that use the index, and blocks none
-- undo: -- lock: SHARE UPDATE EXCLUSIVE on "public"."orders": blocks neither reads nor writes, only vacuum and schema changes
-- undo: drop index concurrently if exists "public"."orders_amount_note_id_idx_copy_e2f09866";
-- undo: reset lock_timeout;
-- undo: reset statement_timeout;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: alter table "public"."orders" drop constraint if exists "orders_amount_check_copy_8fa375ae";
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: alter table "public"."orders" drop constraint if exists "orders_amount_key_copy_81507605";
-- undo: commit;

-- undo: set statement_timeout = 0;
-- undo: set lock_timeout = '300s';
-- undo: -- waits for transactions that use the index, and blocks none
-- undo: -- lock: SHARE UPDATE EXCLUSIVE on "public"."orders": blocks neither reads nor writes, only vacuum and schema changes
-- undo: drop index concurrently if exists "public"."orders_amount_key_copy_81507605";
-- undo: reset lock_timeout;
-- undo: reset statement_timeout;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: alter table "public"."orders" alter column "orders_amount_new_551a68a7" drop not null;
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: alter table "public"."orders" drop constraint if exists "orders_orders_amount_new_551a68a7_not_null_950ce949";
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: drop trigger if exists "zzz_0002_02_orders_customer_id_up_0b6c85d5_insert" on "public"."orders";
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: drop trigger if exists "zzz_0002_02_orders_customer_id_up_0b6c85d5_update" on "public"."orders";
-- undo: drop function if exists "public"."orders_customer_id_up_0b6c85d5"();
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: alter table "public"."orders" drop column "orders_customer_id_new_0b6c85d5";
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
-- undo: drop trigger if exists "zzz_0002_02_customers_id_up_a9799dae_insert" on "public"."customers";
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
-- undo: drop trigger if exists "zzz_0002_02_customers_id_up_a9799dae_update" on "public"."customers";
-- undo: drop function if exists "public"."customers_id_up_a9799dae"();
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
-- undo: alter table "public"."customers" drop column "customers_id_new_a9799dae";
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: drop trigger if exists "zzz_0002_01_orders_amount_up_551a68a7_insert" on "public"."orders";
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: drop trigger if exists "zzz_0002_01_orders_amount_up_551a68a7_update" on "public"."orders";
-- undo: drop function if exists "public"."orders_amount_up_551a68a7"();
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: alter table "public"."orders" drop column "orders_amount_new_551a68a7";
-- undo: commit;
