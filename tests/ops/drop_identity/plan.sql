-- m0002_change
-- after m0001_base

-- ==== contract ===============================================================
-- Waits for a later migration that says `contract!(m0002_change)`,
-- and for a run of `contract()` once no older build is live.
-- Cannot be undone: what it drops is gone. If it stops: the next run goes on.

-- drop_identity!(orders.number)

-- 1/1 builds that leave the number to PostgreSQL are gone; its sequence goes along
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."orders": blocks reads and writes until the commit, brief
alter table "public"."orders" alter column "number" drop identity if exists;
commit;
