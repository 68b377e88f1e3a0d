-- m0002_change
-- after m0001_base

-- ==== contract ===============================================================
-- Waits for a later migration that says `contract!(m0002_change)`,
-- and for a run of `contract()` once no older build is live.
-- Cannot be undone: what it drops is gone. If it stops: the next run goes on.

-- revoke!(insert, delete, update(note) on users from pg_monitor)

-- 1/2 no build needs the rights any more
begin;
set local lock_timeout = '300ms';
revoke insert, delete, update ("note") on table "public"."users" from "pg_monitor";
commit;

-- revoke!(execute on function tell() from public)

-- 2/2 no build needs the rights any more
begin;
set local lock_timeout = '300ms';
revoke execute on function "public"."tell"() from public;
commit;
