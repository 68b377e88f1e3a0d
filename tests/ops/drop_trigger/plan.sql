-- m0002_change
-- after m0001_base

-- ==== contract ===============================================================
-- Waits for a later migration that says `contract!(m0002_change)`,
-- and for a run of `contract()` once no older build is live.
-- Cannot be undone: what it drops is gone. If it stops: the next run goes on.

-- drop_trigger!(show on users)

-- 1/2 no build relies on what it does any more
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
drop trigger "show" on "public"."users";
commit;

-- drop_function!(show())

-- 2/2 nothing calls the function any more
begin;
set local lock_timeout = '300ms';
drop function "public"."show"();
commit;
