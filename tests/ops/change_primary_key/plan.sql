-- m0002_change
-- after m0001_base

-- ==== migrate ================================================================
-- Runs as soon as expand is done. Long, but what blocks reads or writes is brief.
-- If it stops: both shapes are in use and equal, and the next run goes on.

-- change_primary_key!(orders(region, id), include(note))
-- note: from the start of migrate on, a write of a null, or of a `region, id` that another row
--   has, fails (23502, 23505), by old builds too

-- 1/6 finds rows that would fail, before anything is locked
-- stops the migration, with nothing locked, if rows have no `region`
-- help: mend these rows, and the builds that write such
select * from "public"."orders" where "region" is null limit 5;

-- 2/6 finds rows that would fail, before anything is locked
-- stops the migration, with nothing locked, if rows share their `region, id` with another row
-- help: mend these rows, and the builds that write such
select * from "public"."orders" where (tableoid, ctid) in (select tableoid, ctid from (select tableoid, ctid, count(*) over (partition by "region", "id") as rows from "public"."orders" where pg_catalog.num_nulls("region", "id") = 0) as counted where rows > 1) limit 5;

-- 3/6 new rows must have `region`; old ones are not read yet
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
alter table "public"."orders" add constraint "orders_region_not_null_ff7ebc6b" check ("region" is not null) not valid;
commit;

-- 4/6 reads every row of `orders`, in a transaction of its own because a scan under the lock of
--   the step before would block
begin;
set local lock_timeout = '300ms';
-- lock: SHARE UPDATE EXCLUSIVE on "public"."orders": blocks neither reads nor writes, only vacuum and schema changes
alter table "public"."orders" validate constraint "orders_region_not_null_ff7ebc6b";
commit;

-- 5/6 the valid check proves it, so that no row is read under the lock
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
alter table "public"."orders" alter column "region" set not null;
-- two statements: one `alter table` with both would scan
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
alter table "public"."orders" drop constraint if exists "orders_region_not_null_ff7ebc6b";
commit;

-- 6/6 concurrently, beside the old key: until the contract both are there for `on conflict`
-- runs outside a transaction, and waits for every transaction that is older than it
-- if it stops: the invalid index is dropped concurrently and built again
set statement_timeout = 0;
set lock_timeout = '300s';
-- two scans; reads and writes go on
-- lock: SHARE UPDATE EXCLUSIVE on "public"."orders": blocks neither reads nor writes, only vacuum and schema changes
create unique index concurrently "orders_pkey_copy_eac1a5b2" on "public"."orders" ("region", "id") include ("note");
reset lock_timeout;
reset statement_timeout;

-- ==== contract ===============================================================
-- Waits for a later migration that says `contract!(m0002_change)`,
-- and for a run of `contract()` once no older build is live.
-- Cannot be undone: what it drops is gone. If it stops: the next run goes on.

-- change_primary_key!(orders(region, id), include(note))

-- 1/1 one statement under one short lock: no row is ever without a key
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
lock table "public"."orders" in access exclusive mode;
-- logical replication knows rows by the new index, if it did by the old one
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
do $catalogs$
declare
  command text;
begin
  for command in
    with recursive index (old, new) as (
      select to_regclass(names.old)::oid, to_regclass(names.new)::oid
      from (values ('"public"."orders_pkey"', '"public"."orders_pkey_copy_eac1a5b2"')) names (old, new)
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
alter table "public"."orders" drop constraint "orders_pkey", add constraint "orders_pkey" primary key using index "orders_pkey_copy_eac1a5b2";
commit;

-- ==== undo ===================================================================
-- Until its contract or a later migration has begun, `undo` takes the steps back, the last one first:

-- undo: set statement_timeout = 0;
-- undo: set lock_timeout = '300s';
-- undo: -- waits for transactions that use the index, and blocks none
-- undo: -- lock: SHARE UPDATE EXCLUSIVE on "public"."orders": blocks neither reads nor writes, only vacuum and schema changes
-- undo: drop index concurrently if exists "public"."orders_pkey_copy_eac1a5b2";
-- undo: reset lock_timeout;
-- undo: reset statement_timeout;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: alter table "public"."orders" alter column "region" drop not null;
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
-- undo: alter table "public"."orders" drop constraint if exists "orders_region_not_null_ff7ebc6b";
-- undo: commit;
