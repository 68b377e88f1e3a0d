-- m0002_change
-- after m0001_base

-- ==== expand =================================================================
-- Waits for nothing. A transaction takes all its locks first; if it does not get them within
-- 300ms, it lets clients pass and tries again. If it stops: each step is done wholly or not
-- at all, and the next run goes on.

-- add_generated_column!(items.total: numeric(14, 2) = "price * amount", stored)
-- note: a prepared `select *` or `returning *` fails once (0A000) when the column comes, and a
--   `copy` without a column list for good; name the columns instead
-- note: a trigger keeps `total` for good, because PostgreSQL adds a generated column by a
--   rewrite alone: what a build writes to it is passed over without an error

-- 1/1 the column, and the trigger that keeps it, in one transaction: no client meets one
--   without the other
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- a plain column, so that no row is rewritten
-- lock: ACCESS EXCLUSIVE on "public"."items": blocks reads and writes until the commit, brief
alter table "public"."items" add column "total" numeric(14, 2);
create function "public"."items_total_generated_43eb88ce"() returns trigger
  language plpgsql
  set search_path = pg_catalog, "public", pg_temp
as $changeover$
#variable_conflict use_column
begin
  new."total" := (select price * amount from (select new.*) as "items");
  return new;
end
$changeover$;
-- fires after all others, whose values it reads
-- lock: SHARE ROW EXCLUSIVE on "public"."items": blocks writes until the commit, brief; reads go on
create trigger "zzz_always_items_total_generated_43eb88ce_write" before insert or update on "public"."items"
  for each row when (true)
  execute function "public"."items_total_generated_43eb88ce"();
