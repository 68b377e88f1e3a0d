-- m0002_change
-- after m0001_kept

-- ==== contract ===============================================================
-- Waits for a later migration that says `contract!(m0002_change)`,
-- and for a run of `contract()` once no older build is live.
-- Cannot be undone: what it drops is gone. If it stops: the next run goes on.

-- drop_generated!(users.shout)
-- note: a build that writes the column before the contract has run fails (428C9)

-- 1/1 builds that leave the column to PostgreSQL are gone; its values stay
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" alter column "shout" drop expression;
--
-- drop_generated!(users.initial), under the same lock: builds that leave the column to
--   PostgreSQL are gone; its values stay
-- note: what a build writes to the column before the contract is passed over
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
drop trigger if exists "zzz_always_users_initial_generated_14889c24_write" on "public"."users";
drop function if exists "public"."users_initial_generated_14889c24"();
commit;
