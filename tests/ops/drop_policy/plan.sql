-- m0002_change
-- after m0001_base

-- ==== contract ===============================================================
-- Waits for a later migration that says `contract!(m0002_change)`,
-- and for a run of `contract()` once no older build is live.
-- Cannot be undone: what it drops is gone. If it stops: the next run goes on.

-- drop_policy!(own on users)

-- 1/2 no build needs the rows that it lets through or holds back
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
drop policy "own" on "public"."users";
commit;

-- drop_policy!(all on secrets)

-- 2/2 no build needs the rows that it lets through or holds back
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."secrets": blocks reads and writes until the commit, brief
drop policy "all" on "public"."secrets";
commit;
