-- m0002_change
-- after m0001_base

-- ==== expand =================================================================
-- Waits for nothing. A transaction takes all its locks first; if it does not get them within
-- 300ms, it lets clients pass and tries again. If it stops: each step is done wholly or not
-- at all, and the next run goes on.

-- add_column!(users.plan: text not_null default "free")
-- note: a prepared `select *` or `returning *` fails once (0A000) when the column comes, and a
--   `copy` without a column list for good; name the columns instead

-- 1/1 touches no row: PostgreSQL keeps a constant or stable default in its catalog
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" add column "plan" text not null default 'free';
--
-- add_column!(users.token: uuid not_null default sql("gen_random_uuid()")), under the same
--   lock: the column, and the trigger that fills it, in one transaction: no client meets one
--   without the other
create function "public"."users_token_fill_376a7e85"() returns trigger
  language plpgsql
  set search_path = pg_catalog, "public", pg_temp
as $changeover$
#variable_conflict use_column
begin
  new."token" := (select gen_random_uuid() from (select new.*) as "users");
  return new;
end
$changeover$;
-- without a default or NOT NULL, either of which would read or write every row
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" add column "token" uuid;
-- for new rows alone
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" alter column "token" set default gen_random_uuid();
-- fills what a build leaves out that does not know better
-- lock: SHARE ROW EXCLUSIVE on "public"."users": blocks writes until the commit, brief; reads go on
create trigger "zzz_0002_02_users_token_fill_376a7e85_write" before update on "public"."users"
  for each row when (new."token" is null
    and ((pg_catalog.current_setting('changeover.backfill_xact', true)
    = pg_catalog.pg_current_xact_id_if_assigned()::text) is not true or pg_catalog.pg_trigger_depth() > 0))
  execute function "public"."users_token_fill_376a7e85"();
-- for logical replication and restores too
-- lock: SHARE ROW EXCLUSIVE on "public"."users": blocks writes until the commit, brief; reads go on
alter table "public"."users" enable always trigger "zzz_0002_02_users_token_fill_376a7e85_write";
--
-- add_column!(users.region: text not_null, fill = "coalesce(country, 'unknown')"), under the
--   same lock: the column, and the trigger that fills it, in one transaction: no client meets
--   one without the other
create function "public"."users_region_fill_38945754"() returns trigger
  language plpgsql
  set search_path = pg_catalog, "public", pg_temp
as $changeover$
#variable_conflict use_column
begin
  new."region" := (select coalesce(country, 'unknown') from (select new.*) as "users");
  return new;
end
$changeover$;
-- without a default or NOT NULL, either of which would read or write every row
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" add column "region" text;
-- fills what a build leaves out that does not know better
-- lock: SHARE ROW EXCLUSIVE on "public"."users": blocks writes until the commit, brief; reads go on
create trigger "zzz_0002_03_users_region_fill_38945754_write" before insert or update on "public"."users"
  for each row when (new."region" is null
    and ((pg_catalog.current_setting('changeover.backfill_xact', true)
    = pg_catalog.pg_current_xact_id_if_assigned()::text) is not true or pg_catalog.pg_trigger_depth() > 0))
  execute function "public"."users_region_fill_38945754"();
-- for logical replication and restores too
-- lock: SHARE ROW EXCLUSIVE on "public"."users": blocks writes until the commit, brief; reads go on
alter table "public"."users" enable always trigger "zzz_0002_03_users_region_fill_38945754_write";
--
-- add_column!(users.team_id: bigint references(teams.id, on_delete = set_null),
--   allow(foreign_key_without_index, reason = "teams are never deleted")), under the same lock:
--   touches no row: PostgreSQL keeps a constant or stable default in its catalog
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" add column "team_id" bigint;
--
-- add_column!(users.code: varchar(40) default "none" check("code <> ''") comment("it's")),
--   under the same lock: touches no row: PostgreSQL keeps a constant or stable default in its
--   catalog
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" add column "code" varchar(40) default 'none';
-- lock: SHARE UPDATE EXCLUSIVE on "public"."users": blocks neither reads nor writes, only vacuum and schema changes
comment on column "public"."users"."code" is 'it''s';
--
-- add_column!(users.badge: uuid unique default sql("gen_random_uuid()")), under the same lock:
--   the column, and the trigger that fills it, in one transaction: no client meets one without
--   the other
create function "public"."users_badge_fill_ca09488b"() returns trigger
  language plpgsql
  set search_path = pg_catalog, "public", pg_temp
as $changeover$
#variable_conflict use_column
begin
  new."badge" := (select gen_random_uuid() from (select new.*) as "users");
  return new;
