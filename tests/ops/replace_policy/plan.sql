-- m0002_change
-- after m0001_base

-- ==== expand =================================================================
-- Waits for nothing. A transaction takes all its locks first; if it does not get them within
-- 300ms, it lets clients pass and tries again. If it stops: each step is done wholly or not
-- at all, and the next run goes on.

-- replace_policy!(own on users, to(pg_monitor), using = "tenant in ('a', 'b')")
-- note: old builds too see and write by the new policy, from Expand on

-- 1/2 in one transaction, because without a policy no row is seen
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
drop policy "own" on "public"."users";
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
create policy "own" on "public"."users" for all to "pg_monitor"
  using (tenant in ('a', 'b'));
commit;

-- replace_policy!(own on secrets, for = select, using = "owner = current_user")
-- note: old builds too see and write by the new policy, from Expand on

-- 2/2 in one transaction, because without a policy no row is seen
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."secrets": blocks reads and writes until the commit, brief
drop policy "own" on "public"."secrets";
-- lock: ACCESS EXCLUSIVE on "public"."secrets": blocks reads and writes until the commit, brief
create policy "own" on "public"."secrets" for select
  using (owner = current_user);
commit;

-- ==== undo ===================================================================
-- Until a later migration has begun, `undo` takes the steps back, the last one first:

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."secrets": blocks reads and writes until the commit, brief
-- undo: drop policy "own" on "public"."secrets";
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."secrets": blocks reads and writes until the commit, brief
-- undo: create policy "own" on "public"."secrets" for all
-- undo:   using (true);
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: drop policy "own" on "public"."users";
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: create policy "own" on "public"."users" for all
-- undo:   using (tenant = 'a')
-- undo:   with check (tenant = 'a');
-- undo: commit;
