-- m0002_change
-- after m0001_base

-- ==== migrate ================================================================
-- Runs as soon as expand is done. Long, but what blocks reads or writes is brief.
-- If it stops: both shapes are in use and equal, and the next run goes on.

-- add_unique!(users(email), deferrable)
-- note: from the second scan of the index build on, a write of a `email` that another row has
--   fails (23505), by old builds too
-- note: `on conflict` does not take a deferrable key (55000), and no foreign key points at one;
--   while its index is built it is not deferrable yet, and refuses at once (23505)

-- 1/6 finds rows that would fail, before anything is locked
-- stops the migration, with nothing locked, if rows share their `email` with another row
-- help: mend these rows, and the builds that write such
select * from "public"."users" where (tableoid, ctid) in (select tableoid, ctid from (select tableoid, ctid, count(*) over (partition by "email") as rows from "public"."users" where pg_catalog.num_nulls("email") = 0) as counted where rows > 1) limit 5;

-- 2/6 concurrently: reads and writes go on
-- runs outside a transaction, and waits for every transaction that is older than it
-- if it stops: the invalid index is dropped concurrently and built again
set statement_timeout = 0;
set lock_timeout = '300s';
-- two scans; reads and writes go on
-- lock: SHARE UPDATE EXCLUSIVE on "public"."users": blocks neither reads nor writes, only vacuum and schema changes
create unique index concurrently "users_email_key" on "public"."users" ("email");
reset lock_timeout;
reset statement_timeout;

-- 3/6 the index is there already and becomes the constraint's
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" add constraint "users_email_key" unique using index "users_email_key" deferrable;
commit;

-- add_unique!(users("Team", email), include(note), name = users_email_in_team)
-- note: from the second scan of the index build on, a write of a `Team, email` that another row
--   has fails (23505), by old builds too

-- 4/6 finds rows that would fail, before anything is locked
-- stops the migration, with nothing locked, if rows share their `Team, email` with another row
-- help: mend these rows, and the builds that write such
select * from "public"."users" where (tableoid, ctid) in (select tableoid, ctid from (select tableoid, ctid, count(*) over (partition by "Team", "email") as rows from "public"."users" where pg_catalog.num_nulls("Team", "email") = 0) as counted where rows > 1) limit 5;

-- 5/6 concurrently: reads and writes go on
-- runs outside a transaction, and waits for every transaction that is older than it
-- if it stops: the invalid index is dropped concurrently and built again
set statement_timeout = 0;
set lock_timeout = '300s';
-- two scans; reads and writes go on
-- lock: SHARE UPDATE EXCLUSIVE on "public"."users": blocks neither reads nor writes, only vacuum and schema changes
create unique index concurrently "users_email_in_team" on "public"."users" ("Team", "email") include ("note");
reset lock_timeout;
reset statement_timeout;

-- 6/6 the index is there already and becomes the constraint's
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" add constraint "users_email_in_team" unique using index "users_email_in_team";
commit;

-- ==== undo ===================================================================
-- Until a later migration has begun, `undo` takes the steps back, the last one first:

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: alter table "public"."users" drop constraint if exists "users_email_in_team";
-- undo: commit;

-- undo: set statement_timeout = 0;
-- undo: set lock_timeout = '300s';
-- undo: -- waits for transactions that use the index, and blocks none
-- undo: -- lock: SHARE UPDATE EXCLUSIVE on "public"."users": blocks neither reads nor writes, only vacuum and schema changes
-- undo: drop index concurrently if exists "public"."users_email_in_team";
-- undo: reset lock_timeout;
-- undo: reset statement_timeout;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: alter table "public"."users" drop constraint if exists "users_email_key";
-- undo: commit;

-- undo: set statement_timeout = 0;
-- undo: set lock_timeout = '300s';
-- undo: -- waits for transactions that use the index, and blocks none
-- undo: -- lock: SHARE UPDATE EXCLUSIVE on "public"."users": blocks neither reads nor writes, only vacuum and schema changes
-- undo: drop index concurrently if exists "public"."users_email_key";
-- undo: reset lock_timeout;
-- undo: reset statement_timeout;