end
$changeover$;
-- without a default or NOT NULL, either of which would read or write every row
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" add column "badge" uuid;
-- for new rows alone
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" alter column "badge" set default gen_random_uuid();
-- fills what a build leaves out that does not know better
-- lock: SHARE ROW EXCLUSIVE on "public"."users": blocks writes until the commit, brief; reads go on
create trigger "zzz_0002_06_users_badge_fill_ca09488b_write" before update on "public"."users"
  for each row when (new."badge" is null
    and ((pg_catalog.current_setting('changeover.backfill_xact', true)
    = pg_catalog.pg_current_xact_id_if_assigned()::text) is not true or pg_catalog.pg_trigger_depth() > 0))
  execute function "public"."users_badge_fill_ca09488b"();
-- for logical replication and restores too
-- lock: SHARE ROW EXCLUSIVE on "public"."users": blocks writes until the commit, brief; reads go on
alter table "public"."users" enable always trigger "zzz_0002_06_users_badge_fill_ca09488b_write";
--
-- add_column!(users.number: bigint identity(always, start = 1000, increment = 10) unique),
--   under the same lock: the column, and the trigger that fills it, in one transaction: no
--   client meets one without the other; gives the numbers until the column is an identity
create sequence "public"."users_number_numbers_7b3fbc81" as bigint start with 1000 increment by 10;
-- whoever may insert a row takes a number, as from an identity
grant usage on sequence "public"."users_number_numbers_7b3fbc81" to public;
create function "public"."users_number_fill_7b3fbc81"() returns trigger
  language plpgsql
  set search_path = pg_catalog, "public", pg_temp
as $changeover$
#variable_conflict use_column
begin
  new."number" := (select pg_catalog.nextval('"public"."users_number_numbers_7b3fbc81"') from (select new.*) as "users");
  return new;
end
$changeover$;
-- without a default or NOT NULL, either of which would read or write every row
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" add column "number" bigint;
-- for new rows alone
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" alter column "number" set default pg_catalog.nextval('"public"."users_number_numbers_7b3fbc81"');
-- fills what a build leaves out that does not know better
-- lock: SHARE ROW EXCLUSIVE on "public"."users": blocks writes until the commit, brief; reads go on
create trigger "zzz_0002_07_users_number_fill_7b3fbc81_write" before update on "public"."users"
  for each row when (new."number" is null
    and ((pg_catalog.current_setting('changeover.backfill_xact', true)
    = pg_catalog.pg_current_xact_id_if_assigned()::text) is not true or pg_catalog.pg_trigger_depth() > 0))
  execute function "public"."users_number_fill_7b3fbc81"();
-- for logical replication and restores too
-- lock: SHARE ROW EXCLUSIVE on "public"."users": blocks writes until the commit, brief; reads go on
alter table "public"."users" enable always trigger "zzz_0002_07_users_number_fill_7b3fbc81_write";
commit;

-- ==== migrate ================================================================
-- Runs as soon as expand is done. Long, but what blocks reads or writes is brief.
-- If it stops: both shapes are in use and equal, and the next run goes on.

-- add_column!(users.token: uuid not_null default sql("gen_random_uuid()"))

-- 1/24 gives `token` to the rows that were there before
-- the runner repeats this transaction for each window of pages and each stripe of its rows,
-- with windows that take it some 10 ms; its place is kept with the rows, so if it stops
-- it goes on from there
begin;
set local lock_timeout = '100ms';
set local synchronous_commit = off;
select pg_catalog.set_config('changeover.backfill_xact', pg_catalog.pg_current_xact_id()::text, true);
-- lock: ROW EXCLUSIVE on "public"."users": blocks neither reads nor writes
-- a client that writes a row of the same batch waits for this commit
-- your own update triggers fire for each row; ours are told to stand aside
update "public"."users" set "token" = gen_random_uuid()
where ctid >= '(0,0)' and ctid < '(64,0)' and pg_catalog.hashtid(ctid) & 7 = 0
and ("token" is null);
commit;
-- at the end no row may be left, or the migration stops here
select count(*) from "public"."users" where "token" is null;

-- 2/24 new rows must have `token`; old ones are not read yet
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" add constraint "users_token_not_null_376a7e85" check ("token" is not null) not valid;
commit;

-- 3/24 reads every row of `users`, in a transaction of its own because a scan under the lock of
--   the step before would block
begin;
set local lock_timeout = '300ms';
-- lock: SHARE UPDATE EXCLUSIVE on "public"."users": blocks neither reads nor writes, only vacuum and schema changes
alter table "public"."users" validate constraint "users_token_not_null_376a7e85";
commit;

