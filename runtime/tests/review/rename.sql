-- m0002_rename_username
-- after m0001_create_users
-- starts only when the contract of m0000_something has run
-- declares switch!(m0000_something): this build lives with what is there before m0000_something swaps and after
-- declares contract!(m0000_something): no code of this build uses what m0000_something replaced
--
-- Support asked for a name
-- that users may change.

-- ==== expand =================================================================
-- Waits for nothing. A transaction takes all its locks first; if it does not get them within
-- 300ms, it lets clients pass and tries again. If it stops: each step is done wholly or not
-- at all, and the next run goes on.

-- rename_column!(users.username => display_name)
-- note: a prepared `select *` fails once after each commit below

-- 1/1 install the column and what keeps it equal, so that clients never meet half of it
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- instant: the column has no default
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" add column "display_name" text;
create function "public"."sync"() returns trigger language plpgsql as $$
begin
  -- both given: keep both
  new.display_name := new.username;
  return new;
end
$$;
-- its name sorts last
-- lock: SHARE ROW EXCLUSIVE on "public"."users": blocks writes until the commit, brief; reads go on
create trigger "zz_sync" before insert or update on "public"."users" for each row execute function "public"."sync"();
commit;

-- ==== migrate ================================================================
-- Runs as soon as expand is done. Long, but what blocks reads or writes is brief.
-- If it stops: both shapes are in use and equal, and the next run goes on.

-- rename_column!(users.username => display_name)

-- 1/7 fill the rows that were there before
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
-- a value above some 2 kB (TOAST) is stored once more: a copy shares nothing
update "public"."users" set "display_name" = "username"
where ctid >= '(0,0)' and ctid < '(64,0)' and pg_catalog.hashtid(ctid) & 7 = 0
and ("display_name" is null and "username" is not null);
commit;
-- at the end no row may be left, or the migration stops here
select count(*) from "public"."users" where "display_name" is null and "username" is not null;

-- 2/7 fill what SQL cannot compute
-- the runner repeats this for each window of pages and each stripe of its rows; if it stops it
--   goes on from there. It gives these rows to `crate::names::display`:
select "username", "display_name" from "public"."users"
where ctid >= '(0,0)' and ctid < '(64,0)' and pg_catalog.hashtid(ctid) & 7 = 0
and ("display_name" is null) limit 1000;
-- and writes what it gives back, unless a client has changed what was read:
-- lock: ROW EXCLUSIVE on "public"."users": blocks neither reads nor writes
-- update "public"."users" set ("display_name") = (…)
-- where ("username", "display_name") is not distinct from (…) and ("display_name" is null);
-- at the end no row may be left, or the migration stops here
select count(*) from "public"."users" where "display_name" is null;

-- 3/7 `username` was never null
-- stops the migration, with nothing locked, if rows have no name
-- help: give them one
select * from "public"."users" where "display_name" is null limit 5;

-- analyze!(users)

-- 4/7 the table is small
-- in one step because there is a row a country
-- stops the migration, with nothing locked, if the planner expects more than 5000 rows
explain select from "public"."users";

-- 5/7 tell the planner
-- runs outside a transaction
-- is done, and not repeated, once this is true:
-- select exists (select from pg_stats where tablename = 'users')
-- if it stopped half-way, so that this is true:
-- select false
-- then the next try begins with this:
-- select 'mend'
set statement_timeout = 0;
set lock_timeout = '300s';
-- lock: SHARE UPDATE EXCLUSIVE on "public"."users": blocks neither reads nor writes, only vacuum and schema changes
analyze "public"."users";
reset lock_timeout;
reset statement_timeout;

-- add_index!(users(display_name))

-- 6/7 build the index while clients write
-- runs outside a transaction, and waits for every transaction that is older than it
-- if it stops: the invalid index is dropped concurrently and built again
set statement_timeout = 0;
set lock_timeout = '300s';
-- lock: SHARE UPDATE EXCLUSIVE on "public"."users": blocks neither reads nor writes, only vacuum and schema changes
create index concurrently "users_display_name_idx" on "public"."users" ("display_name");
reset lock_timeout;
reset statement_timeout;

-- add_index!(users(display_name), name = partitioned)

-- 7/7 build the index on one partition after the other
-- on the parent alone first, which holds no rows; if it stops: the next run goes on
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: SHARE on "public"."users": blocks writes until the commit, brief; reads go on
create index "partitioned" on only "public"."users" ("display_name");
commit;
-- then for each partition, where it has no such index yet:
-- create index concurrently … on <partition> ("display_name");
-- alter index "public"."partitioned" attach partition …;
-- and in the same way below partitions of "public"."users" that have their own

-- ==== switch =================================================================
-- Waits for a later migration that says `switch!(m0002_rename_username)`,
-- and for a run of `contract()` once no older build is live.
-- Undoing that migration takes it back. If it stops: each step is done wholly or not
-- at all, and the next run goes on.

-- rename_column!(users.username => display_name)

-- 1/1 swap the defaults
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" alter column "display_name" set default '';
commit;

-- ==== contract ===============================================================
-- Waits for a later migration that says `contract!(m0002_rename_username)`,
-- and for a run of `contract()` once no older build is live.
-- Cannot be undone: what it drops is gone. If it stops: the next run goes on.

-- rename_column!(users.username => display_name)

-- 1/1 remove the old column
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" drop column "username";
commit;

-- ==== undo ===================================================================
-- Until its contract or a later migration has begun, `undo` takes the steps back, the last one first:

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: alter table "public"."users" alter column "display_name" drop default;
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: drop index if exists "public"."partitioned";
-- undo: commit;

-- undo: set statement_timeout = 0;
-- undo: set lock_timeout = '300s';
-- undo: -- lock: SHARE UPDATE EXCLUSIVE on "public"."users": blocks neither reads nor writes, only vacuum and schema changes
-- undo: drop index concurrently if exists "public"."users_display_name_idx";
-- undo: reset lock_timeout;
-- undo: reset statement_timeout;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: drop function "public"."sync"()
-- undo: cascade -- and its trigger
-- undo: ;
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: alter table "public"."users" drop column "display_name";
-- undo: commit;