-- for logical replication and restores too
-- lock: SHARE ROW EXCLUSIVE on "public"."items": blocks writes until the commit, brief; reads go on
alter table "public"."items" enable always trigger "zzz_always_items_total_generated_43eb88ce_write";
--
-- add_generated_column!(items.size: text not_null comment("for the list") = "case when amount >
--   10 then 'large' else 'small' end", stored), under the same lock: the column, and the
--   trigger that keeps it, in one transaction: no client meets one without the other; a plain
--   column, so that no row is rewritten
-- note: a trigger keeps `size` for good, because PostgreSQL adds a generated column by a
--   rewrite alone: what a build writes to it is passed over without an error
-- lock: ACCESS EXCLUSIVE on "public"."items": blocks reads and writes until the commit, brief
alter table "public"."items" add column "size" text;
-- lock: SHARE UPDATE EXCLUSIVE on "public"."items": blocks neither reads nor writes, only vacuum and schema changes
comment on column "public"."items"."size" is 'for the list';
create function "public"."items_size_generated_68b42355"() returns trigger
  language plpgsql
  set search_path = pg_catalog, "public", pg_temp
as $changeover$
#variable_conflict use_column
begin
  new."size" := (select case when amount > 10 then 'large' else 'small' end from (select new.*) as "items");
  return new;
end
$changeover$;
-- fires after all others, whose values it reads
-- lock: SHARE ROW EXCLUSIVE on "public"."items": blocks writes until the commit, brief; reads go on
create trigger "zzz_always_items_size_generated_68b42355_write" before insert or update on "public"."items"
  for each row when (true)
  execute function "public"."items_size_generated_68b42355"();
-- for logical replication and restores too
-- lock: SHARE ROW EXCLUSIVE on "public"."items": blocks writes until the commit, brief; reads go on
alter table "public"."items" enable always trigger "zzz_always_items_size_generated_68b42355_write";
commit;

-- ==== migrate ================================================================
-- Runs as soon as expand is done. Long, but what blocks reads or writes is brief.
-- If it stops: both shapes are in use and equal, and the next run goes on.

-- add_generated_column!(items.total: numeric(14, 2) = "price * amount", stored)

-- 1/6 computes `total` in the rows that were there before
-- the runner repeats this transaction for each window of pages and each stripe of its rows,
-- with windows that take it some 10 ms; its place is kept with the rows, so if it stops
-- it goes on from there
begin;
set local lock_timeout = '100ms';
set local synchronous_commit = off;
select pg_catalog.set_config('changeover.backfill_xact', pg_catalog.pg_current_xact_id()::text, true);
-- lock: ROW EXCLUSIVE on "public"."items": blocks neither reads nor writes
-- a client that writes a row of the same batch waits for this commit
-- your own update triggers fire for each row; ours are told to stand aside
update "public"."items" set "total" = price * amount
where ctid >= '(0,0)' and ctid < '(64,0)' and pg_catalog.hashtid(ctid) & 7 = 0
and (row("total")::record *<> row(cast(price * amount as numeric(14, 2)))::record);
commit;
-- at the end no row may be left, or the migration stops here
select count(*) from "public"."items" where row("total")::record *<> row(cast(price * amount as numeric(14, 2)))::record;

-- add_generated_column!(items.size: text not_null comment("for the list") = "case when amount > 10 then 'large' else 'small' end", stored)

-- 2/6 computes `size` in the rows that were there before
-- the runner repeats this transaction for each window of pages and each stripe of its rows,
-- with windows that take it some 10 ms; its place is kept with the rows, so if it stops
-- it goes on from there
begin;
set local lock_timeout = '100ms';
set local synchronous_commit = off;
select pg_catalog.set_config('changeover.backfill_xact', pg_catalog.pg_current_xact_id()::text, true);
-- lock: ROW EXCLUSIVE on "public"."items": blocks neither reads nor writes
-- a client that writes a row of the same batch waits for this commit
-- your own update triggers fire for each row; ours are told to stand aside
update "public"."items" set "size" = case when amount > 10 then 'large' else 'small' end
where ctid >= '(0,0)' and ctid < '(64,0)' and pg_catalog.hashtid(ctid) & 7 = 0
and (row("size")::record *<> row(cast(case when amount > 10 then 'large' else 'small' end as text))::record);
commit;
-- at the end no row may be left, or the migration stops here
select count(*) from "public"."items" where row("size")::record *<> row(cast(case when amount > 10 then 'large' else 'small' end as text))::record;

-- 3/6 finds rows that would fail, before anything is locked
-- stops the migration, with nothing locked, if rows have no `size`
-- help: let `size` be null, or give it a value, as in `coalesce(…, '')`
select * from "public"."items" where "size" is null limit 5;

-- 4/6 new rows must have `size`; old ones are not read yet
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."items": blocks reads and writes until the commit, brief
alter table "public"."items" add constraint "items_size_not_null_68b42355" check ("size" is not null) not valid;
commit;

-- 5/6 reads every row of `items`, in a transaction of its own because a scan under the lock of
--   the step before would block
begin;
set local lock_timeout = '300ms';
-- lock: SHARE UPDATE EXCLUSIVE on "public"."items": blocks neither reads nor writes, only vacuum and schema changes
alter table "public"."items" validate constraint "items_size_not_null_68b42355";
commit;

-- 6/6 the valid check proves it, so that no row is read under the lock
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."items": blocks reads and writes until the commit, brief
alter table "public"."items" alter column "size" set not null;
-- two statements: one `alter table` with both would scan
-- lock: ACCESS EXCLUSIVE on "public"."items": blocks reads and writes until the commit, brief
alter table "public"."items" drop constraint if exists "items_size_not_null_68b42355";
commit;

-- ==== undo ===================================================================
-- Until a later migration has begun, `undo` takes the steps back, the last one first:

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."items": blocks reads and writes until the commit, brief
-- undo: alter table "public"."items" alter column "size" drop not null;
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."items": blocks reads and writes until the commit, brief
-- undo: alter table "public"."items" drop constraint if exists "items_size_not_null_68b42355";
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."items": blocks reads and writes until the commit, brief
-- undo: drop trigger if exists "zzz_always_items_size_generated_68b42355_write" on "public"."items";
-- undo: drop function if exists "public"."items_size_generated_68b42355"();
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."items": blocks reads and writes until the commit, brief
-- undo: alter table "public"."items" drop column "size";
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."items": blocks reads and writes until the commit, brief
-- undo: drop trigger if exists "zzz_always_items_total_generated_43eb88ce_write" on "public"."items";
-- undo: drop function if exists "public"."items_total_generated_43eb88ce"();
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."items": blocks reads and writes until the commit, brief
-- undo: alter table "public"."items" drop column "total";
-- undo: commit;
