-- m0002_change
-- after m0001_base

-- ==== contract ===============================================================
-- Waits for a later migration that says `contract!(m0002_change)`,
-- and for a run of `contract()` once no older build is live.
-- Cannot be undone: what it drops is gone. If it stops: the next run goes on.

-- drop_table!(legacy_orders)

-- 1/2 the rows are gone after this; no build uses the table any more
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- the tables that the foreign keys point at, before the one that has them
-- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
lock table "public"."customers" in access exclusive mode;
-- lock: ACCESS EXCLUSIVE on "public"."legacy_orders": blocks reads and writes until the commit, brief
-- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
drop table "public"."legacy_orders";
commit;

-- drop_table!(legacy_events)
-- note: a lock on "public"."legacy_events" is one on each of its partitions

-- 2/2 the rows are gone after this; no build uses the table any more
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."legacy_events": blocks reads and writes until the commit, brief
-- lock: ACCESS EXCLUSIVE on "public"."legacy_events_1": blocks reads and writes until the commit, brief
drop table "public"."legacy_events";
commit;
