-- m0002_change
-- after m0001_base

-- ==== expand =================================================================
-- Waits for nothing. A transaction takes all its locks first; if it does not get them within
-- 300ms, it lets clients pass and tries again. If it stops: each step is done wholly or not
-- at all, and the next run goes on.

-- create_policy!(no_empty on users, for = update, to(pg_monitor), restrictive, using = "tenant <> 'b'", with_check = "username <> ''")
-- note: old builds too no longer see or write the rows that it holds back

-- 1/2 it counts for what every build reads and writes, from the commit on
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
create policy "no_empty" on "public"."users" as restrictive for update to "pg_monitor"
  using (tenant <> 'b')
  with check (username <> '');
commit;

-- create_policy!(own on secrets, for = select, restrictive, using = "owner = current_user")
-- note: old builds too no longer see or write the rows that it holds back

-- 2/2 it counts for what every build reads and writes, from the commit on
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."secrets": blocks reads and writes until the commit, brief
create policy "own" on "public"."secrets" as restrictive for select
  using (owner = current_user);
commit;

-- ==== undo ===================================================================
-- Until a later migration has begun, `undo` takes the steps back, the last one first:

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."secrets": blocks reads and writes until the commit, brief
-- undo: drop policy "own" on "public"."secrets";
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: drop policy "no_empty" on "public"."users";
-- undo: commit;
