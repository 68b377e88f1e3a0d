-- m0002_change
-- after m0001_base

-- ==== contract ===============================================================
-- Waits for a later migration that says `contract!(m0002_change)`,
-- and for a run of `contract()` once no older build is live.
-- Cannot be undone: what it drops is gone. If it stops: the next run goes on.

-- drop_default!(users.status)

-- 1/1 builds that leave the column out are gone
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" alter column "status" drop default;
commit;
