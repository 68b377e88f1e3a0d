-- m0002_change
-- after m0001_base

-- ==== contract ===============================================================
-- Waits for a later migration that says `contract!(m0002_change)`,
-- and for a run of `contract()` once no older build is live.
-- Cannot be undone: what it drops is gone. If it stops: the next run goes on.

-- detach_partition!(events_old of events)

-- 1/5 no build reads its rows there any more; waits for whoever reads them, and blocks nobody
-- runs outside a transaction
-- is done, and not repeated, once this is true:
-- select not exists (select from pg_catalog.pg_inherits where inhrelid = pg_catalog.to_regclass('"public"."events_old"')::oid and inhparent = pg_catalog.to_regclass('"public"."events"')::oid)
-- if it stopped half-way, so that this is true:
-- select exists (select from pg_catalog.pg_inherits where inhrelid = pg_catalog.to_regclass('"public"."events_old"')::oid and inhparent = pg_catalog.to_regclass('"public"."events"')::oid and inhdetachpending)
-- then the next try begins with this:
-- alter table "public"."events" detach partition "public"."events_old" finalize
set statement_timeout = 0;
set lock_timeout = '300ms';
-- lock: SHARE UPDATE EXCLUSIVE on "public"."events": blocks neither reads nor writes, only vacuum and schema changes
-- lock: ACCESS EXCLUSIVE on "public"."events_old": blocks reads and writes until the commit, brief
-- lock: SHARE ROW EXCLUSIVE on "public"."customers": blocks writes until the commit, brief; reads go on
alter table "public"."events" detach partition "public"."events_old" concurrently;
reset lock_timeout;
reset statement_timeout;

-- 2/5 it is a table of its own
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- a copy of its bound, which PostgreSQL leaves on it
-- lock: ACCESS EXCLUSIVE on "public"."events_old": blocks reads and writes until the commit, brief
alter table "public"."events_old" drop constraint if exists "events_old_id_check";
-- from PostgreSQL 18 on a NOT NULL is named after its table
-- lock: ACCESS EXCLUSIVE on "public"."events_old": blocks reads and writes until the commit, brief
select changeover.name_not_nulls('"public"."events_old"', 'events');
commit;

-- detach_partition!(logs_2020 of logs)

-- 3/5 no build reads its rows there any more; waits for whoever reads them, and blocks nobody
-- runs outside a transaction
-- is done, and not repeated, once this is true:
-- select not exists (select from pg_catalog.pg_inherits where inhrelid = pg_catalog.to_regclass('"public"."logs_2020"')::oid and inhparent = pg_catalog.to_regclass('"public"."logs"')::oid)
-- if it stopped half-way, so that this is true:
-- select exists (select from pg_catalog.pg_inherits where inhrelid = pg_catalog.to_regclass('"public"."logs_2020"')::oid and inhparent = pg_catalog.to_regclass('"public"."logs"')::oid and inhdetachpending)
-- then the next try begins with this:
-- alter table "public"."logs" detach partition "public"."logs_2020" finalize
set statement_timeout = 0;
set lock_timeout = '300ms';
-- lock: SHARE UPDATE EXCLUSIVE on "public"."logs": blocks neither reads nor writes, only vacuum and schema changes
-- lock: ACCESS EXCLUSIVE on "public"."logs_2020": blocks reads and writes until the commit, brief
alter table "public"."logs" detach partition "public"."logs_2020" concurrently;
reset lock_timeout;
reset statement_timeout;

-- 4/5 it is a table of its own
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- a copy of its bound, which PostgreSQL leaves on it
-- lock: ACCESS EXCLUSIVE on "public"."logs_2020": blocks reads and writes until the commit, brief
alter table "public"."logs_2020" drop constraint if exists "logs_2020_at_check";
-- from PostgreSQL 18 on a NOT NULL is named after its table
-- lock: ACCESS EXCLUSIVE on "public"."logs_2020": blocks reads and writes until the commit, brief
select changeover.name_not_nulls('"public"."logs_2020"', 'logs');
commit;

-- detach_partition!(shares_eu of shares)
-- note: a lock on "public"."shares" is one on each of its partitions

-- 5/5 no build reads its rows there any more; beside a partition of the rest there is no form
--   that locks less
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."shares": blocks reads and writes until the commit, brief
-- lock: ACCESS EXCLUSIVE on "public"."shares_eu": blocks reads and writes until the commit, brief
-- lock: ACCESS EXCLUSIVE on "public"."shares_rest": blocks reads and writes until the commit, brief
alter table "public"."shares" detach partition "public"."shares_eu";
-- from PostgreSQL 18 on a NOT NULL is named after its table
-- lock: ACCESS EXCLUSIVE on "public"."shares_eu": blocks reads and writes until the commit, brief
select changeover.name_not_nulls('"public"."shares_eu"', 'shares');
commit;