-- 4/24 the valid check proves it, so that no row is read under the lock
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" alter column "token" set not null;
-- two statements: one `alter table` with both would scan
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" drop constraint if exists "users_token_not_null_376a7e85";
commit;

-- 5/24 every row has its value, and the default gives new ones theirs
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
drop trigger if exists "zzz_0002_02_users_token_fill_376a7e85_write" on "public"."users";
drop function if exists "public"."users_token_fill_376a7e85"();
commit;

-- add_column!(users.region: text not_null, fill = "coalesce(country, 'unknown')")

-- 6/24 gives `region` to the rows that were there before
-- the runner repeats this transaction for each window of pages and each stripe of its rows,
-- with windows that take it some 10 ms; its place is kept with the rows, so if it stops
-- it goes on from there
begin;
set local lock_timeout = '100ms';
set local synchronous_commit = off;
select pg_catalog.set_config('changeover.backfill_xact', pg_catalog.pg_current_xact_id()::text, true);
-- lock: ROW EXCLUSIVE on "public"."users": blocks neither reads nor writes
-- a client that writes a row of the same batch waits for this commit
-- your own update triggers fire for each row; ours are told to stand aside
update "public"."users" set "region" = coalesce(country, 'unknown')
where ctid >= '(0,0)' and ctid < '(64,0)' and pg_catalog.hashtid(ctid) & 7 = 0
and ("region" is null);
commit;
-- at the end no row may be left, or the migration stops here
select count(*) from "public"."users" where "region" is null;

-- 7/24 new rows must have `region`; old ones are not read yet
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" add constraint "users_region_not_null_38945754" check ("region" is not null) not valid;
commit;

-- 8/24 reads every row of `users`, in a transaction of its own because a scan under the lock of
--   the step before would block
begin;
set local lock_timeout = '300ms';
-- lock: SHARE UPDATE EXCLUSIVE on "public"."users": blocks neither reads nor writes, only vacuum and schema changes
alter table "public"."users" validate constraint "users_region_not_null_38945754";
commit;

-- 9/24 the valid check proves it, so that no row is read under the lock
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" alter column "region" set not null;
-- two statements: one `alter table` with both would scan
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" drop constraint if exists "users_region_not_null_38945754";
commit;

-- add_column!(users.team_id: bigint references(teams.id, on_delete = set_null), allow(foreign_key_without_index, reason = "teams are never deleted"))

-- 10/24 `users_team_id_fkey` holds for new rows; old ones are not read yet
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- the tables that the foreign keys point at, before the one that has them
-- lock: SHARE ROW EXCLUSIVE on "public"."teams": blocks writes until the commit, brief; reads go on
lock table "public"."teams" in share row exclusive mode;
-- lock: SHARE ROW EXCLUSIVE on "public"."users": blocks writes until the commit, brief; reads go on
-- lock: SHARE ROW EXCLUSIVE on "public"."teams": blocks writes until the commit, brief; reads go on
alter table "public"."users" add constraint "users_team_id_fkey" foreign key ("team_id") references "public"."teams" ("id") on delete set null not valid;
commit;

-- 11/24 reads every row, in a transaction of its own because a scan under the lock of the step
--   before would block
begin;
set local lock_timeout = '300ms';
-- lock: SHARE UPDATE EXCLUSIVE on "public"."users": blocks neither reads nor writes, only vacuum and schema changes
-- lock: ROW SHARE on "public"."teams": blocks neither reads nor writes
alter table "public"."users" validate constraint "users_team_id_fkey";
commit;

-- add_column!(users.code: varchar(40) default "none" check("code <> ''") comment("it's"))

-- 12/24 `users_code_check` holds for new rows; old ones are not read yet
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" add constraint "users_code_check" check (code <> '') not valid;
commit;

-- 13/24 reads every row, in a transaction of its own because a scan under the lock of the step
--   before would block
begin;
set local lock_timeout = '300ms';
-- lock: SHARE UPDATE EXCLUSIVE on "public"."users": blocks neither reads nor writes, only vacuum and schema changes
alter table "public"."users" validate constraint "users_code_check";
commit;

-- add_column!(users.badge: uuid unique default sql("gen_random_uuid()"))

-- 14/24 gives `badge` to the rows that were there before
-- the runner repeats this transaction for each window of pages and each stripe of its rows,
-- with windows that take it some 10 ms; its place is kept with the rows, so if it stops
-- it goes on from there
begin;
set local lock_timeout = '100ms';
set local synchronous_commit = off;
select pg_catalog.set_config('changeover.backfill_xact', pg_catalog.pg_current_xact_id()::text, true);
-- lock: ROW EXCLUSIVE on "public"."users": blocks neither reads nor writes
-- a client that writes a row of the same batch waits for this commit
-- your own update triggers fire for each row; ours are told to stand aside
update "public"."users" set "badge" = gen_random_uuid()
where ctid >= '(0,0)' and ctid < '(64,0)' and pg_catalog.hashtid(ctid) & 7 = 0
and ("badge" is null);
commit;
-- at the end no row may be left, or the migration stops here
select count(*) from "public"."users" where "badge" is null;

-- 15/24 every row has its value, and the default gives new ones theirs
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
drop trigger if exists "zzz_0002_06_users_badge_fill_ca09488b_write" on "public"."users";
drop function if exists "public"."users_badge_fill_ca09488b"();
commit;

-- 16/24 concurrently: reads and writes go on
-- runs outside a transaction, and waits for every transaction that is older than it
-- if it stops: the invalid index is dropped concurrently and built again
set statement_timeout = 0;
set lock_timeout = '300s';
-- two scans; reads and writes go on
-- lock: SHARE UPDATE EXCLUSIVE on "public"."users": blocks neither reads nor writes, only vacuum and schema changes
create unique index concurrently "users_badge_key" on "public"."users" ("badge");
reset lock_timeout;
reset statement_timeout;

-- 17/24 the index is there already and becomes the constraint's
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" add constraint "users_badge_key" unique using index "users_badge_key";
commit;

-- add_column!(users.number: bigint identity(always, start = 1000, increment = 10) unique)

-- 18/24 gives `number` to the rows that were there before
-- the runner repeats this transaction for each window of pages and each stripe of its rows,
-- with windows that take it some 10 ms; its place is kept with the rows, so if it stops
-- it goes on from there
begin;
set local lock_timeout = '100ms';
set local synchronous_commit = off;
select pg_catalog.set_config('changeover.backfill_xact', pg_catalog.pg_current_xact_id()::text, true);
-- lock: ROW EXCLUSIVE on "public"."users": blocks neither reads nor writes
-- a client that writes a row of the same batch waits for this commit
-- your own update triggers fire for each row; ours are told to stand aside
update "public"."users" set "number" = pg_catalog.nextval('"public"."users_number_numbers_7b3fbc81"')
where ctid >= '(0,0)' and ctid < '(64,0)' and pg_catalog.hashtid(ctid) & 7 = 0
and ("number" is null);
commit;
-- at the end no row may be left, or the migration stops here
select count(*) from "public"."users" where "number" is null;

-- 19/24 new rows must have `number`; old ones are not read yet
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" add constraint "users_number_not_null_7b3fbc81" check ("number" is not null) not valid;
commit;

-- 20/24 reads every row of `users`, in a transaction of its own because a scan under the lock
--   of the step before would block
begin;
set local lock_timeout = '300ms';
-- lock: SHARE UPDATE EXCLUSIVE on "public"."users": blocks neither reads nor writes, only vacuum and schema changes
alter table "public"."users" validate constraint "users_number_not_null_7b3fbc81";
commit;

-- 21/24 the valid check proves it, so that no row is read under the lock
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" alter column "number" set not null;
-- two statements: one `alter table` with both would scan
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" drop constraint if exists "users_number_not_null_7b3fbc81";
commit;

-- 22/24 every row has its number, and the identity gives new ones theirs
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
drop trigger if exists "zzz_0002_07_users_number_fill_7b3fbc81_write" on "public"."users";
drop function if exists "public"."users_number_fill_7b3fbc81"();
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" alter column "number" drop default;
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" alter column "number" add generated always as identity (start with 1000 increment by 10);
-- goes on where the sequence ends; nobody takes a number while the table is locked
select pg_catalog.setval(pg_catalog.pg_get_serial_sequence('"public"."users"', 'number'), pg_catalog.nextval('"public"."users_number_numbers_7b3fbc81"'), false);
drop sequence if exists "public"."users_number_numbers_7b3fbc81";
commit;

-- 23/24 concurrently: reads and writes go on
-- runs outside a transaction, and waits for every transaction that is older than it
-- if it stops: the invalid index is dropped concurrently and built again
set statement_timeout = 0;
set lock_timeout = '300s';
-- two scans; reads and writes go on
-- lock: SHARE UPDATE EXCLUSIVE on "public"."users": blocks neither reads nor writes, only vacuum and schema changes
create unique index concurrently "users_number_key" on "public"."users" ("number");
reset lock_timeout;
reset statement_timeout;

-- 24/24 the index is there already and becomes the constraint's
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" add constraint "users_number_key" unique using index "users_number_key";
commit;

-- ==== contract ===============================================================
-- Waits for a later migration that says `contract!(m0002_change)`,
-- and for a run of `contract()` once no older build is live.
-- Cannot be undone: what it drops is gone. If it stops: the next run goes on.

-- add_column!(users.region: text not_null, fill = "coalesce(country, 'unknown')")

-- 1/1 builds that do not know the column are gone
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
drop trigger if exists "zzz_0002_03_users_region_fill_38945754_write" on "public"."users";
drop function if exists "public"."users_region_fill_38945754"();
commit;

-- ==== undo ===================================================================
-- Until its contract or a later migration has begun, `undo` takes the steps back, the last one first:

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: alter table "public"."users" drop constraint if exists "users_number_key";
-- undo: commit;

-- undo: set statement_timeout = 0;
-- undo: set lock_timeout = '300s';
-- undo: -- waits for transactions that use the index, and blocks none
-- undo: -- lock: SHARE UPDATE EXCLUSIVE on "public"."users": blocks neither reads nor writes, only vacuum and schema changes
-- undo: drop index concurrently if exists "public"."users_number_key";
-- undo: reset lock_timeout;
-- undo: reset statement_timeout;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: lock table "public"."users" in access exclusive mode;
-- undo: -- gives the numbers until the column is an identity
-- undo: create sequence "public"."users_number_numbers_7b3fbc81" as bigint start with 1000 increment by 10;
-- undo: -- whoever may insert a row takes a number, as from an identity
-- undo: grant usage on sequence "public"."users_number_numbers_7b3fbc81" to public;
-- undo: select pg_catalog.setval('"public"."users_number_numbers_7b3fbc81"', pg_catalog.nextval(pg_catalog.pg_get_serial_sequence('"public"."users"', 'number')), false);
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: alter table "public"."users" alter column "number" drop identity if exists;
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: alter table "public"."users" alter column "number" set default pg_catalog.nextval('"public"."users_number_numbers_7b3fbc81"');
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: alter table "public"."users" alter column "number" drop not null;
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: alter table "public"."users" drop constraint if exists "users_number_not_null_7b3fbc81";
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: alter table "public"."users" drop constraint if exists "users_badge_key";
-- undo: commit;

-- undo: set statement_timeout = 0;
-- undo: set lock_timeout = '300s';
-- undo: -- waits for transactions that use the index, and blocks none
-- undo: -- lock: SHARE UPDATE EXCLUSIVE on "public"."users": blocks neither reads nor writes, only vacuum and schema changes
-- undo: drop index concurrently if exists "public"."users_badge_key";
-- undo: reset lock_timeout;
-- undo: reset statement_timeout;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: alter table "public"."users" drop constraint if exists "users_code_check";
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- the tables that the foreign keys point at, before the one that has them
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."teams": blocks reads and writes until the commit, brief
-- undo: lock table "public"."teams" in access exclusive mode;
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."teams": blocks reads and writes until the commit, brief
-- undo: alter table "public"."users" drop constraint if exists "users_team_id_fkey";
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: alter table "public"."users" alter column "region" drop not null;
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: alter table "public"."users" drop constraint if exists "users_region_not_null_38945754";
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: alter table "public"."users" alter column "token" drop not null;
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: alter table "public"."users" drop constraint if exists "users_token_not_null_376a7e85";
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: drop trigger if exists "zzz_0002_07_users_number_fill_7b3fbc81_write" on "public"."users";
-- undo: drop function if exists "public"."users_number_fill_7b3fbc81"();
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: alter table "public"."users" drop column "number";
-- undo: drop sequence if exists "public"."users_number_numbers_7b3fbc81";
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: drop trigger if exists "zzz_0002_06_users_badge_fill_ca09488b_write" on "public"."users";
-- undo: drop function if exists "public"."users_badge_fill_ca09488b"();
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: alter table "public"."users" drop column "badge";
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: alter table "public"."users" drop column "code";
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: alter table "public"."users" drop column "team_id";
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: drop trigger if exists "zzz_0002_03_users_region_fill_38945754_write" on "public"."users";
-- undo: drop function if exists "public"."users_region_fill_38945754"();
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: alter table "public"."users" drop column "region";
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: drop trigger if exists "zzz_0002_02_users_token_fill_376a7e85_write" on "public"."users";
-- undo: drop function if exists "public"."users_token_fill_376a7e85"();
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: alter table "public"."users" drop column "token";
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: alter table "public"."users" drop column "plan";
-- undo: commit;
